import { pythonEqual } from "../../json/python-equal.ts";
import { anything } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctCompareEqual = transform({
  code: "capability_transforms::CT_PURE_COMPARE_EQUAL_V0",
  about: "Whether two values are equal; member order does not count.",
  input: { left: anything, right: anything },
  result: ["is_equal"],
  violations: [],
  run: ({ left, right }) => ({ result: { is_equal: pythonEqual(left, right) } }),
  examples: [
    { about: "the same text", input: { left: "0xa1", right: "0xa1" }, result: { is_equal: true } },
    { about: "a number is not its digits", input: { left: 10, right: "10" }, result: { is_equal: false } },
    {
      about: "members in another order",
      input: { left: { x: 1, y: [2] }, right: { y: [2], x: 1 } },
      result: { is_equal: true },
    },
    { about: "one side is missing", input: { left: "0xa1" }, violation: "INPUT_MISSING" },
  ],
});
