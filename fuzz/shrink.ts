/** A case made smaller, as long as the same goes wrong. */

import { isObject, type Json } from "../src/json/value.ts";
import type { Case, Content } from "./play.ts";

/** Tries at most `tries` smaller ones. */
export async function shrunk(
  found: Case,
  isStill: (one: Case) => Promise<boolean>,
  tries: number,
): Promise<Case> {
  let smallest = found;
  let left = tries;
  for (let isSmaller = true; isSmaller && left > 0; ) {
    isSmaller = false;
    for (const one of smaller(smallest)) {
      if (left-- <= 0) break;
      if (!(await isStill(one))) continue;
      smallest = one;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

/** Smaller by one thing, the largest things first. */
function* smaller(one: Case): Generator<Case> {
  for (const i of one.lines.keys())
    if (one.lines.length > 1) yield { ...one, lines: one.lines.toSpliced(i, 1) };
  for (const [path] of Object.entries(one.files)) {
    const { [path]: _, ...files } = one.files;
    yield { ...one, files };
  }
  if (one.data !== null) yield { ...one, data: null };
  for (const [i, line] of one.lines.entries()) {
    for (const word of line.keys()) yield { ...one, lines: one.lines.with(i, line.toSpliced(word, 1)) };
  }
  for (const [path, content] of Object.entries(one.files)) {
    for (const text of smallerTexts(content)) yield { ...one, files: { ...one.files, [path]: text } };
  }
}

function* smallerTexts(content: Content | null): Generator<string> {
  if (typeof content !== "string") return;
  const value = jsonOrUndefined(content);
  if (value !== undefined) {
    for (const one of smallerValues(value)) yield JSON.stringify(one);
    return;
  }
  const lines = content.split("\n");
  for (let length = lines.length >> 1; length > 0; length >>= 1) {
    for (let i = 0; i < lines.length; i += length) yield lines.toSpliced(i, length).join("\n");
  }
}

function jsonOrUndefined(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    // What is lost in reading may be what goes wrong.
    return /__proto__|[eE][+-]?\d|\d{17}|-0\b/.test(text) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Without one member or item, first of the outermost. */
function* smallerValues(value: Json): Generator<Json> {
  if (Array.isArray(value)) {
    for (let length = value.length >> 1; length > 1; length >>= 1) {
      for (let i = 0; i < value.length; i += length) yield value.toSpliced(i, length);
    }
    for (const i of value.keys()) yield value.toSpliced(i, 1);
    for (const [i, item] of value.entries()) for (const one of smallerValues(item)) yield value.with(i, one);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      const { [key]: item, ...rest } = value;
      yield rest;
    }
    for (const [key, item] of Object.entries(value)) {
      for (const one of smallerValues(item)) yield { ...value, [key]: one };
    }
  }
}
