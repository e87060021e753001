import { anything, number, string } from "../input-schema.ts";
import { isoInstant, wholeDays } from "../iso-8601.ts";
import { transform } from "../transform.ts";

/** What the reference counts when a date cannot be read. */
const DAYS_WHEN_UNKNOWN = 999;

export const ctEvaluateInactivity = transform({
  code: "capability_transforms::CT_PURE_EVALUATE_INACTIVITY_V0",
  about:
    "The whole days since the last activity and whether they reach the threshold; without any recorded activity always inactive.",
  input: { last_active_date: anything, threshold_days: number, current_date: string },
  result: ["is_inactive", "days_inactive"],
  violations: ["NOT_A_DATE", "CURRENT_DATE_EMPTY"],
  run({ last_active_date: last, threshold_days: threshold, current_date: current }) {
    if (last !== null && typeof last !== "string") {
      return { violation: "NOT_A_DATE", facts: { field: "last_active_date" } };
    }
    if (last === null || last === "")
      return { result: { is_inactive: true, days_inactive: DAYS_WHEN_UNKNOWN } };
    // The reference reads the wall clock here; a pure transform has none.
    if (current === "") return { violation: "CURRENT_DATE_EMPTY" };
    const days = daysBetween(last, current);
    return { result: { is_inactive: days >= threshold, days_inactive: days } };
  },
  examples: [
    {
      about: "the threshold is reached on the day",
      input: {
        last_active_date: "2025-03-01T08:00:00Z",
        threshold_days: 14,
        current_date: "2025-03-15T08:00:00Z",
      },
      result: { is_inactive: true, days_inactive: 14 },
    },
    {
      about: "a second before the day is over",
      input: {
        last_active_date: "2025-03-01T08:00:00Z",
        threshold_days: 14,
        current_date: "2025-03-15T07:59:59Z",
      },
      result: { is_inactive: false, days_inactive: 13 },
    },
    {
      about: "never active",
      input: { last_active_date: "", threshold_days: 5000, current_date: "2025-03-15T08:00:00Z" },
      result: { is_inactive: true, days_inactive: 999 },
    },
    {
      about: "a date that cannot be read counts as 999 days",
      input: { last_active_date: "in March", threshold_days: 5000, current_date: "2025-03-15T08:00:00Z" },
      result: { is_inactive: false, days_inactive: 999 },
    },
    {
      about: "a number is no date",
      input: { last_active_date: 20250301, threshold_days: 14, current_date: "2025-03-15T08:00:00Z" },
      violation: "NOT_A_DATE",
    },
    {
      about: "there is no today",
      input: { last_active_date: "2025-03-01", threshold_days: 14, current_date: "" },
      violation: "CURRENT_DATE_EMPTY",
    },
  ],
});

function daysBetween(last: string, current: string): number {
  const from = isoInstant(last);
  const to = isoInstant(current);
  return from === undefined || to === undefined ? DAYS_WHEN_UNKNOWN : wholeDays(from, to);
}
