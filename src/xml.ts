/** Values as XML writes them. */

import { unicodeEscape } from "./json.ts";

export function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(value).replace(/[\t\n]/g, reference)}"`)
    .join("");
}

/** XML 1.0 has no way to write most control characters at all: they stand as JSON escapes them. */
export function escaped(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r]|\p{Cs}|[\ufffe\uffff]/gu, unicodeEscape).replace(/[&<>"\r]/g, reference);
}

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}
