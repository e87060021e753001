/**
 * Untrusted text inside Markdown. Names, payloads and facts are untrusted: they reach the page only
 * as code, in a form that can neither end a table cell, nor a line, nor become markup.
 */

import { counted } from "../errors/counted.ts";
import { replaceUnseen } from "../errors/printable.ts";
import { canonical } from "../json/canonical.ts";
import type { Json } from "../json/value.ts";
import { shortened } from "./picture/text-metrics.ts";

/** Longer values are shortened; the trace has the whole value. */
const VALUE_LIMIT = 400;

/** Safe between backticks, also in a table cell. */
const PLAIN = /^(?! )[^`|]+(?<! )$/;

export function visible(text: string): string {
  return replaceUnseen(text, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`);
}

export function code(text: string): string {
  const shown = text === "" ? '""' : visible(text);
  if (PLAIN.test(shown)) return `\`${shown}\``;
  // Between HTML tags Markdown is still read, but never out of character references.
  return `<code>${shown.replace(/[!-/:-@[-`{-~]/g, (mark) => `&#${mark.charCodeAt(0)};`)}</code>`;
}

/** What a cell holds that has nothing to tell. */
export const ABSENT = "–";

export function optional(text: string | null | undefined): string {
  return text === null || text === undefined ? ABSENT : code(text);
}

/** The canonical JSON of a value, shortened in the middle where it is long. */
export function value(json: Json): string {
  const text = canonical(json);
  const short = shortened(text, VALUE_LIMIT);
  return short === text ? code(text) : `${code(short)} (${counted([...text].length, "character")})`;
}

/** A link to a file in the same folder. */
export function fileLink(name: string): string {
  const target = encodeURIComponent(visible(name)).replace(/[!'()*~]/g, (mark) => {
    return `%${mark.charCodeAt(0).toString(16)}`;
  });
  return `[${code(name)}](${target})`;
}

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  return line(heads) + line(heads.map(() => "---")) + rows.map(line).join("");
}
