import assert from "node:assert/strict";
import { test } from "node:test";
import { isoInstant, wholeDays } from "../../src/capabilities/iso-8601.ts";

const seconds = (text: string) => isoInstant(text)?.seconds;
const NOON = Date.UTC(2024, 1, 29, 12) / 1000;

test("one instant has many spellings", () => {
  for (const text of [
    "2024-02-29T12:00:00Z",
    "2024-02-29 12:00",
    "20240229T12",
    "20240229T120000,0",
    "2024-W09-4T12:00:00+00:00",
    "2024W094T12",
    "2024-02-29T14:30:00+02:30",
    "2024-02-29T06:00-06",
  ]) {
    assert.equal(seconds(text), NOON, text);
  }
});

test("a date alone is midnight, also when a Z follows it", () => {
  assert.equal(seconds("2024-02-29"), NOON - 12 * 3600);
  assert.equal(seconds("2024-02-29Z"), NOON - 12 * 3600);
  assert.equal(seconds("2024-W09"), Date.UTC(2024, 1, 26) / 1000);
});

test("years below 100 are years of the first century", () => {
  assert.equal(seconds("0001-01-01"), -62135596800);
});

test("fractions are kept to the microsecond, and an offset may carry them into the day before", () => {
  assert.deepEqual(isoInstant("2024-02-29T12:00:00.1234567Z"), { seconds: NOON, micros: 123456 });
  assert.deepEqual(isoInstant("2024-02-29T12:00:00+00:00:00.5"), { seconds: NOON - 1, micros: 500000 });
});

test("what is on no calendar and no clock is no instant", () => {
  for (const text of [
    "",
    "yesterday",
    "2023-02-29",
    "2024-13-01",
    "0000-01-01",
    "2024-W53-1",
    "2024-W00",
    "2024-02-29T",
    "2024-02-29T24:00",
    "2024-02-29T12:60",
    "2024-02-29T12:00+24:00",
    "2024-02-29T12:00Zulu",
    "2024-0229",
  ]) {
    assert.equal(isoInstant(text), undefined, text);
  }
});

test("whole days are rounded down, to the microsecond", () => {
  const day = (micros: number) => ({ seconds: 86_400, micros });
  const start = { seconds: 0, micros: 5 };
  assert.equal(wholeDays(start, day(5)), 1);
  assert.equal(wholeDays(start, day(4)), 0);
  assert.equal(wholeDays(day(5), start), -1);
  assert.equal(wholeDays(day(4), start), -1);
  assert.equal(wholeDays(day(6), start), -2);
});
