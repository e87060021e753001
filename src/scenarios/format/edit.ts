/** Other values at some places of a YAML or JSON text: what need not change stays as it is, to the byte. */

import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  stringify,
  type YAMLMap,
} from "yaml";
import { exactText } from "../../json/number.ts";
import { valueAt } from "../../json/text.ts";
import { isObject, type Json, type JsonObject, jsonEqual, own } from "../../json/value.ts";
import { yamlText } from "../../json/yaml-text.ts";

type Path = readonly (string | number)[];

/** A stretch of the text, and what takes its place. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A text as it is written: its outermost node, its value, and whether it is JSON. */
export interface Written {
  readonly text: string;
  readonly contents: unknown;
  readonly value: Json;
  readonly isJson: boolean;
}

/** Rounds after which a text is given up: an alias that gave way may show another one behind it. */
const ROUNDS = 20;

/** The text whose value is the wanted one; null where it cannot be written so. `read` reads a text again. */
export function edited(first: Written, wanted: JsonObject, read: (text: string) => Written): string | null {
  let written = first;
  for (let round = 0; round < ROUNDS; round++) {
    const places = [...differing(written.value, wanted, [])];
    if (places.length === 0) return written.text;
    const editor = new Editor(written, wanted);
    const edits = places.map((path) => editor.edit(path));
    const possible = edits.filter((edit) => edit !== null);
    if (possible.length < edits.length) return null;
    written = read(applied(written.text, possible));
  }
  return null;
}

/** From the end to the beginning; of two that touch each other, one waits for the next round. */
function applied(text: string, edits: readonly Edit[]): string {
  let changed = text;
  let limit = text.length + 1;
  for (const { from, to, text: put } of [...edits].sort((a, b) => b.from - a.from || b.to - a.to)) {
    if (to >= limit) continue;
    changed = changed.slice(0, from) + put + changed.slice(to);
    limit = from;
  }
  return changed;
}

function* differing(a: Json, b: Json, path: Path): Generator<Path> {
  if (jsonEqual(a, b)) return;
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    for (const [i, item] of a.entries()) yield* differing(item, b[i] ?? null, [...path, i]);
  } else if (isObject(a) && isObject(b) && Object.keys(a).some((key) => Object.hasOwn(b, key))) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const [left, right] = [own(a, key), own(b, key)];
      if (left === undefined || right === undefined) yield [...path, key];
      else yield* differing(left, right, [...path, key]);
    }
  } else yield path;
}

class Editor {
  readonly #text: string;
  readonly #contents: unknown;
  readonly #isJson: boolean;
  readonly #wanted: JsonObject;
  readonly #break: string;

  constructor({ text, contents, isJson }: Written, wanted: JsonObject) {
    this.#text = text;
    this.#contents = contents;
    this.#isJson = isJson;
    this.#wanted = wanted;
    this.#break = text.includes("\r\n") ? "\r\n" : "\n";
  }

