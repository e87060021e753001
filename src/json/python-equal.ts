/** Equality of JSON values as Python has it. */

import { isObject, type Json, type JsonObject, own } from "./value.ts";

/** Equality in which true is 1 and false is 0; otherwise type and value, member order aside. */
export function pythonEqual(a: Json, b: Json): boolean {
  const left = typeof a === "boolean" ? Number(a) : a;
  const right = typeof b === "boolean" ? Number(b) : b;
  if (left === right) return true;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, i) => pythonEqual(item, right[i] as Json))
    );
  }
  return isObject(left) && isObject(right) && sameMembers(left, right);
}

function sameMembers(a: JsonObject, b: JsonObject): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => {
      const other = own(b, key);
      return other !== undefined && pythonEqual(a[key] as Json, other);
    })
  );
}
