/** What of a replay cannot be held to the record, because the record suppresses it. */

import { isObject, type Json, own, parsePointer } from "../../json.ts";
import type { Unmet } from "../../plan/intent.ts";
import { isSuppressed } from "../../trace/event.ts";

/**
 * The recomputed value with what the record suppresses put in its place, and how often that was done. What could only
 * be recomputed from something suppressed is not compared either.
 */
export function withSuppressed(recorded: Json, found: Json): { readonly value: Json; readonly hidden: number } {
  let hidden = 0;
  const put = (known: Json | undefined, value: Json): Json => {
    if (known === undefined) return value;
    if (isSuppressed(known) || isSuppressed(value)) {
      hidden++;
      return known;
    }
    if (Array.isArray(known) && Array.isArray(value)) return value.map((item: Json, i) => put(known[i], item));
    if (!isObject(known) || !isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, put(own(known, key), item)]));
  };
  return { value: put(recorded, found), hidden };
}

/**
 * The rules that were not met: those about a suppressed value as they are recorded, in their places; all others as
 * found again. `judged` is what the rules are about.
 */
export function reconcile(found: readonly Unmet[], recorded: readonly Unmet[], judged: Json): readonly Unmet[] {
  const isHidden = ({ pointer, actual }: Unmet) => isSuppressed(actual) || hides(judged, pointer);
  const visible = found.filter((one) => !isHidden(one));
  const reconciled: Unmet[] = [];
  for (const one of recorded) {
    const next = isHidden(one) ? one : visible.shift();
    if (next !== undefined) reconciled.push(next);
  }
  return [...reconciled, ...visible];
}

/** Whether a suppressed value stands at the pointer or above it. */
function hides(judged: Json, at: string): boolean {
  let value: Json | undefined = judged;
  for (const part of parsePointer(at)) {
    value = Array.isArray(value)
      ? (value[Number(part)] as Json | undefined)
      : isObject(value)
        ? own(value, part)
        : undefined;
    if (isSuppressed(value)) return true;
  }
  return false;
}
