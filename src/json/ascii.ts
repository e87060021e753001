/**
 * JSON as Python's `json.dumps(value, sort_keys=True)` writes it, which the digests and files of assembled snapshots are
 * made of: ASCII alone, members by code point.
 */

import { quoteAscii } from "./text.ts";
import { isObject, type Json } from "./value.ts";

/** Without white space: the bytes that are hashed. */
export function asciiCanonical(value: Json): string {
  return written(value, (parts) => parts.join(","), ":");
}

/** With an indentation of 2, and no line feed at the end. */
export function asciiPretty(value: Json, indent = ""): string {
  const inner = `${indent}  `;
  return written(
    value,
    (parts) => `\n${inner}${parts.join(`,\n${inner}`)}\n${indent}`,
    ": ",
    (one) => asciiPretty(one, inner),
  );
}

function written(
  value: Json,
  joined: (parts: readonly string[]) => string,
  colon: string,
  part: (value: Json) => string = asciiCanonical,
): string {
  if (typeof value === "string") return quoteAscii(value);
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[${joined(value.map(part))}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort(byCodePoint);
  if (keys.length === 0) return "{}";
  return `{${joined(keys.map((key) => `${quoteAscii(key)}${colon}${part(value[key] as Json)}`))}}`;
}

/** The order of two texts by code point, where `<` compares UTF-16 units. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** A surrogate stands for a code point above all that one unit holds. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
