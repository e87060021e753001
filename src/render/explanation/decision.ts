/** Why a contract ended as it did: the evaluation that decided, or the rules that its inputs or the request do not meet. */

import { joined } from "../../errors/joined.ts";
import { isObject, type Json } from "../../json/value.ts";
import { type Expression, holds, parseCondition, textOf } from "../../plan/expression.ts";
import { type EvaluationEnd, holdsSuppressed, type Violation } from "../../trace/event.ts";
import { membersText, valueText } from "./words.ts";

/** What the evaluation compared, and what followed. */
export function evaluationText({ evaluation, condition, left, right, outcome }: EvaluationEnd): string {
  const rule = `The rule ${evaluation} (${condition}) decided`;
  const parsed = parsedCondition(condition);
  const values = joined(
    parsed === null
      ? [`its left side was ${valueText(left)}`, `its right side was ${valueText(right)}`]
      : [...readText(parsed.left, left), ...readText(parsed.right, right)],
  );
  const isHeld = parsed === null ? null : isTrue(parsed, left, right);
  const verdict =
    isHeld === null ? "" : isHeld ? ", so the condition was met" : ", so the condition was not met";
  return `${rule}: ${values === "" ? "it compares two constants" : values}${verdict}. The outcome was ${outcome}.`;
}

/** Null for what is no condition. */
function parsedCondition(text: string): ReturnType<typeof parseCondition> | null {
  try {
    return parseCondition(text);
  } catch {
    return null; // a trace that somebody else wrote
  }
}

/** A constant is in the condition itself. */
function readText(side: Expression, value: Json): readonly string[] {
  return side.kind === "literal" ? [] : [`${textOf(side)} was ${valueText(value)}`];
}

/** Null where that is not in the trace. */
function isTrue(condition: ReturnType<typeof parseCondition>, left: Json, right: Json): boolean | null {
  if (holdsSuppressed(left) || holdsSuppressed(right)) return null;
  try {
    return holds(condition, { left, right });
  } catch {
    return null; // values without an order, which no run compares
  }
}

/** The rule that is not met, as a sentence. */
export function violationText({ violation_code: code, field, event, ...rule }: Violation): string {
  switch (code) {
    case "ADMISSION_REQUIRES_UNMET":
      return `There is no record of ${event}, which is required.`;
    case "ADMISSION_FORBIDS_MET":
      return `There is a record of ${event}, which must not be there.`;
    case "ADMISSION_BINDING_MISSING_FIELD":
      return `${fieldText(field)}, by which a record of ${event} is looked for, is missing.`;
    default:
      return `${fieldText(field)} ${unmetText(rule)}.`;
  }
}

function fieldText(field: string | undefined): string {
  return field === undefined || field === "" ? "The whole" : `The member ${field}`;
}

function unmetText({
  constraint,
  expected,
  actual,
}: Pick<Violation, "constraint" | "expected" | "actual">): string {
  const but = actual === undefined ? "" : `, but is ${valueText(actual)}`;
  const known = constraint === undefined ? undefined : RULES[constraint];
  if (known !== undefined) return `${known(expected)}${but}`;
  const rule = [constraint, expected === undefined ? undefined : valueText(expected)].filter(Boolean).join(" ");
  return `does not meet the rule${rule === "" ? "" : ` ${rule}`}${actual === undefined ? "" : `: it is ${valueText(actual)}`}`;
}

const plainText = (value: Json | undefined) => (typeof value === "string" ? value : valueText(value ?? null));

const listed = (value: Json | undefined) =>
  Array.isArray(value) ? joined(value.map(plainText), "or") : plainText(value);

/** By constraint: what the value must be. */
const RULES: { readonly [constraint: string]: ((expected: Json | undefined) => string) | undefined } = {
  required: () => "is required, and missing",
  undeclared: () => "is not declared",
  type: (expected) => `must be of the type ${listed(expected)}`,
  enum: (expected) =>
    `must be ${Array.isArray(expected) ? joined(expected.map(valueText), "or") : plainText(expected)}`,
  minimum: (expected) => `must be at least ${plainText(expected)}`,
  minItems: (expected) => `must not have fewer items than ${plainText(expected)}`,
  format: (expected) => `must have the form ${plainText(expected)}`,
};

/** Why a step did not succeed, as its capability states it. */
export function reasonText(reason: { readonly [member: string]: Json }): string {
  const { code, ...facts } = reason;
  const name = code === undefined ? "" : isObject(code) ? valueText(code) : plainText(code);
  const with_ = Object.keys(facts).length === 0 ? "" : ` (${membersText(facts)})`;
  return `The reason was ${name}${with_}.`;
}
