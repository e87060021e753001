import { own } from "../../json/value.ts";
import type { ClockEffect, ClockOperation } from "../targets/clock.ts";

const PRECISIONS: readonly unknown[] = ["seconds", "milliseconds"];

const NOW: ClockOperation = {
  target: "clock",
  about: "The present time in UTC: whole seconds, or milliseconds where the policy's precision says so.",
  input: {},
  outcomes: ["SUCCESS", "BACKEND_ERROR"],
  policyFlaws(policy) {
    const given = own(policy, "precision");
    if (given === undefined || PRECISIONS.includes(given)) return [];
    return [{ code: "NO_PRECISION", path: ["precision"], meant: PRECISIONS.join(" or ") }];
  },
  answer(reading, policy) {
    const isExact = own(policy, "precision") === "milliseconds";
    return {
      outcome: "SUCCESS",
      result: { timestamp: isExact ? reading : reading.replace(/\.\d+Z$/, "Z") },
    };
  },
};

/** A time that the caller cannot assert: read when the step runs, and recorded. */
export const csClock = {
  code: "capability_side_effects::CS_CLOCK_V0",
  about: "The time at which something happens.",
  operations: { NOW },
  examples: [
    {
      about: "the time has whole seconds, unless the policy says otherwise",
      op: "NOW",
      input: {},
      given: { clock: "2026-01-31T09:00:00.987Z" },
      outcome: "SUCCESS",
      result: { timestamp: "2026-01-31T09:00:00Z" },
    },
    {
      about: "the time has milliseconds where the policy says so",
      op: "NOW",
      input: {},
      given: { clock: "2026-01-31T09:00:00.987Z", policy: { precision: "milliseconds" } },
      outcome: "SUCCESS",
      result: { timestamp: "2026-01-31T09:00:00.987Z" },
    },
    {
      about: "no other precision is known",
      op: "NOW",
      input: {},
      given: { policy: { precision: "minutes" } },
      outcome: "BACKEND_ERROR",
    },
  ],
} satisfies ClockEffect;
