/** Text in a picture: what the shipped font can show, and exactly how wide it is. */

import { replaceUnseen } from "../../errors/printable.ts";

export const UNITS_PER_EM = 2048;

/** DejaVu Sans Mono: every glyph is so many units wide. */
export const GLYPH_WIDTH = 1233;

const ADVANCE = GLYPH_WIDTH / UNITS_PER_EM;

/** From the middle of a capital to its base line. */
const HALF_CAPITAL = 1493 / UNITS_PER_EM / 2;

export const FONT_FAMILY = "DejaVu Sans Mono";

export function textWidth(text: string, size: number): number {
  return [...text].length * ADVANCE * size;
}

/** How far below the middle of a line its base line lies. */
export function baseline(size: number): number {
  return HALF_CAPITAL * size;
}

const NOT_IN_FONT =
  /[^ -~\u00a0-\u017f\u0374-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u03f0-\u045f\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u20ac\u2190-\u2199\u2500-\u257f\u25a0-\u25ff\u2713-\u2718]/gu;

/** Most texts: ASCII, and the marks that pictures add. */
const USUAL = /^[ -~·…▶]*$/;

/** The text without control characters, with a replacement mark for each letter the font does not have. */
export function drawable(text: string): string {
  return USUAL.test(text) ? text : replaceUnseen(text, () => "").replace(NOT_IN_FONT, "\ufffd");
}

/** At most `limit` characters; the middle is shortened, because beginning and end distinguish names. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const ends = text.length > 4 * limit ? text.slice(0, 2 * limit) + text.slice(-2 * limit) : text;
  const letters = [...ends];
  if (letters.length <= limit) return text;
  const tail = Math.floor((limit - 1) / 2);
  return `${letters.slice(0, limit - 1 - tail).join("")}…${letters.slice(-tail).join("")}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

export function xml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark);
}

const MARKS = new Map(Object.entries(ENTITIES).map(([mark, entity]) => [entity, mark]));

/** What `xml` was given. */
export function fromXml(text: string): string {
  return text.replace(/&\w+;/g, (entity) => MARKS.get(entity) ?? entity);
}

/** The width of the widest of the texts; 0 where there are none. */
export function widestText(lines: readonly { readonly text: string }[], size: number): number {
  return lines.reduce((widest, { text }) => Math.max(widest, textWidth(text, size)), 0);
}
