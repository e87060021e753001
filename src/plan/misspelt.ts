/** What was meant by a text that is no expression: the next one that is, where there is one near. */

import { isObject, type Json } from "../json.ts";
import { exactly, type Path } from "../snapshot/hint.ts";
import { nearestName } from "../snapshot/nearest.ts";
import type { Hint } from "../snapshot/parse.ts";
import { CLOCK, ExpressionError, type PathWithin, parseCondition, parseExpression } from "./expression.ts";
import { spell } from "./path.ts";

/** What to write in place of a text that is no expression. */
export function expressionMeant({ text }: ExpressionError): Hint {
  const expression = meantExpression(text);
  const to = expression === undefined ? "a path to a value, or a value" : exactly(expression);
  return { do: "change", to };
}

/** The expression that was meant; undefined where none is near, and for filters and scripts, which mean what they say. */
function meantExpression(text: string): string | undefined {
  const repaired = text.includes("{{") || text.includes("}}") ? repairedTemplate(text) : repairedPath(text);
  return repaired !== undefined && isReadable(() => parseExpression(repaired)) ? repaired : undefined;
}

/** A template of another name is the clock's; a path alone needs no braces, and one inside needs its root. */
function repairedTemplate(text: string): string | undefined {
  const inner = text.replaceAll(/[{}]/g, "").trim();
  if (nearestName(inner, [CLOCK_NAME]) !== null) return CLOCK;
  if (/^\$\.[^\s+-]+$/.test(inner)) return inner;
  return /^[\w.]+\s*[+-]\s*\d+$/.test(inner) ? `{{$.${inner}}}` : undefined;
}

const CLOCK_NAME = CLOCK.replaceAll(/[{}]/g, "");

/** Names that are not spelt like names stand in brackets, and a path does not end with a dot. */
function repairedPath(text: string): string | undefined {
  if (!text.startsWith("$.") || /[[\]?@'"]/.test(text)) return undefined;
  return spell(
    text
      .slice(2)
      .split(".")
      .filter((part) => part !== ""),
  );
}

/** What to write in place of a text that is no condition. */
export function conditionMeant(text: string): Hint {
  const condition = meantCondition(text);
  return { do: "change", to: condition === undefined ? "<path> <operator> <value>" : exactly(condition) };
}

/** The condition that was meant: its operator as this language writes it, a bare word as a text. */
function meantCondition(text: string): string | undefined {
  const [, left, operator, right] = /^\s*(\S+)\s*([=!<>]+)\s*(.+?)\s*$/.exec(text) ?? [];
  if (left === undefined || operator === undefined || right === undefined) return undefined;
  const repaired = `${operand(left)} ${OPERATORS.get(operator) ?? operator} ${operand(right)}`;
  return isReadable(() => parseCondition(repaired)) ? repaired : undefined;
}

const OPERATORS: ReadonlyMap<string, string> = new Map([
  ["=", "=="],
  ["===", "=="],
  ["!==", "!="],
  ["<>", "!="],
  ["=<", "<="],
  ["=>", ">="],
]);

function operand(text: string): string {
  const quoted = /^'(.*)'$/.exec(text)?.[1] ?? (/^[A-Za-z_][\w-]*$/.test(text) ? text : undefined);
  return quoted === undefined || /^(?:true|false|null)$/.test(quoted) ? text : JSON.stringify(quoted);
}

function isReadable(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

/** The same path from a root that is one, where the given one is near to it. */
export function rootMeant({ text, root, whole }: PathWithin, roots: readonly string[]): Hint {
  const nearest = nearestName(root, roots);
  if (nearest === null)
    return { do: "change", to: `a path that begins with ${roots.map((one) => `$.${one}`).join(" or ")}` };
  return { do: "change", to: exactly(whole.replace(text, `$.${nearest}${text.slice(root.length + 2)}`)) };
}

const RESULTS = "$.results";

/** The same path to the results of a node or step that is one, where the named one is near to it. */
export function ownerMeant({ text, segments, whole }: PathWithin, owners: readonly string[]): Hint {
  const given = String(segments[0]);
  const nearest = nearestName(given, owners);
  if (nearest === null) return { do: "change", to: `a path to the results of one of ${owners.join(", ")}` };
  const below = text.slice(RESULTS.length).replace(given, nearest);
  return { do: "change", to: exactly(whole.replace(text, `${RESULTS}${below}`)) };
}

/** Where in a declared value a text stands. */
export function placeOfText(value: Json, text: string): Path {
  return search(value, text, []) ?? [];
}

function search(value: Json, text: string, path: Path): Path | undefined {
  if (value === text) return path;
  const members = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : [];
  for (const [key, member] of members) {
    const found = search(member as Json, text, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}
