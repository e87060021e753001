import { array, string, transform } from "pgs-runner/capability";
import { isBefore, readInstant } from "../instant.js";

const christmas = { from: "2026-12-23T23:00:00Z", until: "2026-12-27T00:00:00Z", reason: "holidays" };

export default transform({
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
    const around = read.find((window) => contains(window, moment));
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

function readWindow(declared) {
  const from = readInstant(declared?.from);
  const until = readInstant(declared?.until);
  if (from === undefined || until === undefined || !isBefore(from, until)) return undefined;
  return { from, until, declared };
}

function contains({ from, until }, moment) {
  return !isBefore(moment, from) && isBefore(moment, until);
}
