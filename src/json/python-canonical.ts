/** JSON text as Python writes it with sorted members, in ASCII: what ids and assembled snapshots are hashed over. */

import { quoteAscii, unicodeEscape } from "./text.ts";
import { isObject, type Json, type JsonObject } from "./value.ts";

/**
 * Canonical JSON text in ASCII: members sorted by code point, no white space. Numbers go by value: 2.0 is
 * written `2`, and an integer is written in full whatever its size.
 */
export function canonicalPython(value: Json): string {
  if (typeof value === "object" && value !== null && isPrintedSorted(value))
    return asciiOf(JSON.stringify(value));
  return written(value);
}

/** Whether a printer writes it in this order and with these numbers: most files were written sorted. */
function isPrintedSorted(value: Json): boolean {
  if (typeof value === "number") return Number.isSafeInteger(value);
  if (typeof value !== "object" || value === null) return true;
  if (!isObject(value)) return value.every(isPrintedSorted);
  let before = "";
  for (const key of Object.keys(value)) {
    if (key < before || SURROGATE.test(key) || !isPrintedSorted(value[key] as Json)) return false;
    before = key;
  }
  return true;
}

const asciiOf = (text: string) => text.replace(/[\u007f-\uffff]/g, unicodeEscape);

function written(value: Json): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") return pythonNumber(value);
  if (typeof value === "boolean") return value ? "true" : "false";
  if (value === null) return "null";
  return isObject(value) ? canonicalObject(value) : `[${value.map(written).join(",")}]`;
}

/** The shortest text of a number, with an exponent below 0.0001 (`1e-05`) and never for an integer. */
export function pythonNumber(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? "0" : `${value}`;
  if (Number.isInteger(value)) return BigInt(value).toString();
  if (Math.abs(value) >= 1e-4) return `${value}`;
  return value.toExponential().replace(/e-(\d)$/, "e-0$1");
}

/** The same with an indent of two, one item a line: how the files of assembled snapshots are written. */
export function prettyPython(value: Json, depth = 0): string {
  if (typeof value !== "object" || value === null) return canonicalPython(value);
  const items = isObject(value)
    ? sortedKeys(value).map((key) => `${quote(key)}: ${prettyPython(value[key] as Json, depth + 1)}`)
    : value.map((item) => prettyPython(item, depth + 1));
  const [open, close] = isObject(value) ? "{}" : "[]";
  if (items.length === 0) return `${open}${close}`;
  const indent = "  ".repeat(depth + 1);
  return `${open}\n${indent}${items.join(`,\n${indent}`)}\n${indent.slice(2)}${close}`;
}

function canonicalObject(object: JsonObject): string {
  return `{${sortedKeys(object)
    .map((key) => `${quote(key)}:${written(object[key] as Json)}`)
    .join(",")}}`;
}

const PLAIN = /^[ !#-[\]-~]*$/;
const SURROGATE = /[\ud800-\udfff]/;

function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : quoteAscii(text);
}

/** Code units and code points order alike unless surrogates take part. */
function sortedKeys(object: JsonObject): readonly string[] {
  const keys = Object.keys(object);
  return keys.some((key) => SURROGATE.test(key)) ? keys.sort(byCodePoint) : keys.sort();
}

/** The order in which Python sorts texts. */
export function byCodePoint(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
  }
  return a.length - b.length;
}

/** Lifts surrogates, which stand for code points above U+FFFF, over the units behind them. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
