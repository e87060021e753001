/** Whether a value of the program is one that JSON can carry. */

import { isObject, type Json } from "./value.ts";

/** Where a value is not JSON, or undefined when all of it is. */
export function notJson(
  value: unknown,
  path: readonly (string | number)[],
): readonly (string | number)[] | undefined {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? undefined : path;
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : path;
    case "object": {
      if (value === null) return undefined;
      if (!Array.isArray(value) && !isPlain(value)) return path;
      for (const [key, item] of Object.entries(value as { [key: string]: Json })) {
        const found = notJson(item, [...path, key]);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    default:
      return path;
  }
}

/** Not of a class, such as a Date: JSON would make something else of it. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return isObject(value) && (prototype === Object.prototype || prototype === null);
}
