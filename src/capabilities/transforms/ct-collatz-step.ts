import { pointer } from "../../json/pointer.ts";
import { pythonNumber } from "../../json/python-canonical.ts";
import type { Json, MutableJson } from "../../json/value.ts";
import { array } from "../input-schema.ts";
import { held } from "../python-json.ts";
import { transform } from "../transform.ts";

export const ctCollatzStep = transform({
  code: "ai_governance::CT_PURE_COLLATZ_STEP_V0",
  otherCodes: ["workload::CT_PURE_COLLATZ_STEP_V0"],
  about: "For every number the path that halving even and tripling odd numbers plus one takes down to 1.",
  input: { numbers: array },
  result: ["sequences"],
  violations: ["NOT_A_POSITIVE_INTEGER", "INTEGER_NOT_HELD"],
  run({ numbers }) {
    const sequences: MutableJson = {};
    for (const [i, start] of numbers.entries()) {
      const facts = { field: pointer(["numbers", i]) };
      if (!isPositiveInteger(start)) return { violation: "NOT_A_POSITIVE_INTEGER", facts };
      const sequence = sequenceFrom(start);
      if (sequence === undefined) return { violation: "INTEGER_NOT_HELD", facts };
      sequences[pythonNumber(start)] = sequence;
    }
    return { result: { sequences } };
  },
  examples: [
    {
      about: "paths of two numbers",
      input: { numbers: [6, 1] },
      result: { sequences: { "6": [6, 3, 10, 5, 16, 8, 4, 2, 1], "1": [1] } },
    },
    { about: "no numbers, no paths", input: { numbers: [] }, result: { sequences: {} } },
    { about: "zero never reaches 1", input: { numbers: [4, 0] }, violation: "NOT_A_POSITIVE_INTEGER" },
    { about: "a truth value is no number", input: { numbers: [true] }, violation: "NOT_A_POSITIVE_INTEGER" },
    {
      about: "the next number would have to be rounded",
      input: { numbers: [9007199254740991] },
      violation: "INTEGER_NOT_HELD",
    },
  ],
});

function isPositiveInteger(value: Json): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

function sequenceFrom(start: number): readonly number[] | undefined {
  const sequence = [start];
  let current = start;
  while (current !== 1) {
    const next = current % 2 === 0 ? current / 2 : tripledPlusOne(current);
    if (next === undefined) return undefined;
    sequence.push(next);
    current = next;
  }
  return sequence;
}

function tripledPlusOne(value: number): number | undefined {
  const next = 3 * value + 1;
  return Number.isSafeInteger(next) ? next : held(3n * BigInt(value) + 1n);
}
