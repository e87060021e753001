/** Findings that are known: recorded once, so that a snapshot can adopt the rules and be held to them from then on. */

import { isDigest } from "../json/canonical.ts";
import { readObject } from "../json/parse.ts";
import { pointer } from "../json/pointer.ts";
import { repairOf } from "../json/repair.ts";
import { lineOf, utf8 } from "../json/text.ts";
import { isObject, type Json, own } from "../json/value.ts";
import type { CheckFinding } from "./check.ts";
import { CheckFault } from "./errors.ts";

/** One known finding; all but the fingerprint is there for the reader. */
export interface Known {
  readonly fingerprint: string;
  readonly rule: string;
  readonly file: string;
  readonly message: string;
}

const SCHEMA = "pgs.check-baseline/1";

/** @throws CheckFault */
export function parseBaseline(bytes: Uint8Array, file: string): readonly Known[] {
  const read = readObject(bytes);
  if ("defect" in read) {
    const { code, line } = read.defect;
    throw new CheckFault("CHECK_FILE_UNREADABLE", {
      file,
      line,
      defect: code,
      repair: repairOf(utf8(bytes), read.defect) ?? null,
    });
  }
  const refuse = (at: string, expected: string): never => {
    const line = lineOf(utf8(bytes), at) ?? 1;
    throw new CheckFault("BASELINE_MALFORMED", { file, line, pointer: at, expected });
  };
  if (own(read.value, "schema") !== SCHEMA) refuse("/schema", SCHEMA);
  const findings = own(read.value, "findings");
  if (!Array.isArray(findings)) return refuse("/findings", "a list");
  const wrong = findings.findIndex((one) => !isKnown(one));
  if (wrong !== -1) refuse(pointer(["findings", wrong]), "a finding in the format of --update-baseline");
  return findings as unknown as readonly Known[];
}

function isKnown(value: Json): boolean {
  if (!isObject(value) || !isDigest(own(value, "fingerprint"))) return false;
  return ["rule", "file", "message"].every((key) => typeof own(value, key) === "string");
}

/** The whole file: one finding a line, in the order of the findings, so that a change to it reads as one. */
export function baselineText(findings: readonly CheckFinding[]): string {
  const lines = findings.map(({ fingerprint, rule, file, message }) => {
    const known: Known = { fingerprint, rule, file, message };
    return `    ${JSON.stringify(known)}`;
  });
  const list = lines.length === 0 ? "[]" : `[\n${lines.join(",\n")}\n  ]`;
  return `{\n  "schema": "${SCHEMA}",\n  "findings": ${list}\n}\n`;
}
