/** A scenario file as it was authored, YAML or JSON: its value, the line of every place, and how to change one. */

import { isUtf8 } from "node:buffer";
import { type JsonDefect, readObjectText } from "../../json/parse.ts";
import { parsePointer, pointer } from "../../json/pointer.ts";
import { repairOf } from "../../json/repair.ts";
import { lineOf, lineOfInvalidUtf8, utf8 } from "../../json/text.ts";
import { isObject, type Json, type JsonObject, type MutableJson, setOwn } from "../../json/value.ts";
import { parsed, readYamlText, YamlFlaw, type YamlText } from "../../json/yaml-text.ts";
import { ScenarioFault } from "../errors.ts";
import { edited, type Written } from "./edit.ts";
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

/** @throws ScenarioFault `SCENARIO_UNREADABLE` */
export function readSource(file: string, bytes: Uint8Array): Source {
  if (!isUtf8(bytes)) return unreadableJson(file, "", { code: "NOT_UTF8", line: lineOfInvalidUtf8(bytes) });
  const text = utf8(bytes);
  return file.endsWith(".json") ? readJson(file, text) : readYaml(file, text);
}

function readJson(file: string, text: string): Source {
  const read = readObjectText(text);
  if ("defect" in read) return unreadableJson(file, text, read.defect);
  const { value } = read;
  return {
    file,
    value,
    lineOf: (at) => nearestLine(at, (place) => lineOf(text, place)),
    changed: (changes) => changedText(file, changes, text, jsonIn),
  };
}

function readYaml(file: string, text: string): Source {
  const { document, value, lineAt } = yamlIn(file, text);
  if (!isObject(value)) return unreadable(file, 1, "it is not a mapping of names to values");
  const offsetAt = placesIn(document);
  return {
    file,
    value,
    lineOf: (at) =>
      nearestLine(at, (place) => {
        const offset = offsetAt(parsePointer(place));
        return offset === undefined ? undefined : lineAt(offset);
      }),
    changed: (changes) =>
      changedText(file, changes, text, (again) => {
        const { document: next, value: read } = yamlIn(file, again);
        return { text: again, contents: next.contents, value: read, isJson: false };
      }),
  };
}

/** JSON is YAML as well, whose nodes know where they stand. */
function jsonIn(text: string): Written {
  return {
    text,
    contents: parsed(text, "1.2").document.contents,
    value: JSON.parse(text) as Json,
    isJson: true,
  };
}

/** @throws ScenarioFault `SCENARIO_NOT_UPDATED` */
function changedText(
  file: string,
  changes: readonly SourceChange[],
  text: string,
  read: (text: string) => Written,
): string {
  const written = read(text);
  // Values that an alias stands for are copied: what is written at one place changes no other.
  const wanted = JSON.parse(JSON.stringify(written.value)) as MutableJson;
  for (const { at, value } of changes) setAt(wanted, parsePointer(at), value);
  try {
    const changed = edited(written, wanted, read);
    if (changed !== null) return changed;
  } catch (error) {
    // The edits have made something else of the text.
    if (!(error instanceof ScenarioFault)) throw error;
  }
  throw new ScenarioFault("SCENARIO_NOT_UPDATED", { file });
}

function yamlIn(file: string, text: string): YamlText {
  try {
    return readYamlText(text, "1.2");
  } catch (error) {
    if (!(error instanceof YamlFlaw)) throw error;
    return unreadable(file, error.line, error.message, error);
  }
}

function unreadable(file: string, line: number, defect: string, cause?: unknown): never {
  throw new ScenarioFault("SCENARIO_UNREADABLE", { file, line, defect, repair: null }, { cause });
}

function unreadableJson(file: string, text: string, defect: JsonDefect): never {
  const repair = repairOf(text, defect) ?? null;
  const { line, code } = defect;
  throw new ScenarioFault("SCENARIO_UNREADABLE", { file, line, defect: JSON_DEFECTS[code], repair });
}

const JSON_DEFECTS: Readonly<Record<JsonDefect["code"], string>> = {
  NOT_UTF8: "it is not UTF-8 text",
  NOT_JSON: "it is not JSON",
  BYTE_ORDER_MARK: "it begins with a byte order mark",
  CONFLICT_MARKERS: "it contains merge-conflict markers",
  DUPLICATE_KEY: "a key occurs twice in one object",
  TOO_DEEP: "it nests too deep",
  NUMBER_NOT_HELD: "a number does not fit a double",
  LONE_SURROGATE: "a string contains half of a surrogate pair",
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

function setAt(target: MutableJson, path: readonly string[], value: Json | undefined): void {
  const last = path.at(-1) as string;
  let holder: MutableJson = target;
  for (const part of path.slice(0, -1)) holder = holder[part] as MutableJson;
  if (value === undefined) delete holder[last];
  else setOwn(holder, last, value);
}
