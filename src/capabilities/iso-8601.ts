/** Instants written in ISO 8601, as the Python reference reads them. */

/** A moment, split so that both parts are exact: whole seconds since the epoch and the microseconds after. */
export interface Instant {
  readonly seconds: number;
  readonly micros: number;
}

const DAY = 86_400;

const DATE =
  /^(?:(?<y>\d{4})-(?<m>\d\d)-(?<d>\d\d)|(?<yb>\d{4})(?<mb>\d\d)(?<db>\d\d)|(?<wy>\d{4})-W(?<w>\d\d)(?:-(?<wd>\d))?|(?<wyb>\d{4})W(?<wb>\d\d)(?<wdb>\d)?)(?:\D(?<time>.+))?$/su;
const TIME = /^(?<clock>[\d:.,]+)(?:(?<sign>[+-])(?<offset>[\d:.,]+))?$/;
const CLOCK =
  /^(?<h>\d\d)(?:(?<mb>\d\d)(?:(?<sb>\d\d)(?:[.,](?<fb>\d+))?)?|:(?<m>\d\d)(?::(?<s>\d\d)(?:[.,](?<f>\d+))?)?)?$/;

/**
 * The instant the text names, or undefined when it names none. Extended, basic and week dates; a text
 * without a time is midnight, one without an offset is UTC, and anything but a digit may stand before the time.
 * Digits behind the microseconds are dropped.
 */
export function isoInstant(text: string): Instant | undefined {
  const parts = DATE.exec(text.replace(/Z$/, "+00:00"))?.groups;
  if (parts === undefined) return undefined;
  const days = dayNumber(parts);
  const time = parts["time"] === undefined ? { seconds: 0, micros: 0 } : timeOfDay(parts["time"]);
  if (days === undefined || time === undefined) return undefined;
  return { seconds: days * DAY + time.seconds, micros: time.micros };
}

/** Whole days from one instant to the other, rounded down; negative when the other lies before. */
export function wholeDays(from: Instant, to: Instant): number {
  const borrow = to.micros < from.micros ? 1 : 0;
  return Math.floor((to.seconds - from.seconds - borrow) / DAY);
}

type Parts = { readonly [name: string]: string | undefined };

function dayNumber(parts: Parts): number | undefined {
  const weekYear = parts["wy"] ?? parts["wyb"];
  if (weekYear !== undefined) {
    return weekDay(
      Number(weekYear),
      Number(parts["w"] ?? parts["wb"]),
      Number(parts["wd"] ?? parts["wdb"] ?? 1),
    );
  }
  return calendarDay(
    Number(parts["y"] ?? parts["yb"]),
    Number(parts["m"] ?? parts["mb"]),
    Number(parts["d"] ?? parts["db"]),
  );
}

function calendarDay(year: number, month: number, day: number): number | undefined {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  return epochDay(year, month, day);
}

function weekDay(year: number, week: number, day: number): number | undefined {
  const first = firstMonday(year);
  const weeks = (firstMonday(year + 1) - first) / 7;
  if (year < 1 || week < 1 || week > weeks || day < 1 || day > 7) return undefined;
  return first + (week - 1) * 7 + day - 1;
}

/** The Monday of the week that holds January 4th, which is ISO week 1. */
function firstMonday(year: number): number {
  const fourth = epochDay(year, 1, 4);
  return fourth - ((((fourth + 3) % 7) + 7) % 7);
}

function daysIn(year: number, month: number): number {
  return epochDay(month === 12 ? year + 1 : year, (month % 12) + 1, 1) - epochDay(year, month, 1);
}

/** `Date.UTC` reads the years below 100 as 19xx; setting the year does not. */
function epochDay(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day) / (DAY * 1000);
}

function timeOfDay(text: string): Instant | undefined {
  const parts = TIME.exec(text)?.groups;
  const clock = clockReading(parts?.["clock"] ?? "");
  const offset = clockReading(parts?.["offset"] ?? "00");
  if (clock === undefined || offset === undefined || !isOnTheClock(clock) || offset.seconds >= DAY)
    return undefined;
  const sign = parts?.["sign"] === "-" ? -1 : 1;
  const micros = clock.micros - sign * offset.micros;
  const carry = Math.floor(micros / 1_000_000);
  return { seconds: clock.seconds - sign * offset.seconds + carry, micros: micros - carry * 1_000_000 };
}

interface ClockReading extends Instant {
  readonly minute: number;
  readonly second: number;
}

/** The reading as written: an offset may count 60 minutes and more, a time of day may not. */
function clockReading(text: string): ClockReading | undefined {
  const parts = CLOCK.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const hour = Number(parts["h"]);
  const minute = Number(parts["m"] ?? parts["mb"] ?? 0);
  const second = Number(parts["s"] ?? parts["sb"] ?? 0);
  const fraction = parts["f"] ?? parts["fb"] ?? "";
  return {
    minute,
    second,
    seconds: hour * 3600 + minute * 60 + second,
    micros: Number(fraction.slice(0, 6).padEnd(6, "0")),
  };
}

function isOnTheClock({ seconds, minute, second }: ClockReading): boolean {
  return seconds < DAY && minute < 60 && second < 60;
}

const DURATION =
  /^P(?:(?<d>\d{1,5})D)?(?:T(?=\d)(?:(?<h>\d{1,6})H)?(?:(?<m>\d{1,8})M)?(?:(?<s>\d{1,9}(?:\.\d{1,3})?)S)?)?$/;

/** Milliseconds of a duration without months and years, such as `PT0.5S` or `P1DT2H`; undefined for any other text. */
export function isoDuration(text: string): number | undefined {
  const parts = text === "P" ? undefined : DURATION.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const { d = 0, h = 0, m = 0, s = 0 } = parts;
  return Math.round((((Number(d) * 24 + Number(h)) * 60 + Number(m)) * 60 + Number(s)) * 1000);
}
