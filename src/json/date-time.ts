/** Moments as RFC 3339 writes them. */

const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|[+-](\d{2}):(\d{2}))$/;

/**
 * Milliseconds since the epoch; undefined if the value is not a date and time, or its UTC year does not have four
 * digits.
 */
export function momentOf(value: string): number | undefined {
  if (!isDateTime(value)) return undefined;
  // The epoch has no leap seconds: a leap second becomes the last millisecond before it.
  const moment = Date.parse(value.toUpperCase().replace(LEAP, ":59.999"));
  return moment >= FIRST && moment <= LAST ? moment : undefined;
}

const LEAP = /:60(?:\.\d+)?(?=[Z+-])/;
const FIRST = Date.parse("0000-01-01T00:00:00.000Z");
/** The last one whose year has four digits. */
export const LAST_INSTANT = "9999-12-31T23:59:59.999Z";
const LAST = Date.parse(LAST_INSTANT);

/** RFC 3339 section 5.6, with real calendar days; second 60 only where a month ends in UTC. */
export function isDateTime(value: string): boolean {
  const match = DATE_TIME.exec(value);
  if (match === null) return false;
  const [year, month = 0, day, hour, minute, second, offsetHour, offsetMinute] = match.slice(1).map(Number);
  const lastDay = new Date(Date.UTC(2000, month, 0)).getUTCDate();
  const isLeap = year !== undefined && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lastOfMonth = month === 2 && !isLeap ? 28 : lastDay;
  return (
    isWithin(month, 1, 12) &&
    isWithin(day, 1, lastOfMonth) &&
    isWithin(hour, 0, 23) &&
    isWithin(minute, 0, 59) &&
    isWithin(second, 0, 60) &&
    (Number.isNaN(offsetHour) || (isWithin(offsetHour, 0, 23) && isWithin(offsetMinute, 0, 59))) &&
    (second !== 60 || endsMonth(value))
  );
}

function endsMonth(value: string): boolean {
  const next = new Date(Math.floor(Date.parse(value.toUpperCase().replace(LEAP, ":59")) / 1000) * 1000 + 1000);
  return /-01T00:00:00\.000Z$/.test(next.toISOString());
}

function isWithin(value: number | undefined, low: number, high: number): boolean {
  return value !== undefined && value >= low && value <= high;
}

/** RFC 3339 UTC with milliseconds; undefined where the year has more than four digits. */
export function instantOf(milliseconds: number): string | undefined {
  return milliseconds >= FIRST && milliseconds <= LAST ? new Date(milliseconds).toISOString() : undefined;
}

let last = { milliseconds: 0, text: "1970-01-01T00:00:00.000Z" };

/** RFC 3339 UTC with milliseconds. Written once a millisecond: a run asks several times in each. */
export function isoInstant(milliseconds: number): string {
  if (milliseconds !== last.milliseconds) last = { milliseconds, text: new Date(milliseconds).toISOString() };
  return last.text;
}
