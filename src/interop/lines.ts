/** The lines of a trace that another runtime wrote: JSON objects with the members that its format requires. */

import { isUtf8 } from "node:buffer";
import { finding, type TraceFinding } from "../examine/finding.ts";
import { DEPTH } from "../json/limits.ts";
import { readObjectText } from "../json/parse.ts";
import { utf8 } from "../json/text.ts";
import { isObject, type Json, type JsonObject, own } from "../json/value.ts";

export interface ExternalLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly value: JsonObject;
}

export interface ExternalLines {
  readonly lines: readonly ExternalLine[];
  readonly findings: readonly TraceFinding[];
}

export type Shape = Readonly<Record<string, (value: Json | undefined) => boolean>>;

export const isText = (value: Json | undefined) => typeof value === "string";
export const isTextOrNull = (value: Json | undefined) => value === null || isText(value);
export const isCount = (value: Json | undefined) => Number.isSafeInteger(value) && (value as number) >= 0;

/** Every valid line, and the findings about the others. The last line may lack its line break. */
export function externalLines(bytes: Uint8Array, shapeOf: (value: JsonObject) => Shape): ExternalLines {
  const lines: ExternalLine[] = [];
  const findings: TraceFinding[] = [];
  let line = 0;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    const raw = bytes.subarray(start, end === -1 ? undefined : end);
    line++;
    const read = readLine(raw, line, shapeOf);
    if ("value" in read) lines.push(read);
    else if (end === -1) findings.push(finding("TORN_LINE", line, { bytes: raw.length }));
    else findings.push(read);
    start = end === -1 ? bytes.length : end + 1;
  }
  return { lines, findings };
}

function readLine(
  raw: Uint8Array,
  line: number,
  shapeOf: (value: JsonObject) => Shape,
): ExternalLine | TraceFinding {
  if (!isUtf8(raw)) return finding("NOT_UTF8", line);
  const text = utf8(raw);
  const read = readObjectText(text, DEPTH.document, () => true);
  if ("defect" in read) return finding("NOT_JSON", line, { reason: read.defect.code });
  const shape = shapeOf(read.value);
  const bad = Object.keys(shape).find((key) => shape[key]?.(own(read.value, key)) === false);
  return bad === undefined
    ? { line, text, value: read.value }
    : finding("BAD_SHAPE", line, { field: `/${bad}` });
}

/** The member where it is a text, else null. */
export function textAt(value: JsonObject, key: string): string | null {
  const member = own(value, key);
  return typeof member === "string" ? member : null;
}

export const isRecord = (value: Json | undefined) => isObject(value);
