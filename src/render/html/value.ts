/**
 * JSON values on a page: whole as long as they can be read, members sorted as they are hashed, what is short on one
 * line.
 */

import { counted } from "../../errors/counted.ts";
import { canonical } from "../../json/canonical.ts";
import { isObject, type Json, type JsonObject } from "../../json/value.ts";
import { isSuppressed } from "../../trace/event.ts";
import { Html, html, NOTHING } from "./text.ts";

/** Longer values are spread, one member a line. */
const LINE_LIMIT = 44;

/** The value under its name; nothing where there is none. */
export function named(name: string, value: Json | undefined): Html {
  if (value === undefined) return NOTHING;
  const text = canonical(value);
  const shown = text.length > VALUE_LIMIT ? shortenedTo(text) : lines(value, "");
  return html`<figure><figcaption>${name}</figcaption><pre>${shown}</pre></figure>`;
}

/** A longer value is shortened; the trace has the whole value. */
const VALUE_LIMIT = 50_000;
const SHORTENED = 2000;

function shortenedTo(text: string): Html {
  const [start, end] = [text.slice(0, SHORTENED), text.slice(-SHORTENED)];
  return html`${start.toWellFormed()} … ${end.toWellFormed()}
<mark>shortened</mark> ${counted(text.length, "character")}, complete in the trace`;
}

function lines(value: Json, indent: string): Html {
  // No value looks like this: strings are in quotation marks.
  if (isSuppressed(value)) return html`<mark>suppressed</mark> ${value.$suppressed}`;
  if (typeof value !== "object" || value === null) return html`${canonical(value)}`;
  const isShort = canonical(value).length <= LINE_LIMIT;
  const inner = isShort ? "" : `${indent}  `;
  const [open, close] = isObject(value) ? "{}" : "[]";
  const items = isObject(value) ? members(value, inner) : value.map((item) => lines(item, inner));
  const text = items.map(({ markup }) => markup);
  const inside = isShort ? text.join(", ") : `\n${inner}${text.join(`,\n${inner}`)}\n${indent}`;
  return new Html(`${open}${inside}${close}`);
}

function members(value: JsonObject, indent: string): readonly Html[] {
  const keys = Object.keys(value).sort();
  return keys.map((key) => html`${canonical(key)}: ${lines(value[key] as Json, indent)}`);
}
