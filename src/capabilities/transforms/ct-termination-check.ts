import { pythonEqual } from "../../json/python-equal.ts";
import type { Json } from "../../json/value.ts";
import { object } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctTerminationCheck = transform({
  code: "ai_governance::CT_PURE_TERMINATION_CHECK_V0",
  otherCodes: ["workload::CT_PURE_TERMINATION_CHECK_V0"],
  about: "Whether every sequence ends at 1, and the names of those that do not, in the order they are given.",
  input: { sequences: object },
  result: ["all_terminate", "non_terminating"],
  violations: [],
  run({ sequences }) {
    const open = Object.keys(sequences).filter((name) => !endsAtOne(sequences[name] as Json));
    return { result: { all_terminate: open.length === 0, non_terminating: open } };
  },
  examples: [
    {
      about: "all of them end at 1",
      input: { sequences: { "2": [2, 1], "4": [4, 2, 1] } },
      result: { all_terminate: true, non_terminating: [] },
    },
    {
      about: "cut short, empty and not a sequence",
      input: { sequences: { cut: [6, 3], empty: [], text: "21", whole: [2, 1] } },
      result: { all_terminate: false, non_terminating: ["cut", "empty", "text"] },
    },
    { about: "a list of sequences has no names", input: { sequences: [[2, 1]] }, violation: "INPUT_TYPE" },
  ],
});

function endsAtOne(sequence: Json): boolean {
  const last = Array.isArray(sequence) ? sequence.at(-1) : undefined;
  return last !== undefined && pythonEqual(last, 1);
}
