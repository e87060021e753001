/** JSON values: their types, and what is asked of them. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** A JSON object while it is being built. */
export type MutableJson = { [key: string]: Json };

export type JsonType = "null" | "boolean" | "number" | "string" | "array" | "object";

export function typeOf(value: Json): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as JsonType;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Own property or undefined; prototypes are never reachable. */
export function own(value: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The member when it is an object, else an empty one. */
export function objectAt(parent: JsonObject, key: string): JsonObject {
  const value = own(parent, key);
  return isObject(value) ? value : {};
}

/** Sets an own property even where the key is `__proto__`. */
export function setOwn(target: MutableJson, key: string, value: Json): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/** An object without its members that are `undefined`. */
export type Present<T> = { readonly [N in keyof T as undefined extends T[N] ? never : N]: T[N] } & {
  readonly [N in keyof T as undefined extends T[N] ? N : never]?: Exclude<T[N], undefined>;
};

/** The members that have a value, in the order given. Cheaper than to spread one by one where most have none. */
export function present<const T extends object>(members: T): Present<T> {
  const object: { [name: string]: unknown } = {};
  for (const name in members) if (members[name] !== undefined) object[name] = members[name];
  return object as Present<T>;
}

/** Same JSON type and same value; object key order does not count. */
export function jsonEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => jsonEqual(item, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  let count = 0;
  for (const key in a) {
    if (!Object.hasOwn(b, key) || !jsonEqual(a[key], b[key])) return false;
    count++;
  }
  for (const _ in b) count--;
  return count === 0;
}

export function deepFreeze<T extends Json>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const child of Object.values<Json>(value)) deepFreeze(child);
  return Object.freeze(value);
}

/** What a modest value has at most, where each value, each name, and eight UTF-16 units of a text or name count as one. */
const MODEST = 500;

/**
 * True where one short pass shows that a value is neither deep nor large: it has less than 500 levels, and less than 4000
 * UTF-16 units of text. False where the pass does not show it, although it may be so.
 */
export function isModest(value: Json): boolean {
  return roomAfter(value, MODEST) >= 0;
}

function roomAfter(value: Json, room: number): number {
  if (typeof value === "string") return room - 1 - (value.length >> 3);
  if (typeof value !== "object" || value === null || room < 0) return room - 1;
  let left = room - 1;
  for (const name in value) {
    left = roomAfter((value as JsonObject)[name] as Json, left - 1 - (name.length >> 3));
    if (left < 0) break;
  }
  return left;
}

/** Whether any value is nested more than `levels` below this one. */
export function isDeeper(value: Json, levels: number): boolean {
  if (levels < 0) return true;
  if (typeof value !== "object" || value === null) return false;
  for (const key of Object.keys(value))
    if (isDeeper((value as JsonObject)[key] as Json, levels - 1)) return true;
  return false;
}

/** Whether the value's text would have more than `size` UTF-16 units. It is made only where that is in doubt. */
export function isLarger(value: Json, size: number): boolean {
  if (roomLeft(value, size) >= 0) return false;
  try {
    return JSON.stringify(value).length > size;
  } catch (error) {
    if (error instanceof RangeError) return true; // more than a text can hold
    throw error;
  }
}

/** What is left of `room` when every unit is written as an escape; below zero, it may not have sufficed. */
function roomLeft(value: Json, room: number): number {
  if (typeof value === "string") return room - 6 * value.length - 3;
  if (typeof value !== "object" || value === null) return room - 26;
  let left = room - 3;
  for (const key of Object.keys(value)) {
    left = roomLeft((value as JsonObject)[key] as Json, left - 6 * key.length - 3);
    if (left < 0) break;
  }
  return left;
}

/** The path of the first difference between two values, or undefined if they are equal. */
export function firstDifference(
  a: Json,
  b: Json,
  path: readonly (string | number)[] = [],
): (string | number)[] | undefined {
  if (jsonEqual(a, b)) return undefined;
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    const pairs = a.map((item: Json, i): readonly [Json, Json] => [item, b[i]]);
    const index = pairs.findIndex(([left, right]) => !jsonEqual(left, right));
    const pair = pairs[index];
    return pair === undefined ? [...path] : firstDifference(...pair, [...path, index]);
  }
  if (isObject(a) && isObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    for (const key of keys) {
      const [left, right] = [own(a, key), own(b, key)];
      if (left === undefined || right === undefined) return [...path, key];
      const deeper = firstDifference(left, right, [...path, key]);
      if (deeper !== undefined) return deeper;
    }
  }
  return [...path];
}

/** The value with every object's members in canonical order; the value itself when they already are. */
export function inCanonicalOrder<T extends Json>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  return (Array.isArray(value) ? orderedItems(value) : orderedMembers(value as JsonObject)) as T;
}

function orderedItems(items: readonly Json[]): readonly Json[] {
  let changed: Json[] | undefined;
  items.forEach((item, i) => {
    const ordered = inCanonicalOrder(item);
    if (ordered === item) return;
    changed ??= [...items];
    changed[i] = ordered;
  });
  return changed ?? items;
}

function orderedMembers(object: JsonObject): JsonObject {
  const keys = Object.keys(object);
  let isOrdered = true;
  let changed: Map<string, Json> | undefined;
  keys.forEach((key, i) => {
    if (i > 0 && (keys[i - 1] as string) > key) isOrdered = false;
    const value = object[key] as Json;
    const ordered = inCanonicalOrder(value);
    if (ordered === value) return;
    changed ??= new Map();
    changed.set(key, ordered);
  });
  if (isOrdered && changed === undefined) return object;
  const made: MutableJson = {};
  for (const key of keys.sort()) setOwn(made, key, changed?.get(key) ?? (object[key] as Json));
  return made;
}
