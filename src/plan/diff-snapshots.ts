/** What one snapshot declares and another does not, or otherwise; and whether those who rely on it are broken by it. */

import { isObject, type Json, type JsonObject, jsonEqual, own } from "../json.ts";
import type { Declared, DeclaredKind } from "./surface.ts";

export interface SnapshotDifference extends Omit<Declared, "value"> {
  readonly change: "added" | "removed" | "changed";
  readonly breaking: boolean;
  readonly a?: Json;
  readonly b?: Json;
}

/** Those of an artifact that only one of them has are told as the artifact alone. */
export function diffSurfaces(a: readonly Declared[], b: readonly Declared[]): readonly SnapshotDifference[] {
  const [before, after] = [byKey(a), byKey(b)];
  const [known, kept] = [artifactsOf(a), artifactsOf(b)];
  const isTold = ({ kind, artifact }: Declared) =>
    kind === "artifact" || (known.has(artifact) && kept.has(artifact));
  const removedOrChanged = a.filter(isTold).flatMap((one) => differing(one, after.get(keyOf(one))));
  const added = b.filter((one) => isTold(one) && !before.has(keyOf(one)));
  return [...removedOrChanged, ...added.map(toAdded)];
}

const keyOf = ({ kind, artifact, name }: Declared) => JSON.stringify([kind, artifact, name]);

function byKey(declared: readonly Declared[]): ReadonlyMap<string, Declared> {
  return new Map(declared.map((one) => [keyOf(one), one]));
}

function artifactsOf(declared: readonly Declared[]): ReadonlySet<string> {
  return new Set(declared.map(({ artifact }) => artifact));
}

function differing(before: Declared, after: Declared | undefined): readonly SnapshotDifference[] {
  const { value: a, ...place } = before;
  if (after === undefined)
    return [{ ...place, change: "removed", breaking: breaks.removed.has(place.kind), a }];
  const { value: b, ...now } = after;
  if (jsonEqual(a, b)) return [];
  return [{ ...now, change: "changed", breaking: isBreaking(place.kind, a, b), a, b }];
}

function toAdded({ value: b, ...place }: Declared): SnapshotDifference {
  const isRequired = place.kind === "field" && isObject(b) && own(b, "required") === true;
  // An artifact that is new is relied on by nobody yet; a rule of admission keeps out who was let in.
  return { ...place, change: "added", breaking: isRequired || place.kind === "admission", b };
}

const breaks: Readonly<Record<"removed" | "changed", ReadonlySet<DeclaredKind>>> = {
  removed: new Set(["artifact", "node", "edge", "outcome", "field", "output", "binding", "store"]),
  changed: new Set(["edge", "outcome", "output", "store", "start", "admission"]),
};

function isBreaking(kind: DeclaredKind, a: Json, b: Json): boolean {
  if (kind === "compilation") return a === "compiles";
  if (!isObject(a) || !isObject(b)) return breaks.changed.has(kind);
  if (kind === "field") return isNarrower(a, b);
  if (kind === "node") return isOther(a, b, ["type", "reason"]);
  if (kind === "binding") return isOther(a, b, ["path"]);
  return breaks.changed.has(kind);
}

function isOther(a: JsonObject, b: JsonObject, members: readonly string[]): boolean {
  return members.some((name) => !jsonEqual(own(a, name) ?? null, own(b, name) ?? null));
}

/** Whether a value that was taken before might be refused now: another type, a rule that is new or changed. */
function isNarrower(a: JsonObject, b: JsonObject): boolean {
  if (isOther(a, b, ["type"])) return true;
  return Object.entries(b).some(([rule, now]) => {
    const before = own(a, rule);
    if (rule === "default" || (before !== undefined && jsonEqual(before, now))) return false;
    if (rule === "required") return now === true;
    if (rule === "enum" && Array.isArray(before) && Array.isArray(now)) {
      return before.some((one: Json) => !now.some((other: Json) => jsonEqual(one, other)));
    }
    return !(typeof before === "number" && typeof now === "number" && now < before);
  });
}
