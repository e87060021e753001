/** The configuration of the check: other severities, rules that are off and why, the baseline. */

import { Ajv, type ErrorObject } from "ajv";
import schema from "../../schemas/check-config.schema.json" with { type: "json" };
import { readObject } from "../json/parse.ts";
import { pointer } from "../json/pointer.ts";
import { repairOf } from "../json/repair.ts";
import { lineOf, utf8 } from "../json/text.ts";
import type { JsonObject } from "../json/value.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import { CheckFault } from "./errors.ts";
import { currentId } from "./former-ids.ts";
import type { Rule, Severity } from "./rule.ts";

export interface Config {
  readonly severities: ReadonlyMap<string, Severity>;
  /** Rule id -> why it is off. */
  readonly off: ReadonlyMap<string, string>;
  /** As written. */
  readonly baseline: string | null;
  readonly failOn: Severity | null;
}

export const NO_CONFIG: Config = { severities: new Map(), off: new Map(), baseline: null, failOn: null };

interface Written {
  readonly rules?: { readonly [id: string]: Severity | { readonly off: string } };
  readonly baseline?: string;
  readonly fail_on?: Severity;
}

/** A configuration, and the text that it is in: a file of its own, or a member of one. */
export interface ConfigSource {
  readonly value: JsonObject;
  readonly text: string;
  readonly file: string;
  /** Where the configuration is in the text, as a JSON Pointer. */
  readonly at: string;
}

/** A file of its own. @throws CheckFault for a file that is not a JSON object */
export function readConfigFile(bytes: Uint8Array, file: string): ConfigSource {
  const read = readObject(bytes);
  const text = utf8(bytes);
  if ("value" in read) return { value: read.value, text, file, at: "" };
  const { code: defect, line } = read.defect;
  const repair = repairOf(text, read.defect) ?? null;
  throw new CheckFault("CHECK_FILE_UNREADABLE", { file, line, defect, repair });
}

/** @throws CheckFault for what is no such configuration, or names a rule that is none */
export function parseConfig(source: ConfigSource, rules: readonly Rule[]): Config {
  checkForm(source);
  const { rules: told = {}, baseline, fail_on: failOn } = source.value as Written;
  const ids = rules.map(({ id }) => id);
  for (const rule of Object.keys(told)) {
    if (ids.includes(currentId(rule))) continue;
    const place = placeIn(source, pointer(["rules", rule]));
    throw new CheckFault("UNKNOWN_RULE", { ...place, rule, suggestion: nearestName(rule, ids) });
  }
  const entries = [...byCurrentId(told)];
  return {
    severities: new Map(entries.flatMap(([id, word]) => (typeof word === "string" ? [[id, word]] : []))),
    off: new Map(entries.flatMap(([id, word]) => (typeof word === "string" ? [] : [[id, word.off]]))),
    baseline: baseline ?? null,
    failOn: failOn ?? null,
  };
}

function placeIn({ text, file, at }: ConfigSource, below: string, otherwise = below) {
  const line = lineOf(text, at + below) ?? lineOf(text, at + otherwise) ?? 1;
  return { file, line, pointer: at + below };
}

type WrittenRules = NonNullable<Written["rules"]>;

/** A rule that is named by both of its ids is as its current one says. */
function byCurrentId(rules: WrittenRules): ReadonlyMap<string, WrittenRules[string]> {
  const current = Object.entries(rules).map(([id, word]) => [currentId(id), word] as const);
  return new Map([...current, ...Object.entries(rules).filter(([id]) => currentId(id) === id)]);
}

/** @throws CheckFault */
function checkForm(source: ConfigSource): void {
  const validate = new Ajv({ strict: false, allErrors: true, ownProperties: true }).compile(schema);
  if (validate(source.value)) return;
  // Of an `anyOf`, the alternative says more than that there was one.
  const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== "anyOf");
  const error = errors.reduce((a, b) => (b.instancePath.length > a.instancePath.length ? b : a));
  const place = placeIn(source, placeOf(error), error.instancePath);
  throw new CheckFault("CHECK_CONFIG_MALFORMED", { ...place, expected: expectedBy(error) });
}

function placeOf({ instancePath, keyword, params }: ErrorObject): string {
  return keyword === "additionalProperties"
    ? `${instancePath}${pointer([(params as { additionalProperty: string }).additionalProperty])}`
    : instancePath;
}

function expectedBy({ instancePath, keyword, params }: ErrorObject): string {
  if (/^\/rules\/[^/]+$/.test(instancePath)) return `error, warning, note, or {"off": "<reason>"}`;
  switch (keyword) {
    case "additionalProperties":
      return `one of ${Object.keys(schema.properties).join(", ")}`;
    case "enum":
      return `one of ${(params as { allowedValues: readonly string[] }).allowedValues.join(", ")}`;
    case "type":
      return `of type ${(params as { type: string }).type}`;
    default:
      return "a non-empty string";
  }
}
