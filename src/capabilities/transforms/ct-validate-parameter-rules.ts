import { pythonEqual } from "../../json/python-equal.ts";
import { isObject, type Json, type JsonObject, own, typeOf } from "../../json/value.ts";
import { array, object } from "../input-schema.ts";
import { isTruthy, pythonFloat } from "../python-json.ts";
import { transform } from "../transform.ts";

export const ctValidateParameterRules = transform({
  code: "capability_transforms::CT_PURE_VALIDATE_PARAMETER_RULES_V0",
  about: "Confirms that parameters satisfy every rule; the first one they break is the reason otherwise.",
  input: { parameters: object, rules: array },
  result: ["valid", "failed_rule"],
  violations: ["RULE_BROKEN"],
  run({ parameters, rules }) {
    for (const rule of rules) {
      if (!isObject(rule) || !isTruthy(own(rule, "field")) || !isTruthy(own(rule, "op"))) continue;
      if (!satisfies(parameterOf(parameters, rule), rule)) {
        return { violation: "RULE_BROKEN", facts: { failed_rule: rule } };
      }
    }
    return { result: { valid: true, failed_rule: null } };
  },
  examples: [
    {
      about: "every rule holds; text is compared as the number it spells",
      input: {
        parameters: { rows: "20", mode: "fast" },
        rules: [
          { field: "rows", op: "lte", value: 50 },
          { field: "mode", op: "in", allowed: ["fast", "safe"] },
        ],
      },
      result: { valid: true, failed_rule: null },
    },
    {
      about: "one rule does not hold",
      input: { parameters: { rows: 80 }, rules: [{ field: "rows", op: "lte", value: 50 }] },
      violation: "RULE_BROKEN",
    },
    {
      about: "a required parameter is absent",
      input: { parameters: {}, rules: [{ field: "target", op: "not_null" }] },
      violation: "RULE_BROKEN",
    },
    {
      about: "an operator nobody declared holds for nothing",
      input: { parameters: { rows: 8 }, rules: [{ field: "rows", op: "near", value: 8 }] },
      violation: "RULE_BROKEN",
    },
  ],
});

function parameterOf(parameters: JsonObject, rule: JsonObject): Json {
  const field = rule["field"] as Json;
  if (typeof field === "object") throw new Error("a rule names its field by a list or an object");
  return (typeof field === "string" ? own(parameters, field) : undefined) ?? null;
}

function satisfies(value: Json, rule: JsonObject): boolean {
  const operand = own(rule, "value") ?? null;
  switch (rule["op"]) {
    case "eq":
      return pythonEqual(value, operand);
    case "neq":
      return !pythonEqual(value, operand);
    case "not_null":
      return value !== null;
    case "in":
      return isIn(value, own(rule, "allowed"));
    case "lt":
      return ordered(value, operand, (a, b) => a < b);
    case "lte":
      return ordered(value, operand, (a, b) => a <= b);
    case "gt":
      return ordered(value, operand, (a, b) => a > b);
    case "gte":
      return ordered(value, operand, (a, b) => a >= b);
    default:
      return false;
  }
}

function isIn(value: Json, allowed: Json | undefined): boolean {
  if (allowed === undefined) return false;
  if (Array.isArray(allowed)) return allowed.some((one) => pythonEqual(value, one));
  if (typeof allowed === "string" && typeof value === "string") return allowed.includes(value);
  if (isObject(allowed) && typeof value === "string") return Object.hasOwn(allowed, value);
  throw new Error(`membership of ${typeOf(value)} in ${typeOf(allowed)} is not defined`);
}

/** An absent side or a text that spells no number breaks the rule; what has no order at all is a defect. */
function ordered(value: Json, operand: Json, holds: (a: number, b: number) => boolean): boolean {
  if (value === null || operand === null) return false;
  const left = spelledNumber(value);
  if (left === undefined) return false;
  const right = spelledNumber(operand);
  if (right === undefined) return false;
  if (typeof left === "number" && typeof right === "number") return holds(left, right);
  throw new Error(`${typeOf(value)} and ${typeOf(operand)} have no order`);
}

/** Texts become the number they spell (undefined when they spell none) and booleans 1 or 0; the rest stays. */
function spelledNumber(value: Json): Json | undefined {
  if (typeof value === "boolean") return Number(value);
  return typeof value === "string" ? pythonFloat(value) : value;
}