  /** What brings the place to the wanted value, or removes it where it has none; null where that cannot be written. */
  edit(path: Path): Edit | null {
    let node = this.#contents;
    let holder: unknown;
    for (const [i, part] of path.entries()) {
      if (isAlias(node)) return this.#replace(node, holder, path.slice(0, i));
      holder = node;
      if (isMap(node)) {
        const pair = pairAt(node, String(part));
        if (pair === undefined) return this.#insert(node, String(part), path.slice(0, i + 1));
        if (i === path.length - 1 && this.#at(path) === undefined) return this.#remove(node, pair, path);
        if (!isNode(pair.value)) return null;
        node = pair.value;
      } else if (isSeq(node)) node = node.items[Number(part)];
      else return null;
    }
    return this.#replace(node, holder, path);
  }

  #at(path: Path): Json | undefined {
    return valueAt(this.#wanted, path);
  }

  #replace(node: unknown, holder: unknown, path: Path): Edit | null {
    const value = this.#at(path);
    if (!isNode(node) || !node.range || value === undefined) return null;
    const [from] = node.range;
    const to = Math.max(from, this.#endOf(node));
    const isBlock = isCollection(node) && node.flow !== true;
    if (isBlock && isFilled(value)) return { from, to, text: this.#block(value, this.#columnOf(from)) };
    const inline = this.#inline(value, from);
    const column = this.#columnOf(isMap(holder) ? (keyOf(holder, node)?.range?.[0] ?? from) : from);
    if (isBlock || !isFilled(value) || isFlow(holder) || !isMap(holder) || column + inline.length < WIDTH) {
      const space = from > 0 && /\S/.test(this.#text.charAt(from - 1)) && !isFlow(holder) ? " " : "";
      return { from, to, text: `${space}${inline}` };
    }
    const start = this.#text.slice(0, from).trimEnd().length;
    // What stands between the key and the value, such as an anchor, stays.
    return { from: start, to, text: this.#below(value, column) };
  }

  #insert(map: YAMLMap, key: string, path: Path): Edit | null {
    const value = this.#at(path);
    const last = map.items.at(-1);
    if (value === undefined || !map.range) return null;
    const name = this.#isJson ? JSON.stringify(key) : keyText(key, stringify(key).trimEnd());
    const colon = `${name}:`;
    if (last === undefined) {
      const inline = `${colon} ${this.#inline(value, map.range[0])}`;
      return { from: map.range[0], to: this.#endOf(map), text: this.#isJson ? `{${inline}}` : `{ ${inline} }` };
    }
    const first = (map.items[0]?.key as Node | undefined)?.range?.[0] ?? map.range[0];
    const [column, end] = [this.#columnOf(first), this.#endOfPair(last)];
    if (map.flow) {
      const isOnOwnLine = this.#text.slice(this.#lineStart(first), first).trim() === "";
      const gap = isOnOwnLine ? `${this.#break}${this.#text.slice(this.#lineStart(first), first)}` : " ";
      return { from: end, to: end, text: `,${gap}${colon} ${this.#inline(value, first)}` };
    }
    const lineEnd = this.#lineEnd(end);
    const inline = ` ${this.#inline(value, first)}`;
    const isLong = isFilled(value) && column + colon.length + inline.length > WIDTH;
    const written = isLong ? this.#below(value, column) : inline;
    return { from: lineEnd, to: lineEnd, text: `${this.#break}${" ".repeat(column)}${colon}${written}` };
  }

  #remove(map: YAMLMap, pair: Pair, path: Path): Edit | null {
    const at = map.items.indexOf(pair);
    const start = (pair.key as Node).range?.[0];
    if (start === undefined || !map.range) return null;
    if (map.items.length === 1) return { from: map.range[0], to: this.#endOf(map), text: "{}" };
    const end = this.#endOfPair(pair);
    if (map.flow) {
      const before = map.items[at - 1];
      if (before !== undefined) return { from: this.#endOfPair(before), to: end, text: "" };
      return { from: start, to: (map.items[1]?.key as Node | undefined)?.range?.[0] ?? end, text: "" };
    }
    const lineStart = this.#lineStart(start);
    if (this.#text.slice(lineStart, start).trim() !== "")
      return this.#replace(map, undefined, path.slice(0, -1));
    const next = this.#text.indexOf("\n", end);
    return { from: lineStart, to: next === -1 ? this.#text.length : next + 1, text: "" };
  }

  /** Behind the last character of the node that is not a line break. */
  #endOf(node: unknown): number {
    if (isCollection(node) && node.flow !== true) {
      const last: unknown = node.items.at(-1);
      if (isMap(node) && last !== undefined) return this.#endOfPair(last as Pair);
      if (last !== undefined && last !== null) return this.#endOf(last);
    }
    const [from = 0, end = from] = (isNode(node) && node.range) || [];
    return from + this.#text.slice(from, end).trimEnd().length;
  }

  #endOfPair({ key, value }: Pair): number {
    const end = isNode(value) ? this.#endOf(value) : 0;
    const colon = this.#text.indexOf(":", this.#endOf(key)) + 1;
    return Math.max(end, isNode(value) && end > 0 ? end : colon);
  }

  #lineStart(offset: number): number {
    return this.#text.lastIndexOf("\n", offset - 1) + 1;
  }

  #lineEnd(offset: number): number {
    const end = this.#text.indexOf("\n", offset);
    if (end === -1) return this.#text.length;
    return this.#text[end - 1] === "\r" ? end - 1 : end;
  }

  #columnOf(offset: number): number {
    return offset - this.#lineStart(offset);
  }

  /** In one line; in JSON, indented as the line that it begins on. */
  #inline(value: Json, offset: number): string {
    if (!this.#isJson) return inlineYaml(value);
    const start = this.#lineStart(offset);
    const indent = /^[ \t]*/.exec(this.#text.slice(start))?.[0] ?? "";
    return exactText(value, isFilled(value) ? 2 : undefined).replaceAll("\n", `${this.#break}${indent}`);
  }

  /** In lines, the first of them where the text stands already. */
  #block(value: Json, column: number): string {
    const lines = yamlText(toYaml(value), { flowCollectionPadding: true }).trimEnd().split("\n");
    return lines
      .map((line, i) => (i === 0 || line === "" ? line : " ".repeat(column) + line))
      .join(this.#break);
  }

  #below(value: Json, column: number): string {
    return `${this.#break}${" ".repeat(column + 2)}${this.#block(value, column + 2)}`;
  }
}

const WIDTH = 110;

const isFilled = (value: Json) => typeof value === "object" && value !== null && Object.keys(value).length > 0;
const isFlow = (node: unknown) => isCollection(node) && node.flow === true;

function pairAt(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && String(key.value ?? "") === name);
}

function keyOf(map: YAMLMap, value: unknown): Node | undefined {
  const key = map.items.find((pair) => pair.value === value)?.key;
  return isNode(key) ? key : undefined;
}

function inlineYaml(value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[ ${value.map(inlineYaml).join(", ")} ]`;
  if (isObject(value)) {
    const members = Object.entries(value).map(
      ([key, item]) => `${keyText(key, inlineText(key))}: ${inlineYaml(item)}`,
    );
    return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
  }
  return typeof value === "string" ? inlineText(value) : exactText(value);
}

/** A key `<<` without quotes would take over what it names. */
function keyText(key: string, written: string): string {
  return key === "<<" ? '"<<"' : written;
}

/** As plain as it can be within brackets and on one line. */
function inlineText(text: string): string {
  if (/[\n\r\t]/.test(text)) return JSON.stringify(text);
  return stringify([text], { lineWidth: 0, collectionStyle: "flow", flowCollectionPadding: false })
    .trim()
    .slice(1, -1);
}

/** Long integers keep their digits. */
function toYaml(value: Json): unknown {
  if (Array.isArray(value)) return value.map(toYaml);
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toYaml(item)]));
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) >= 1e16
    ? BigInt(value)
    : value;
}
