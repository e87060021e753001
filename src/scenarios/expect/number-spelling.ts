/** Numbers that a reader of JSON values cannot tell from others that are spelled otherwise. */

import { spellings, utf8 } from "../../json/text.ts";
import type { RunStep } from "../scenario.ts";

/**
 * Where a step's payload spells a whole number with a fraction or an exponent, as `/numbers/0 2.0`. A vector that
 * expects another answer for `2.0` than for `2` was made by a reader that keeps them apart.
 */
export function spelledOtherwise({ payload }: RunStep): readonly string[] {
  const found = spellings(utf8(payload), (_, token) => isWholeFloat(token));
  return [...found].map(([at, spelled]) => `${at} ${spelled}`);
}

/** The step with a half added to every such number: what only the spelling said, its value says now. */
export function unmistakable(step: RunStep): RunStep {
  const text = utf8(step.payload).replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    isWholeFloat(token) ? String(Number(token) + 0.5) : token,
  );
  return { ...step, payload: Buffer.from(text) };
}

function isWholeFloat(token: string): boolean {
  return /^-?\d+(?=[.eE])/.test(token) && Number.isInteger(Number(token));
}
