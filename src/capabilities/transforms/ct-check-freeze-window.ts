import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { array, string } from "../input-schema.ts";
import { transform } from "../transform.ts";

const christmas = { from: "2026-12-23T23:00:00Z", until: "2026-12-27T00:00:00Z", reason: "holidays" };

export const ctCheckFreezeWindow = transform({
  code: "capability_transforms::CT_PURE_CHECK_FREEZE_WINDOW_V0",
  about: "Whether a moment lies in one of the windows, and in which; a window ends just before its `until`.",
  input: { at: string, windows: array },
  result: ["frozen", "window"],
  violations: ["BAD_INSTANT", "MALFORMED_WINDOW"],
  run({ at, windows }) {
    const moment = readInstant(at);
    if (moment === undefined) return { violation: "BAD_INSTANT", facts: { at } };
    const read = windows.map(readWindow);
    const malformed = read.indexOf(undefined);
    if (malformed !== -1) return { violation: "MALFORMED_WINDOW", facts: { index: malformed } };
    const around = read.find((window) => window !== undefined && contains(window, moment));
    return { result: { frozen: around !== undefined, window: around?.declared ?? null } };
  },
  examples: [
    {
      about: "moments are compared as instants, whatever their zone",
      input: { at: "2026-12-24T00:30:00+01:00", windows: [christmas] },
      result: { frozen: true, window: christmas },
    },
    {
      about: "a fraction of a second before the beginning is outside",
      input: { at: "2026-12-23T22:59:59.9999Z", windows: [christmas] },
      result: { frozen: false, window: null },
    },
    {
      about: "the end is outside",
      input: { at: "2026-12-27T00:00:00.000Z", windows: [christmas] },
      result: { frozen: false, window: null },
    },
    {
      about: "a day that no month has",
      input: { at: "2026-02-30T09:00:00Z", windows: [christmas] },
      violation: "BAD_INSTANT",
    },
    {
      about: "a window that ends before it begins",
      input: { at: "2026-12-24T09:00:00Z", windows: [{ from: christmas.until, until: christmas.from }] },
      violation: "MALFORMED_WINDOW",
    },
  ],
});

interface Window {
  readonly from: Instant;
  readonly until: Instant;
  readonly declared: JsonObject;
}

function readWindow(declared: Json): Window | undefined {
  if (!isObject(declared)) return undefined;
  const from = readInstant(own(declared, "from"));
  const until = readInstant(own(declared, "until"));
  if (from === undefined || until === undefined || !isBefore(from, until)) return undefined;
  return { from, until, declared };
}

function contains({ from, until }: Window, moment: Instant): boolean {
  return !isBefore(moment, from) && isBefore(moment, until);
}

/** `fraction` holds the decimal digits behind the second without trailing zeros, however many there are. */
interface Instant {
  readonly seconds: number;
  readonly fraction: string;
}

/** Digits behind a decimal point sort as text. */
function isBefore(a: Instant, b: Instant): boolean {
  return a.seconds === b.seconds ? a.fraction < b.fraction : a.seconds < b.seconds;
}

const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** The instant an RFC 3339 date and time stands for; a leap second is the second behind it. */
function readInstant(text: Json | undefined): Instant | undefined {
  const match = typeof text === "string" ? RFC_3339.exec(text) : null;
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, day);
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined;
  const offset = Number(`${match[8] ?? "+"}1`) * (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0));
  const seconds = midnight.getTime() / 1000 + hour * 3600 + (minute - offset) * 60 + second;
  return { seconds, fraction: (match[7] ?? "").replace(/0+$/, "") };
}
