import { anything } from "../input-schema.ts";
import { asInteger } from "../python-json.ts";
import { transform } from "../transform.ts";

export const ctCheckQuotaAvailable = transform({
  code: "capability_transforms::CT_PURE_CHECK_QUOTA_AVAILABLE_V0",
  about: "Whether fewer are assigned than the quota allows.",
  input: { assigned_count: anything, quota: anything },
  result: ["quota_available"],
  violations: ["NOT_AN_INTEGER", "QUOTA_NEGATIVE"],
  run({ assigned_count, quota }) {
    const assigned = asInteger(assigned_count);
    if (assigned === undefined) return { violation: "NOT_AN_INTEGER", facts: { field: "assigned_count" } };
    const limit = asInteger(quota);
    if (limit === undefined) return { violation: "NOT_AN_INTEGER", facts: { field: "quota" } };
    if (limit < 0) return { violation: "QUOTA_NEGATIVE", facts: { quota: limit } };
    return { result: { quota_available: assigned < limit } };
  },
  examples: [
    { about: "room for one more", input: { assigned_count: 4, quota: 5 }, result: { quota_available: true } },
    { about: "just full", input: { assigned_count: 5, quota: 5 }, result: { quota_available: false } },
    { about: "half a seat", input: { assigned_count: 4.5, quota: 5 }, violation: "NOT_AN_INTEGER" },
    {
      about: "less than nothing allowed",
      input: { assigned_count: 0, quota: -1 },
      violation: "QUOTA_NEGATIVE",
    },
  ],
});
