/**
 * Bindings and conditions (SPEC 3): parsed once, at load, into data; nothing here or later runs snapshot text
 * as code. Paths read only own properties.
 */

import {
  isObject,
  type Json,
  type JsonObject,
  jsonEqual,
  type MutableJson,
  setOwn,
  typeOf,
} from "../json/value.ts";
import { PlanFault } from "./errors.ts";
import { parsePath, type Segment, type Selector } from "./path.ts";
import { child, select } from "./select.ts";

export type { Segment } from "./path.ts";

export type Expression =
  | { readonly kind: "literal"; readonly value: Json }
  | PathExpression
  | QueryExpression
  /** The run's clock. */
  | { readonly kind: "clock" }
  | { readonly kind: "sum"; readonly text: string; readonly path: PathExpression; readonly add: number }
  | { readonly kind: "object"; readonly members: readonly (readonly [string, Expression])[] }
  | { readonly kind: "array"; readonly items: readonly Expression[] };

export interface PathExpression {
  readonly kind: "path";
  readonly text: string;
  readonly root: string;
  readonly segments: readonly Segment[];
}

/** A list-valued path: all values that the selectors select from the value of its singular start. */
export interface QueryExpression {
  readonly kind: "query";
  readonly text: string;
  readonly start: PathExpression;
  readonly selectors: readonly Selector[];
}

/** The values that paths can read: one per root name. A path from an absent root has no value. */
export type Scope = Readonly<Record<string, Json | undefined>> & { readonly [WITHIN]?: Within | undefined };

/** The value that a path finds inside an opaque value; undefined for every other value. */
export type Within = (value: JsonObject) => Json | undefined;
export const WITHIN = Symbol("within");

/** The run's clock, under a name that no path can spell. */
export const CLOCK = "{{timestamp}}";

/** The text is not an expression that the contract allows; the compiler turns it into a reason. */
export class ExpressionError extends Error {
  /** The whole text with the invalid part. */
  readonly text: string;

  constructor(what: string, text: string) {
    super(what);
    this.text = text;
  }
}

/**
 * Parses a declared value into an expression; objects and arrays recursively.
 * @throws ExpressionError for filters, scripts, unknown templates and anything that is not a path.
 */
export function parseExpression(value: Json): Expression {
  if (typeof value === "string") return parseText(value);
  if (Array.isArray(value)) return { kind: "array", items: value.map((item) => parseExpression(item)) };
  if (isObject(value)) {
    return {
      kind: "object",
      members: Object.entries(value).map(([key, item]) => [key, parseExpression(item)]),
    };
  }
  return { kind: "literal", value };
}

const SUM = /^\{\{\s*(\$\.[^{}\s]+)\s*([+-])\s*(\d{1,15})\s*\}\}$/;

function parseText(text: string): Expression {
  if (text.startsWith("$.")) return pathExpression(text);
  if (!text.includes("{{") && !text.includes("}}")) return { kind: "literal", value: text };
  if (text === CLOCK) return { kind: "clock" };
  const sum = SUM.exec(text);
  if (sum === null) throw new ExpressionError(`${text} is not a template that the contract supports`, text);
  const [, of = "", sign, amount] = sum;
  const path = pathExpression(of);
  if (path.kind !== "path") throw new ExpressionError(`${of} is not a path to one value`, text);
  return { kind: "sum", text, path, add: Number(amount) * (sign === "-" ? -1 : 1) };
}

function pathExpression(text: string): PathExpression | QueryExpression {
  const path = parsePath(text);
  if (path === undefined) throw notAPath(text);
  const { root, segments, selectors, startLength } = path;
  if (selectors.length === 0) return { kind: "path", text, root, segments };
  const start: PathExpression = { kind: "path", text: text.slice(0, startLength), root, segments };
  return { kind: "query", text, start, selectors };
}

