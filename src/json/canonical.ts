/** The bytes that are hashed: RFC 8785 canonical JSON, and SHA-256 over it. */

import { sha256Hex } from "./sha256.ts";
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

function quote(text: string): string {
  if (text.length < 200 && PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new CanonicalError("no canonical form for a lone surrogate");
  return JSON.stringify(text);
}

function canonicalArray(items: readonly Json[]): string {
  let text = "[";
  for (let i = 0; i < items.length; i++) text += (i === 0 ? "" : ",") + canonical(items[i] as Json);
  return `${text}]`;
}

function canonicalObject(object: JsonObject): string {
  const keys = Object.keys(object);
  if (!isSorted(keys)) keys.sort();
  let text = "{";
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    text += `${i === 0 ? "" : ","}${quote(key)}:${canonical(object[key] as Json)}`;
  }
  return `${text}}`;
}

function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if ((keys[i - 1] as string) > (keys[i] as string)) return false;
  return true;
}
