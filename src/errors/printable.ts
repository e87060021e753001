/** Makes untrusted text safe to print: it cannot move the cursor, change the text direction, hide, or begin a line. */

import { unicodeEscape } from "../json/text.ts";

/** Most texts, and made in no time: an expression with classes of the characters of all scripts takes a millisecond. */
const ASCII = /^[ -~]*$/;
const ASCII_LINES = /^[ -~\n\t]*$/;

/** The text with something else for what is invisible or changes how other text is shown: control, format and surrogate characters. */
export function replaceUnseen(text: string, by: (mark: string) => string): string {
  return ASCII.test(text) ? text : text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, by);
}

/** The text on one line, with invisible characters as JSON escapes. */
export function printable(text: string): string {
  return replaceUnseen(text, escapeUnits);
}

/** The same for a text of several lines, whose line breaks and tabs stay. */
export function printableLines(text: string): string {
  if (ASCII_LINES.test(text)) return text;
  return text.replace(/\r\n/g, "\n").replace(/[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeUnits);
}

/** An indented JSON document in visible characters. */
export function jsonText(value: unknown): string {
  return `${printableLines(JSON.stringify(value, null, 2))}\n`;
}

function escapeUnits(mark: string): string {
  return mark.split("").map(unicodeEscape).join("");
}
