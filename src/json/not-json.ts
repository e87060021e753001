/** Whether a value of the program is one that JSON can carry. */

import { isObject } from "./value.ts";

type Path = readonly (string | number)[];

/** Where a value is not JSON, or undefined when all of it is. */
export function notJson(value: unknown, path: Path): Path | undefined {
  const below = flawIn(value);
  return below && [...path, ...below];
}

/** The path is made only where there is a flaw. */
function flawIn(value: unknown): Path | undefined {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? undefined : [];
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : [];
    case "object": {
      if (value === null) return undefined;
      if (!Array.isArray(value) && !isPlain(value)) return [];
      for (const key of Object.keys(value)) {
        const below = flawIn((value as { readonly [key: string]: unknown })[key]);
        if (below !== undefined) return [key, ...below];
      }
      return undefined;
    }
    default:
      return [];
  }
}

/** Not of a class, such as a Date: JSON would make something else of it. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return isObject(value) && (prototype === Object.prototype || prototype === null);
}
