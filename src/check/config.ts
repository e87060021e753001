/** What `pgs-check.json` says: other severities, rules that are off and why, the baseline. */

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

/** @throws CheckFault for a file that is no such configuration, or names a rule that is none */
export function parseConfig(bytes: Uint8Array, file: string, rules: readonly Rule[]): Config {
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
  checkForm(read.value, utf8(bytes), file);
  const { rules: told = {}, baseline, fail_on: failOn } = read.value as Written;
  const ids = rules.map(({ id }) => id);
  for (const rule of Object.keys(told)) {
    if (ids.includes(currentId(rule))) continue;
    const at = pointer(["rules", rule]);
    const line = lineOf(utf8(bytes), at) ?? 1;
    throw new CheckFault("UNKNOWN_RULE", { file, line, pointer: at, rule, suggestion: nearestName(rule, ids) });
  }
  const entries = [...byCurrentId(told)];
  return {
    severities: new Map(entries.flatMap(([id, word]) => (typeof word === "string" ? [[id, word]] : []))),
    off: new Map(entries.flatMap(([id, word]) => (typeof word === "string" ? [] : [[id, word.off]]))),
    baseline: baseline ?? null,
    failOn: failOn ?? null,
  };
}

type WrittenRules = NonNullable<Written["rules"]>;

/** A rule that is named by both of its ids is as its current one says. */
function byCurrentId(rules: WrittenRules): ReadonlyMap<string, WrittenRules[string]> {
  const current = Object.entries(rules).map(([id, word]) => [currentId(id), word] as const);
  return new Map([...current, ...Object.entries(rules).filter(([id]) => currentId(id) === id)]);
}

/** @throws CheckFault */
function checkForm(value: JsonObject, text: string, file: string): void {
  const validate = new Ajv({ strict: false, allErrors: true, ownProperties: true }).compile(schema);
  if (validate(value)) return;
  // Of an `anyOf`, the alternative says more than that there was one.
  const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== "anyOf");
  const error = errors.reduce((a, b) => (b.instancePath.length > a.instancePath.length ? b : a));
  const at = placeOf(error);
  throw new CheckFault("CHECK_CONFIG_MALFORMED", {
    file,
    line: lineOf(text, at) ?? lineOf(text, error.instancePath) ?? 1,
    pointer: at,
    expected: expectedBy(error),
  });
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
