/** Values as XML writes them. */

import { printable, printableLines } from "../errors/printable.ts";
import { unicodeEscape } from "../json/text.ts";

export function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(printable(value))}"`)
    .join("");
}

/** XML 1.0 has no way to write most control characters at all: what a reader could not see is written as in JSON. */
export function escaped(text: string): string {
  const visible = printableLines(text.replace(/[\ufffe\uffff]/g, unicodeEscape));
  return visible.replace(/[&<>"]/g, reference);
}

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}
