/** Refusals and findings as notices of a verdict. */

import type { Fault, Stage } from "../errors/base.ts";
import { printable } from "../errors/printable.ts";
import { canonical } from "../json/canonical.ts";
import { isObject, type Json, type JsonObject, objectAt } from "../json/value.ts";
import type { Notice, Part, PartName, Rule } from "../report/result.ts";
import type { Context } from "./context.ts";
import { faultHints } from "./place-hints.ts";
import { reported } from "./report-files.ts";

/** A path below the snapshot, as a report names it. */
export function inSnapshot(file: string, context: Context): string {
  return reported(`${context.settings.snapshot}/${file}`, context);
}

/** A finding in a JSON document. */
export function faultJson(fault: Fault, context: Context): JsonObject {
  const { code, facts, wording } = fault;
  return { code, ...wording, ...hintIn(fault, context), facts };
}

function hintIn(fault: Fault, context: Context): Pick<Notice, "hint"> {
  const [hint] = faultHints(fault, context);
  return hint === undefined ? {} : { hint };
}

export function faultNotice(fault: Fault, context: Context): Notice {
  const { stage, code, facts, wording, message } = fault;
  const place = placeOf(facts, stage, context);
  return {
    rule: code,
    level: "error",
    message: place === null ? message : wording.what,
    ...hintIn(fault, context),
    ...place,
    fingerprint: canonical(withoutLines(facts)),
  };
}

type Place = Pick<Notice, "file" | "line" | "pointer">;

/** The authored file where the facts name one; null where they name no file. */
function placeOf(facts: JsonObject, stage: Stage, context: Context): Place | null {
  const source = objectAt(facts, "source");
  const { file, line, pointer } = "file" in source ? source : facts;
  if (typeof file !== "string" || file === "") return null;
  const isInSnapshot = stage !== "usage" && !("file" in source);
  return {
    file: isInSnapshot ? inSnapshot(file, context) : reported(file, context),
    ...(typeof line === "number" ? { line } : {}),
    ...(typeof pointer === "string" ? { pointer } : {}),
  };
}

/** The facts without where in a file they are: what was found stays the same when lines before it come or go. */
function withoutLines(facts: Json): Json {
  if (Array.isArray(facts)) return facts.map((one: Json) => withoutLines(one));
  if (!isObject(facts)) return facts;
  const kept = Object.entries(facts).filter(([name]) => !LINES.has(name));
  return Object.fromEntries(kept.map(([name, one]) => [name, withoutLines(one)]));
}

const LINES: ReadonlySet<string> = new Set(["line", "lines", "column", "offset", "content_line"]);

/** What the codes of some faults hold together. */
export function faultRules(faults: readonly Fault[], about: string): readonly Rule[] {
  return [...new Set(faults.map(({ code }) => code))].map((id) => ({ id, about, level: "error" }));
}

/** A part that could not be looked at, for the snapshot or what it is held to was refused. */
export function refusedPart(name: PartName, fault: Fault, context: Context): Part {
  const counted = printable(`refused: ${fault.code} ${fault.message}`);
  const failed = { message: counted, detail: counted };
  return {
    name,
    state: "failed",
    counted,
    rules: faultRules([fault], "The snapshot can be run, and the configuration of the check can be read."),
    notices: [faultNotice(fault, context)],
    suites: [{ name, cases: [{ name, subject: `pgs ${name}`, failed }] }],
  };
}
