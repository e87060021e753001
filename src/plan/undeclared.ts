/** Members of a payload that the intent does not declare (SPEC 4.3): admitted, unless the intent is closed. */

import { pointer } from "../json/pointer.ts";
import { isObject, type Json, type JsonObject } from "../json/value.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import { isSuppressed } from "../trace/event.ts";
import type { FieldSpec, IntentSpec, Unmet } from "./intent.ts";
import type { Plan } from "./plan.ts";

/** A member that is not declared, and the declared names of those beside it that the payload lacks. */
interface Undeclared {
  readonly path: readonly (string | number)[];
  readonly absent: readonly string[];
}

type IsOpaque = (value: JsonObject) => boolean;

/** At every depth at which members are declared, in the order of the payload; none inside of what is opaque. */
function* undeclaredIn(
  spec: IntentSpec,
  value: JsonObject,
  isOpaque: IsOpaque,
  path: Undeclared["path"] = [],
): Generator<Undeclared> {
  for (const [name, member] of Object.entries(value)) {
    const field = Object.hasOwn(spec, name) ? spec[name] : undefined;
    if (field !== undefined) yield* undeclaredBelow(field, member, isOpaque, [...path, name]);
    else {
      const absent = Object.keys(spec).filter((one) => !Object.hasOwn(value, one));
      yield { path: [...path, name], absent };
    }
  }
}

function* undeclaredBelow(
  { fields, items }: FieldSpec,
  value: Json,
  isOpaque: IsOpaque,
  path: Undeclared["path"],
): Generator<Undeclared> {
  if (fields !== undefined && isObject(value) && !isOpaque(value))
    yield* undeclaredIn(fields, value, isOpaque, path);
  if (items === undefined || !Array.isArray(value)) return;
  for (const [i, item] of value.entries()) yield* undeclaredBelow(items, item, isOpaque, [...path, i]);
}

/** False where one quick look shows that there is none, as of nearly every payload. */
function mayHaveUndeclared(spec: IntentSpec, value: JsonObject): boolean {
  for (const name in value) {
    if (!Object.hasOwn(spec, name)) return true;
    const { fields, items } = spec[name] as FieldSpec;
    if (fields === undefined && items === undefined) continue;
    const member = value[name] as Json;
    if (Array.isArray(member) || fields === undefined || !isObject(member)) return true;
    if (mayHaveUndeclared(fields, member)) return true;
  }
  return false;
}

/** The violations of a closed intent, by pointer. */
export function undeclaredMembers(spec: IntentSpec, payload: JsonObject): readonly Unmet[] {
  if (!mayHaveUndeclared(spec, payload)) return [];
  const found = undeclaredIn(spec, payload, () => false);
  const pointers = Array.from(found, ({ path }) => pointer(path)).sort();
  return pointers.map((one) => ({ pointer: one, constraint: "undeclared" }));
}

/** A member of a payload that its intent does not declare. */
export interface UndeclaredField {
  /** JSON Pointer into the payload. */
  readonly field: string;
  readonly intent: string;
  /** The nearest declared name that the payload lacks beside it; null where none is near. */
  readonly nearest: string | null;
}

/** Of a payload as a trace shows it, in its order. None where the intent is closed: then they are violations. */
export function undeclaredFields({ nodes, start }: Plan, payload: JsonObject): readonly UndeclaredField[] {
  const node = nodes.get(start);
  const intent = node?.type === "IN" ? node.intent : null;
  if (intent === null || intent.isClosed || !mayHaveUndeclared(intent.spec, payload)) return [];
  return Array.from(undeclaredIn(intent.spec, payload, isSuppressed), ({ path, absent }) => {
    const nearest = nearestName(String(path.at(-1)), absent);
    return { field: pointer(path), intent: intent.fqdn, nearest };
  });
}
