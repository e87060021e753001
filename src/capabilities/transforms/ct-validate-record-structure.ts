import { pythonNumber } from "../../json/python-canonical.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { object } from "../input-schema.ts";
import { pythonPattern } from "../python-pattern.ts";
import { transform } from "../transform.ts";

export const ctValidateRecordStructure = transform({
  code: "capability_transforms::CT_PURE_VALIDATE_RECORD_STRUCTURE_V0",
  about:
    "Every rule of a schema that a record breaks, in the schema's order; a field of the wrong type is not looked at further.",
  input: { record: object, schema: object },
  result: ["violations"],
  violations: [],
  run({ record, schema }) {
    const violations = Object.entries(schema).flatMap(([field, rules]) =>
      isObject(rules) ? brokenRules(record, field, rules) : [],
    );
    return { result: { violations } };
  },
  examples: [
    {
      about: "a sound record",
      input: {
        record: { name: "ann", amount: "1200", limit: "5000", note: "" },
        schema: {
          name: { type: "string", required: true, pattern: "[a-z]+", min_length: 2, max_length: 9 },
          amount: { type: "integer_string", min_value: 1, max_value: 2000, lte_field: "limit" },
          note: { type: "object" },
        },
      },
      result: { violations: [] },
    },
    {
      about: "hexadecimal digits come in pairs",
      input: {
        record: { odd: "0xabc", even: "0xAB", none: "0x" },
        schema: { odd: { type: "hex_string" }, even: { type: "hex_string" }, none: { type: "hex_string" } },
      },
      result: {
        violations: [{ field: "odd", rule: "type", message: "Field 'odd' must be hex_string, got str" }],
      },
    },
    {
      about: "one broken rule of each kind",
      input: {
        record: { kind: 3, code: "a-1", short: "x", long: "xyz", low: 1.5, high: 9, part: 7, whole: 6 },
        schema: {
          gone: { required: true },
          kind: { type: "string" },
          code: { pattern: "[a-z]" },
          short: { min_length: 2 },
          long: { max_length: 2 },
          low: { min_value: 2 },
          high: { max_value: 8 },
          part: { lte_field: "whole" },
        },
      },
      result: {
        violations: [
          { field: "gone", rule: "required", message: "Field 'gone' is required" },
          { field: "kind", rule: "type", message: "Field 'kind' must be string, got int" },
          { field: "code", rule: "pattern", message: "Field 'code' does not match pattern '[a-z]'" },
          { field: "short", rule: "min_length", message: "Field 'short' must be at least 2 characters" },
          { field: "long", rule: "max_length", message: "Field 'long' must be at most 2 characters" },
          { field: "low", rule: "min_value", message: "Field 'low' must be >= 2, got 1.5" },
          { field: "high", rule: "max_value", message: "Field 'high' must be <= 8, got 9" },
          { field: "part", rule: "lte_field", message: "Field 'part' must be <= 'whole'" },
        ],
      },
    },
    { about: "a list is no record", input: { record: [], schema: {} }, violation: "INPUT_TYPE" },
  ],
});

type RuleName =
  | "required"
  | "type"
  | "pattern"
  | "min_length"
  | "max_length"
  | "min_value"
  | "max_value"
  | "lte_field";

interface BrokenRule extends JsonObject {
  readonly field: string;
  readonly rule: RuleName;
  readonly message: string;
}

const TYPES: ReadonlyMap<string, (value: Json) => boolean> = new Map([
  ["string", (value) => typeof value === "string"],
  ["integer", (value) => Number.isInteger(value)],
  ["number", (value) => typeof value === "number"],
  ["boolean", (value) => typeof value === "boolean"],
  ["object", (value) => isObject(value)],
  ["array", (value) => Array.isArray(value)],
  ["integer_string", (value) => typeof value === "string" && /^-?\d+$/.test(value)],
  ["hex_string", (value) => typeof value === "string" && /^0x(?:[\da-f]{2})*$/i.test(value)],
]);

/** An absent, null or empty field can only break `required`. */
function brokenRules(record: JsonObject, field: string, rules: JsonObject): readonly BrokenRule[] {
  const value = own(record, field) ?? null;
  const says = (rule: RuleName, message: string): BrokenRule => ({
    field,
    rule,
    message: `Field '${field}' ${message}`,
  });
  if (value === null || value === "")
    return rules["required"] === true ? [says("required", "is required")] : [];
  const type = own(rules, "type");
  if (typeof type === "string" && TYPES.get(type)?.(value) === false) {
    return [says("type", `must be ${type}, got ${pythonType(value)}`)];
  }
  return [
    ...(typeof value === "string" ? brokenTextRules(value, rules, says) : []),
    ...brokenRangeRules(value, rules, record, says),
  ];
}

type Says = (rule: RuleName, message: string) => BrokenRule;

/** Lengths are counted in characters, and a pattern has to match the whole text. */
function brokenTextRules(value: string, rules: JsonObject, says: Says): readonly BrokenRule[] {
  const broken: BrokenRule[] = [];
  const pattern = own(rules, "pattern");
  if (typeof pattern === "string" && !wholeMatch(pattern).test(value)) {
    broken.push(says("pattern", `does not match pattern '${pattern}'`));
  }
  const least = bound(rules, "min_length");
  const most = bound(rules, "max_length");
  const length = [...value].length;
  if (least !== undefined && length < least)
    broken.push(says("min_length", `must be at least ${least} characters`));
  if (most !== undefined && length > most)
    broken.push(says("max_length", `must be at most ${most} characters`));
  return broken;
}

function brokenRangeRules(
  value: Json,
  rules: JsonObject,
  record: JsonObject,
  says: Says,
): readonly BrokenRule[] {
  const amount = amountOf(value);
  if (amount === undefined) return [];
  const broken: BrokenRule[] = [];
  const least = bound(rules, "min_value");
  const most = bound(rules, "max_value");
  const got = `got ${typeof amount === "number" ? pythonNumber(amount) : amount}`;
  if (least !== undefined && amount < least) {
    broken.push(says("min_value", `must be >= ${pythonNumber(least)}, ${got}`));
  }
  if (most !== undefined && amount > most)
    broken.push(says("max_value", `must be <= ${pythonNumber(most)}, ${got}`));
  const limitField = own(rules, "lte_field");
  const limit = typeof limitField === "string" ? amountOf(own(record, limitField)) : undefined;
  if (limit !== undefined && amount > limit) broken.push(says("lte_field", `must be <= '${limitField}'`));
  return broken;
}

/** A number, or the integer a text spells however long it is; nothing else has a range. */
function amountOf(value: Json | undefined): number | bigint | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d+$/.test(value) ? BigInt(value) : undefined;
}

function bound(rules: JsonObject, rule: RuleName): number | undefined {
  const value = own(rules, rule) ?? undefined;
  if (value === undefined || typeof value === "number") return value;
  throw new Error(`the schema's ${rule} is not a number`);
}

/** Patterns come from the contract, not from the record (the artifact demands that of its callers). */
function wholeMatch(pattern: string): RegExp {
  try {
    return pythonPattern(pattern);
  } catch (cause) {
    throw new Error("the schema's pattern is not a regular expression", { cause });
  }
}

function pythonType(value: Json): string {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "number":
      return Number.isInteger(value) ? "int" : "float";
    case "string":
      return "str";
    default:
      return Array.isArray(value) ? "list" : "dict";
  }
}
