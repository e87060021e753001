/** `{{steps.NAME.path}}`: what a step says of an earlier one, found where it stands and put in its place. */

import type { Path } from "../../json/diff.ts";
import { pointer } from "../../json/pointer.ts";
import { isObject, type Json } from "../../json/value.ts";

export interface Reference {
  /** As written, braces and all. */
  readonly text: string;
  readonly step: string;
  readonly path: readonly string[];
}

/** A reference at the place at which it stands. */
export interface Referring {
  readonly at: string;
  readonly reference: Reference;
}

const REFERENCE = /\{\{\s*steps\.([A-Za-z0-9_-]+)((?:\.[^\s.[\]{}]+|\[\d+\]|\["[^"]*"\])*)\s*\}\}/g;
const PART = /\.([^\s.[\]{}]+)|\[(\d+)\]|\["([^"]*)"\]/g;

function referencesIn(text: string): readonly Reference[] {
  return [...text.matchAll(REFERENCE)].map(([whole, step = "", path = ""]) => ({
    text: whole,
    step,
    path: [...path.matchAll(PART)].map(([, name, index, quoted]) => name ?? index ?? quoted ?? ""),
  }));
}

/** Every reference below a value, in order. */
export function referring(value: Json, at: Path): readonly Referring[] {
  if (typeof value === "string") {
    return referencesIn(value).map((reference) => ({ at: pointer(at), reference }));
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries<Json>(value).flatMap(([key, child]) => referring(child, [...at, key]));
}

/** Something that has the braces of a reference and is none, so that it would be taken as it stands. */
export function misspelt(value: Json, at: Path): string | undefined {
  if (typeof value === "string") {
    const rest = value.replace(REFERENCE, "");
    return /\{\{\s*steps\b/.test(rest) ? pointer(at) : undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, child] of Object.entries<Json>(value)) {
    const found = misspelt(child, [...at, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a text below the value would be taken for a reference, well written or not. */
export function looksReferring(value: Json): boolean {
  return referring(value, []).length > 0 || misspelt(value, []) !== undefined;
}

/** What a reference stands for; throws for one that reaches nothing. */
export type Resolve = (reference: Reference, at: string) => Json;

/** The value with everything referred to in its place: the value itself where a text is one reference, else as text. */
export function resolved(value: Json, at: Path, resolve: Resolve): Json {
  if (typeof value === "string") return resolvedText(value, pointer(at), resolve);
  if (Array.isArray(value)) return value.map((item: Json, i) => resolved(item, [...at, i], resolve));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, resolved(child, [...at, key], resolve)]),
  );
}

function resolvedText(text: string, at: string, resolve: Resolve): Json {
  const [only] = referencesIn(text);
  if (only !== undefined && only.text === text) return resolve(only, at);
  // In one pass: what is put in is not looked through again.
  return text.replace(REFERENCE, (whole) => {
    const [reference] = referencesIn(whole);
    const value = reference === undefined ? whole : resolve(reference, at);
    return typeof value === "string" ? value : JSON.stringify(value);
  });
}
