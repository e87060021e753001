import { own } from "../../json/value.ts";
import { POLICY_INVALID } from "../remote-effect.ts";
import type { ClockEffect, ClockOperation } from "../targets/clock.ts";

const NOW: ClockOperation = {
  target: "clock",
  about: "The present time in UTC: whole seconds, or milliseconds where the policy's precision says so.",
  input: {},
  outcomes: ["SUCCESS", "BACKEND_ERROR"],
  answer(reading, policy) {
    switch (own(policy, "precision") ?? "seconds") {
      case "seconds":
        return { outcome: "SUCCESS", result: { timestamp: reading.replace(/\.\d+Z$/, "Z") } };
      case "milliseconds":
        return { outcome: "SUCCESS", result: { timestamp: reading } };
      default:
        return { outcome: "BACKEND_ERROR", reason: { code: POLICY_INVALID, member: "/precision" } };
    }
  },
};

/** A time that the caller cannot assert: read when the step runs, and recorded. */
export const csClock = {
  code: "capability_side_effects::CS_CLOCK_V0",
  about: "The time at which something happens.",
  operations: { NOW },
} satisfies ClockEffect;