function notAPath(text: string): ExpressionError {
  const isScript = /[?(@]/.test(text);
  return new ExpressionError(
    isScript ? `${text} contains a filter or a script` : `${text} is not a path`,
    text,
  );
}

/**
 * The value of the expression, or undefined if its path has no value.
 * @throws PlanFault `PATH_UNRESOLVED` for an element of an array, `EXPRESSION_TYPE` for arithmetic on anything but
 * integers.
 */
export function evaluate(expression: Expression, scope: Scope): Json | undefined {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "path":
      return follow(
        Object.hasOwn(scope, expression.root) ? scope[expression.root] : undefined,
        expression.segments,
        scope[WITHIN],
      );
    case "query":
      return evaluateQuery(expression, scope);
    case "clock":
      return scope[CLOCK];
    case "sum":
      return sum(expression, scope);
    case "object":
      return evaluateObject(expression.members, scope);
    case "array":
      return expression.items.map((item) => evaluateItem(item, scope));
  }
}

/** Reads own properties; elements of an array by index only. */
export function follow(
  start: Json | undefined,
  segments: readonly Segment[],
  within?: Within,
): Json | undefined {
  let value = start;
  for (const segment of segments) {
    if (value === undefined) return undefined;
    const hidden = isObject(value) ? within?.(value) : undefined;
    if (hidden !== undefined) return hidden;
    value = child(value, segment);
  }
  return value;
}

/** If values of one name are nested, chains of `..name` count each of them many times. */
const MAX_LIST = 2 ** 24;

function evaluateQuery({ text, start, selectors }: QueryExpression, scope: Scope): Json | undefined {
  const from = evaluate(start, scope);
  if (from === undefined) return undefined;
  const hidden = isObject(from) ? scope[WITHIN]?.(from) : undefined;
  if (hidden !== undefined) return hidden;
  const { size, list } = select(from, selectors);
  if (size <= MAX_LIST) return list();
  throw new PlanFault("contract", "CC", "LIST_TOO_LONG", { path: text, limit: MAX_LIST });
}

function evaluateObject(members: readonly (readonly [string, Expression])[], scope: Scope): JsonObject {
  const result: MutableJson = {};
  for (const [key, member] of members) {
    const value = evaluate(member, scope);
    if (value !== undefined) setOwn(result, key, value);
  }
  return result;
}

function evaluateItem(item: Expression, scope: Scope): Json {
  const value = evaluate(item, scope);
  if (value !== undefined) return value;
  throw new PlanFault("contract", "CC", "PATH_UNRESOLVED", { path: textOf(item) });
}

function sum({ text, path, add }: Extract<Expression, { kind: "sum" }>, scope: Scope): Json {
  const left = evaluate(path, scope);
  if (left === undefined) throw new PlanFault("contract", "CC", "PATH_UNRESOLVED", { path: path.text });
  if (typeof left !== "number" || !Number.isSafeInteger(left) || !Number.isSafeInteger(left + add)) {
    throw new PlanFault("contract", "CC", "EXPRESSION_TYPE", {
      expression: text,
      left: typeOf(left),
      right: "integer",
    });
  }
  return left + add;
}

/** The declared text of an expression, for messages and for `pgs plan`. */
export function textOf(expression: Expression): string {
  switch (expression.kind) {
    case "literal":
      return JSON.stringify(expression.value);
    case "path":
    case "query":
    case "sum":
      return expression.text;
    case "clock":
      return CLOCK;
    case "object":
      return `{${expression.members.map(([key, member]) => `${key}: ${textOf(member)}`).join(", ")}}`;
    case "array":
      return `[${expression.items.map(textOf).join(", ")}]`;
  }
}

/**
 * A path inside an expression (of a list-valued one, its start), its place in the declared value, and the whole text
 * there.
 */
export interface PathWithin extends Omit<PathExpression, "kind"> {
  readonly at: readonly Segment[];
  readonly whole: string;
}

/** The path without which the expression has no value; undefined if a path without a value does not matter. */
export function neededPath(expression: Expression): PathExpression | undefined {
  return expression.kind === "path" || expression.kind === "query" ? pathOf(expression) : undefined;
}

/** Every path inside the expression. */
export function pathsIn(expression: Expression, at: readonly Segment[] = []): readonly PathWithin[] {
  switch (expression.kind) {
    case "path":
    case "query":
    case "sum": {
      const { text, root, segments } = pathOf(expression);
      return [{ text, root, segments, at, whole: expression.text }];
    }
    case "object":
      return expression.members.flatMap(([key, member]) => pathsIn(member, [...at, key]));
    case "array":
      return expression.items.flatMap((item, i) => pathsIn(item, [...at, i]));
    default:
      return [];
  }
}

