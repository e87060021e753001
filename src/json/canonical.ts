/** The bytes that are hashed: RFC 8785 canonical JSON, and SHA-256 over it. */

import { sha256Hex } from "./sha256.ts";
import { TextMemory } from "./text-memory.ts";
import { isObject, type Json, type JsonObject } from "./value.ts";

declare const digest: unique symbol;

/** SHA-256 as 64 lower-case hexadecimal digits. */
export type Digest = string & { readonly [digest]: true };

export function isDigest(value: unknown): value is Digest {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

export const sha256 = sha256Hex as (data: string | Uint8Array) => Digest;

/** The value has no canonical form: `undefined`, a number JSON cannot write, or a lone surrogate. */
export class CanonicalError extends TypeError {}

/**
 * RFC 8785: members sorted by UTF-16 code units, ECMAScript number form, no white space.
 * @throws CanonicalError for values that JSON cannot represent; values read by `readObject` never throw.
 */
export function canonical(value: Json): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "number":
      if (!Number.isFinite(value)) throw new CanonicalError(`no canonical form for ${value}`);
      return Object.is(value, -0) ? "0" : `${value}`;
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      return isObject(value) ? canonicalObject(value) : canonicalArray(value);
    default:
      throw new CanonicalError(`no canonical form for ${typeof value}`);
  }
}

export function digestOf(value: Json): Digest {
  return sha256(canonical(value));
}

const PLAIN = /^[ !#-[\]-~]*$/;

/** What the canonical form of the text has between its quotes. @throws CanonicalError */
export function escaped(text: string): string {
  if (text.length < 200 && PLAIN.test(text)) return text;
  if (!text.isWellFormed()) throw new CanonicalError("no canonical form for a lone surrogate");
  return JSON.stringify(text).slice(1, -1);
}

const quote = (text: string) => `"${escaped(text)}"`;

function canonicalArray(items: readonly Json[]): string {
  let text = "[";
  for (let i = 0; i < items.length; i++) text += (i === 0 ? "" : ",") + canonical(items[i] as Json);
  return `${text}]`;
}

/** In UTF-16 units: data repeats few names. */
const MOST_LABELS = 2 ** 16;
const labels = new TextMemory<string>(MOST_LABELS);
const newLabel = (name: string) => `${quote(name)}:`;

/** The text before the value of a member. */
const labelOf = (name: string) => labels.recall(name, newLabel);

/** Most objects have their members in this order already: then no list of them is made. */
function canonicalObject(object: JsonObject): string {
  let text = "{";
  let before: string | undefined;
  for (const name in object) {
    if (before !== undefined) {
      if (before > name) return sortedObject(object);
      text += ",";
    }
    before = name;
    text += labelOf(name) + canonical(object[name] as Json);
  }
  return `${text}}`;
}

function sortedObject(object: JsonObject): string {
  const names = inOrder(Object.keys(object));
  let text = "{";
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    text += (i === 0 ? "" : ",") + labelOf(name) + canonical(object[name] as Json);
  }
  return `${text}}`;
}

/** Up to so many names, this is faster than the built-in sorting. */
const FEW = 12;

/** The same list, sorted. */
function inOrder(names: string[]): readonly string[] {
  if (names.length > FEW) return names.sort();
  for (let i = 1; i < names.length; i++) {
    const name = names[i] as string;
    let at = i;
    for (; at > 0 && (names[at - 1] as string) > name; at--) names[at] = names[at - 1] as string;
    names[at] = name;
  }
  return names;
}
