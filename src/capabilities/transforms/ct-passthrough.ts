import { anything } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctPassthrough = transform({
  code: "capability_transforms::CT_PURE_PASSTHROUGH_V0",
  about: "The value, unchanged, under the name `value`.",
  input: { value: anything },
  result: ["value"],
  violations: [],
  run: ({ value }) => ({ result: { value } }),
  examples: [
    {
      about: "a nested value",
      input: { value: { value: [1, null] } },
      result: { value: { value: [1, null] } },
    },
    { about: "null is a value", input: { value: null }, result: { value: null } },
    { about: "nothing to pass on", input: {}, violation: "INPUT_MISSING" },
  ],
});
