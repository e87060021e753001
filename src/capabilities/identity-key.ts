/** Keys that are equal for texts that differ in case and white space alone. */

import { caseFold } from "./case-folding.ts";
import { pythonWords } from "./python-json.ts";

/** In characters. */
const MOST = 256;

export type IdentityKey =
  | { readonly key: string }
  | { readonly violation: "PART_BLANK"; readonly facts: { readonly part: string } }
  | { readonly violation: "KEY_TOO_LONG"; readonly facts: { readonly length: number; readonly most: number } };

/** The texts in their order, each folded, and joined by `|`; a `|` within a text is written `\|`. */
export function identityKey(texts: Readonly<Record<string, string>>, suffix = ""): IdentityKey {
  const parts = Object.entries(texts).map(([part, text]) => ({ part, folded: fold(text) }));
  const blank = parts.find(({ folded }) => folded === "");
  if (blank !== undefined) return { violation: "PART_BLANK", facts: { part: blank.part } };
  const key = `${parts.map(({ folded }) => folded).join("|")}${suffix}`;
  const length = [...key].length;
  return length > MOST ? { violation: "KEY_TOO_LONG", facts: { length, most: MOST } } : { key };
}

function fold(text: string): string {
  return caseFold(pythonWords(text).join(" ")).replaceAll("|", "\\|");
}