/** The singular path that an expression of one path follows, of a list-valued one its start. */
function pathOf(expression: Extract<Expression, { kind: "path" | "query" | "sum" }>): PathExpression {
  switch (expression.kind) {
    case "path":
      return expression;
    case "query":
      return expression.start;
    case "sum":
      return expression.path;
  }
}

/** The expression with every path in it, also the start of a list-valued one, replaced. */
export function mapPaths(expression: Expression, map: (path: PathExpression) => PathExpression): Expression {
  switch (expression.kind) {
    case "path":
      return map(expression);
    case "query":
      return { ...expression, start: map(expression.start) };
    case "sum":
      return { ...expression, path: map(expression.path) };
    case "object":
      return {
        ...expression,
        members: expression.members.map(([key, member]) => [key, mapPaths(member, map)]),
      };
    case "array":
      return { ...expression, items: expression.items.map((item) => mapPaths(item, map)) };
    default:
      return expression;
  }
}

// ---- conditions ----

export type Operator = "==" | "!=" | "<" | "<=" | ">" | ">=";

export interface Condition {
  readonly text: string;
  readonly left: Expression;
  readonly operator: Operator;
  readonly right: Expression;
}

const OPERAND = String.raw`(\$\.[^\s=!<>]+|"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)`;
const CONDITION = new RegExp(String.raw`^\s*${OPERAND}\s*(==|!=|<=|>=|<|>)\s*${OPERAND}\s*$`);

/** @throws ExpressionError */
export function parseCondition(text: string): Condition {
  const match = CONDITION.exec(text);
  if (match === null) throw new ExpressionError(`"${text}" is not <operand> <operator> <operand>`, text);
  const [, left, operator, right] = match as unknown as [string, string, Operator, string];
  return { text, left: parseOperand(left), operator, right: parseOperand(right) };
}

/** The operator of a condition's text; null where it is no condition. */
export function operatorIn(text: string): Operator | null {
  return (CONDITION.exec(text)?.[2] as Operator | undefined) ?? null;
}

/** The condition with its values in the place of its sides. */
export function comparedText(
  { condition, left, right }: Operands & { readonly condition: string },
  show: (value: Json) => string,
): string {
  return `${show(left)} ${operatorIn(condition) ?? "and"} ${show(right)}`;
}

function parseOperand(text: string): Expression {
  if (text.startsWith("$.")) {
    const path = pathExpression(text);
    if (path.kind !== "path") throw new ExpressionError(`${text} is not a path to one value`, text);
    return path;
  }
  try {
    return { kind: "literal", value: JSON.parse(text) as Json };
  } catch {
    throw new ExpressionError(`${text} is not a JSON literal`, text);
  }
}

/** The values of the two sides of a condition. */
export interface Operands {
  readonly left: Json;
  readonly right: Json;
}

/** @throws PlanFault `PATH_UNRESOLVED` */
export function operandsOf({ left, right }: Condition, scope: Scope): Operands {
  return { left: operand(left, scope), right: operand(right, scope) };
}

/** @throws PlanFault `EXPRESSION_TYPE` */
export function holds(condition: Condition, { left, right }: Operands): boolean {
  if (condition.operator === "==") return jsonEqual(left, right);
  if (condition.operator === "!=") return !jsonEqual(left, right);
  const order = compare(left, right);
  if (order === undefined) {
    const facts = { expression: condition.text, left: typeOf(left), right: typeOf(right) };
    throw new PlanFault("contract", "CC", "EXPRESSION_TYPE", facts);
  }
  return ORDERINGS[condition.operator](order);
}

const ORDERINGS: Readonly<Record<Exclude<Operator, "==" | "!=">, (order: number) => boolean>> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function operand(expression: Expression, scope: Scope): Json {
  const value = evaluate(expression, scope);
  if (value !== undefined) return value;
  throw new PlanFault("contract", "CC", "PATH_UNRESOLVED", { path: textOf(expression) });
}

/** Numbers by value, strings by code point; nothing else has an order. */
function compare(left: Json, right: Json): number | undefined {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "string" && typeof right === "string")
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return undefined;
}
