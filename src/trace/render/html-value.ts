/** JSON values on a page: whole, one member a line, members sorted as they are hashed. */

import { isObject, type Json } from "../../json.ts";
import { canonical } from "../canonical.ts";
import { isSuppressed } from "../event.ts";
import { Html, html, NOTHING } from "./html-text.ts";

/** The value under its name; nothing where there is none. */
export function named(name: string, value: Json | undefined): Html {
  if (value === undefined) return NOTHING;
  return html`<figure><figcaption>${name}</figcaption><pre>${lines(value, "")}</pre></figure>`;
}

function lines(value: Json, indent: string): Html {
  // No text of a value looks like this: texts stand in quotation marks.
  if (isSuppressed(value)) return html`<mark>suppressed</mark> ${value.$suppressed}`;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => lines(item, inner));
    return bracketed(html`[`, items, html`]`, indent);
  }
  if (!isObject(value)) return html`${canonical(value)}`;
  const members = Object.keys(value)
    .sort()
    .map((key) => html`${canonical(key)}: ${lines(value[key] as Json, inner)}`);
  return bracketed(html`{`, members, html`}`, indent);
}

function bracketed(open: Html, items: readonly Html[], close: Html, indent: string): Html {
  if (items.length === 0) return html`${open}${close}`;
  const last = items.length - 1;
  const rows = items.map((item, i) => `\n${indent}  ${item.markup}${i < last ? "," : ""}`);
  return new Html(`${open.markup}${rows.join("")}\n${indent}${close.markup}`);
}
