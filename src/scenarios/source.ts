/** A scenario file as it was authored, YAML or JSON: its value, the line of every place, and how to change one. */

import { LineCounter, parseDocument } from "yaml";
import { UsageFault } from "../faults.ts";
import {
  isObject,
  type Json,
  type JsonDefect,
  type JsonObject,
  lineOf,
  type MutableJson,
  parsePointer,
  pointer,
  readObjectText,
} from "../json.ts";
import { placesIn } from "./yaml-places.ts";

export interface Source {
  /** As the reader would write it. */
  readonly file: string;
  readonly value: JsonObject;
  /** The line on which the value at a JSON Pointer stands; that of what holds it, where there is none. */
  lineOf(at: string): number;
  /** The text with other values at some places, everything else as it is. */
  changed(changes: readonly SourceChange[]): string;
}

/** A new value for a place; undefined takes the member away. */
export interface SourceChange {
  readonly at: string;
  readonly value: Json | undefined;
}

/** @throws UsageFault `SCENARIO_UNREADABLE` */
export function readSource(file: string, text: string): Source {
  return file.endsWith(".json") ? readJson(file, text) : readYaml(file, text);
}

function readJson(file: string, text: string): Source {
  const read = readObjectText(text);
  if ("defect" in read) return unreadable(file, read.defect.line, JSON_DEFECTS[read.defect.code]);
  const { value } = read;
  return {
    file,
    value,
    lineOf: (at) => nearestLine(at, (place) => lineOf(text, place)),
    changed(changes) {
      const copy = structuredClone(value) as MutableJson;
      for (const { at, value: wanted } of changes) setAt(copy, parsePointer(at), wanted);
      return `${JSON.stringify(copy, null, 2)}\n`;
    },
  };
}

function readYaml(file: string, text: string): Source {
  const lines = new LineCounter();
  const options = { lineCounter: lines, prettyErrors: false, merge: true } as const;
  const document = parseDocument(text, options);
  const line = (offset: number) => lines.linePos(offset).line;
  const [error] = document.errors;
  if (error !== undefined)
    return unreadable(file, line(error.pos[0]), YAML_DEFECTS[error.code] ?? NOT_YAML, error);
  const value = document.toJS() as Json;
  if (!isObject(value)) return unreadable(file, 1, "it is not a mapping of names to values");
  const offsetAt = placesIn(document);
  const lineAt = (at: string) =>
    nearestLine(at, (place) => {
      const offset = offsetAt(parsePointer(place));
      return offset === undefined ? undefined : line(offset);
    });
  const unheld = notHeld(value, []);
  if (unheld !== undefined) return unreadable(file, lineAt(pointer(unheld)), "a number does not fit a double");
  return {
    file,
    value,
    lineOf: lineAt,
    changed(changes) {
      const copy = parseDocument(text, options);
      for (const { at, value: wanted } of changes) {
        if (wanted === undefined) copy.deleteIn(parsePointer(at));
        else copy.setIn(parsePointer(at), wanted);
      }
      return copy.toString({ lineWidth: 0, flowCollectionPadding: true });
    },
  };
}

function unreadable(file: string, line: number, defect: string, cause?: unknown): never {
  throw new UsageFault("SCENARIO_UNREADABLE", { file, line, defect }, { cause });
}

const NOT_YAML = "it is not YAML";

const YAML_DEFECTS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "a key stands twice in one mapping",
  MULTIPLE_DOCS: "it holds more than one document",
  TAB_AS_INDENT: "a tab stands where spaces should",
  BAD_INDENT: "a line is indented wrongly",
  MISSING_CHAR: "a closing character is missing",
};

const JSON_DEFECTS: Readonly<Record<JsonDefect["code"], string>> = {
  NOT_UTF8: "it is not UTF-8 text",
  NOT_JSON: "it is not JSON",
  CONFLICT_MARKERS: "it holds merge-conflict markers",
  DUPLICATE_KEY: "a key stands twice in one object",
  TOO_DEEP: "it nests too deep",
  NUMBER_NOT_HELD: "a number does not fit a double",
  LONE_SURROGATE: "a string holds half of a surrogate pair",
  NOT_AN_OBJECT: "it is not a JSON object",
};

function nearestLine(at: string, lineAt: (place: string) => number | undefined): number {
  const parts = parsePointer(at);
  for (let length = parts.length; length >= 0; length--) {
    const line = lineAt(pointer(parts.slice(0, length)));
    if (line !== undefined) return line;
  }
  return 1;
}

/** Where a number stands that JSON cannot carry unchanged. */
function notHeld(value: Json, path: readonly (string | number)[]): readonly (string | number)[] | undefined {
  if (typeof value === "number") {
    const isHeld = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
    return isHeld ? undefined : path;
  }
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    const found = notHeld(child as Json, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function setAt(target: MutableJson, path: readonly string[], value: Json | undefined): void {
  const last = path.at(-1) as string;
  let holder: MutableJson = target;
  for (const part of path.slice(0, -1)) holder = holder[part] as MutableJson;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
}
