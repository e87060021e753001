import { anything } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctExecEmit = transform({
  code: "capability_transforms::CT_EXEC_EMIT_V0",
  about: "The value, unchanged, as the result of a chain of transforms.",
  input: { value: anything },
  result: ["result"],
  violations: [],
  run: ({ value }) => ({ result: { result: value } }),
  examples: [
    { about: "a record", input: { value: { total: 12.5 } }, result: { result: { total: 12.5 } } },
    { about: "null is a value", input: { value: null }, result: { result: null } },
    { about: "nothing to emit", input: { result: 1 }, violation: "INPUT_MISSING" },
  ],
});
