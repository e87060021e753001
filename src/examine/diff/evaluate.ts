/** How two values of two traces are compared: what is suppressed or drawn may differ, and is said to. */

import { type ClassifyDifference, differing, jsonDifferences } from "../../json/diff.ts";
import { isObject } from "../../json/value.ts";
import { isSuppressed } from "../../trace/event.ts";
import type { Nondeterminism } from "./nondeterminism.ts";

/** Judges by what was drawn so far. */
export function evaluator(drawn: Nondeterminism): ClassifyDifference {
  const judge: ClassifyDifference = (a, b, at) => {
    if (isSuppressed(a) && isSuppressed(b)) return [{ ...differing(a, b, at), because: "suppressed" }];
    if (typeof a === "string" && typeof b === "string")
      return drawn.isSame(a, b) ? [{ ...differing(a, b, at), because: "drawn" }] : undefined;
    if (!isObject(a) || !isObject(b)) return undefined;
    const [left, right] = [drawn.maskKeys("a", a), drawn.maskKeys("b", b)];
    return left === undefined || right === undefined ? undefined : jsonDifferences(left, right, at, judge);
  };
  return judge;
}
