/** Holds an effect that waits to its declaration: plays its examples, and says which promises it breaks. */

import { deepFreeze, type Json, type JsonObject, jsonEqual } from "../json/value.ts";
import type { Performed, Wait } from "./target.ts";
import { isWait, type WaitEffect, type WaitExample, type WaitOperation } from "./targets/wait.ts";
import type { BrokenPromise } from "./trial.ts";

export function tryWaitEffect({ operations, examples }: WaitEffect): readonly BrokenPromise[] {
  const broken = examples.flatMap((example) =>
    playExample(operations[example.op], example).map((message) => ({
      example: example.about,
      message: `${example.op}: ${message}`,
    })),
  );
  const shown = new Set(examples.flatMap(({ op, ends }) => ends.map(({ outcome }) => `${op} ${outcome}`)));
  const missing = Object.entries(operations).flatMap(([op, { outcomes }]) =>
    outcomes
      .filter((outcome) => outcome !== "BACKEND_ERROR" && !shown.has(`${op} ${outcome}`))
      .map((outcome) => ({ example: null, message: `${op}: it has no example of ${outcome}` })),
  );
  return [...broken, ...missing];
}

/** Begun twice: whether and how long it waits follows from its input and the moment alone. */
function playExample(operation: WaitOperation | undefined, example: WaitExample): readonly string[] {
  if (operation === undefined) return ["the effect has no such operation"];
  const input = deepFreeze(structuredClone(example.input) as JsonObject);
  const begun = operation.begin(input, example.moment);
  if (!isSame(begun, operation.begin(input, example.moment))) return ["it begins otherwise a second time"];
  const { wait, ends } = example;
  if (!isWait(begun)) {
    const unlike = wait === null ? ends.flatMap((expected) => unlikeEnd(expected, begun)) : [];
    return wait === null ? unlike : ["it does not wait"];
  }
  if (wait === null || !isSame(begun, wait)) return [`it waits as ${JSON.stringify(begun)}`];
  return ends.flatMap((expected) => {
    const { end } = expected;
    return end === undefined ? ["it waits"] : unlikeEnd(expected, operation.end(wait, end));
  });
}

function unlikeEnd({ outcome, result }: WaitExample["ends"][number], ended: Performed): readonly string[] {
  if (ended.outcome !== outcome) return [`it ends in ${ended.outcome} instead of ${outcome}`];
  if (result === undefined || jsonEqual(ended.result ?? {}, result)) return [];
  return [`its result is ${JSON.stringify(ended.result ?? {})} instead of ${JSON.stringify(result)}`];
}

function isSame(a: Wait | Performed, b: Wait | Performed): boolean {
  return jsonEqual(a as unknown as Json, b as unknown as Json);
}
