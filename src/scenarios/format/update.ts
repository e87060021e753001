/** What to change in a scenario file so that it expects what came out. */

import { parsePointer, pointer } from "../../json/pointer.ts";
import { childAt } from "../../json/text.ts";
import { type Json, type JsonObject, jsonEqual } from "../../json/value.ts";
import { secretInName } from "../../trace/event.ts";
import type { Difference } from "../expect/compare.ts";
import { isMatcher, toAuthored } from "../expect/matchers.ts";
import type { Tested, TestedStep } from "../test-file.ts";
import { authoredIn, isUnexpected } from "./authored.ts";
import { looksReferring } from "./reference.ts";
import type { Source, SourceChange } from "./source.ts";

/** The recorded value for every place that differs. Markers and references are the author's, and stay. */
export function recordedChanges(source: Source, { steps }: Tested): readonly SourceChange[] {
  const authored = authoredIn(source).steps;
  return steps.flatMap((step, i) => {
    const { expect } = authored[i] ?? {};
    const at = ["steps", String(i), "expect"];
    if (step.found === null) return [];
    if (isUnexpected(expect)) return [{ at: pointer(at), value: toAuthored(ending(step.found)) }];
    return distinct(step.differences.flatMap((one) => changeFor(one, at, expect as JsonObject, step.found)));
  });
}

/** `{"$any": true}` for what a recorded value turned out to be drawn anew by every run. */
export function nondeterministicChanges(
  recorded: readonly SourceChange[],
  again: Tested,
): readonly SourceChange[] {
  const places = again.steps.flatMap(({ differences }) => differences.map(({ at }) => at));
  const drawn = places.flatMap((at) => {
    const one = recorded.find((change) => at === change.at || at.startsWith(`${change.at}/`));
    return one === undefined ? [] : [{ at: placeOutsideMarkers(one, at), value: { $any: true } }];
  });
  return distinct(drawn);
}

/** The place itself, or that of the marker that a recorded value has around it: within a marker nothing is one. */
function placeOutsideMarkers({ at: base, value: recorded }: SourceChange, at: string): string {
  const path = [...parsePointer(base)];
  let value = recorded;
  for (const part of parsePointer(at).slice(path.length)) {
    if (isMatcher(value)) break;
    path.push(part);
    value = childAt(value, part);
  }
  return pointer(path);
}

/** What is worth saying of every run. */
function ending(found: JsonObject): JsonObject {
  const { outcome = null, exit_reason = null, path = null, violations = [], refusal = null } = found;
  return {
    ...(refusal === null ? { outcome, exit_reason, path } : { refusal }),
    ...(jsonEqual(violations, []) ? {} : { violations }),
  };
}

function changeFor(
  { at }: Difference,
  base: readonly string[],
  expect: JsonObject,
  found: TestedStep["found"],
): readonly SourceChange[] {
  const prefix = `${pointer(base)}/`;
  if (!at.startsWith(prefix)) return [];
  const path: string[] = [];
  let wanted: Json | undefined = expect;
  let value: Json | undefined = found ?? {};
  for (const part of parsePointer(at).slice(base.length)) {
    if (isMatcher(wanted) || isWhole(path, wanted, value)) break;
    path.push(part);
    wanted = childAt(wanted, part);
    value = childAt(value, part);
  }
  // The name is not known: what stands under it is not expected.
  if (path.some((name) => secretInName(name) !== undefined)) return [];
  // A text that would be read as a reference cannot be expected as it is.
  if (isMatcher(wanted) || looksReferring(wanted ?? null) || looksReferring(value ?? null)) return [];
  const absent = path.length === 1 ? null : { $absent: true };
  return [{ at: pointer([...base, ...path]), value: value === undefined ? absent : toAuthored(value) }];
}

/** Lists of different length are replaced as a whole, and so is one that is told sorted. */
function isWhole(path: readonly string[], wanted: Json | undefined, value: Json | undefined): boolean {
  if (!Array.isArray(wanted)) return false;
  return path[0] === "violations" || !Array.isArray(value) || value.length !== wanted.length;
}

function distinct(changes: readonly SourceChange[]): readonly SourceChange[] {
  return changes.filter(({ at }, i) => changes.findIndex((one) => one.at === at) === i);
}
