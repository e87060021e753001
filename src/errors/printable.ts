/** Makes untrusted text safe to print: it cannot move the cursor, change the text direction, hide, or begin a line. */

import { unicodeEscape } from "../json/text.ts";

/** Characters that are invisible or change how other text is shown: control, format and surrogate characters. */
export const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text on one line, with invisible characters as JSON escapes. */
export function printable(text: string): string {
  return text.replace(UNSEEN, escapeUnits);
}

/** The same for a text of several lines, whose line breaks and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(/[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeUnits);
}

/** An indented JSON document in visible characters. */
export function jsonText(value: unknown): string {
  return `${printableLines(JSON.stringify(value, null, 2))}\n`;
}

function escapeUnits(mark: string): string {
  return mark.split("").map(unicodeEscape).join("");
}
