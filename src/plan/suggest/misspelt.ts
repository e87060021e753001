/** Suggests the nearest valid expression for an invalid one. */

import type { Json } from "../../json/value.ts";
import { type Path, quote } from "../../snapshot/hint.ts";
import { nearestName } from "../../snapshot/nearest-name.ts";
import type { Hint } from "../../snapshot/parse.ts";
import {
  CLOCK,
  ExpressionError,
  type PathWithin,
  parseCondition,
  parseExpression,
  pathsIn,
} from "../expression.ts";
import { spell } from "../path.ts";
import { type Names, suggestPath } from "./declared.ts";

/** The replacement for an invalid expression; `isKnown` decides which paths are possible there. */
export function suggestExpression({ text }: ExpressionError, isKnown: (path: PathWithin) => boolean): Hint {
  const expression = meantExpression(text, isKnown);
  const to = expression === undefined ? "a path to a value, or a value" : quote(expression);
  return { do: "change", to };
}

/** The nearest valid expression; undefined if none is near, and for filters and scripts, which are no typing errors. */
function meantExpression(text: string, isKnown: (path: PathWithin) => boolean): string | undefined {
  const repaired = text.includes("{{") || text.includes("}}") ? repairedTemplate(text) : repairedPath(text);
  const parsed = repaired === undefined ? undefined : readable(() => parseExpression(repaired));
  return parsed !== undefined && pathsIn(parsed).every(isKnown) ? repaired : undefined;
}

/** A misspelt template is the clock's; a path alone needs no braces, and a path inside needs its root. */
function repairedTemplate(text: string): string | undefined {
  const inner = text.replaceAll(/[{}]/g, "").trim();
  if (nearestName(inner, [CLOCK.slice("{{".length, -"}}".length)]) !== null) return CLOCK;
  if (/^\$\.[^\s+-]+$/.test(inner)) return inner;
  return /^[\w.]+\s*[+-]\s*\d+$/.test(inner) ? `{{$.${inner}}}` : undefined;
}

/** Unusual names need brackets, and a path does not end with a dot. */
function repairedPath(text: string): string | undefined {
  if (!text.startsWith("$.") || /[[\]?@'"]/.test(text)) return undefined;
  return spell(
    text
      .slice(2)
      .split(".")
      .filter((part) => part !== ""),
  );
}

/** The replacement for an invalid condition; its paths may begin with `names`. */
export function suggestCondition(text: string, names: Names): Hint {
  const condition = meantCondition(text, names);
  return { do: "change", to: condition === undefined ? "<path> <operator> <value>" : quote(condition) };
}

/** The nearest valid condition: a declared path, an operator of this language, and a path or a value. */
function meantCondition(text: string, names: Names): string | undefined {
  const [, left = "", operator = "", right = ""] = /^\s*(\S+)\s*([=!<>]+)\s*(.+?)\s*$/.exec(text) ?? [];
  const path = declaredPath(isBareWord(left) ? `$.${left}` : left, names);
  const value = isBareWord(right) ? literal(right, names) : (declaredPath(right, names) ?? unquoted(right));
  if (path === undefined || value === undefined) return undefined;
  const repaired = `${path} ${OPERATORS.get(operator) ?? operator} ${value}`;
  return readable(() => parseCondition(repaired)) === undefined ? undefined : repaired;
}

const OPERATORS: ReadonlyMap<string, string> = new Map([
  ["=", "=="],
  ["===", "=="],
  ["!==", "!="],
  ["<>", "!="],
  ["=<", "<="],
  ["=>", ">="],
]);

const isBareWord = (text: string) => /^[A-Za-z_][\w-]*$/.test(text);

function declaredPath(text: string, names: Names): string | undefined {
  const path = text.startsWith("$") ? readable(() => parseExpression(text)) : undefined;
  return path?.kind === "path" ? suggestPath([path.root, ...path.segments], names) : undefined;
}

/** A bare word as a string, unless it is a declared name: then the intention is unclear. */
function literal(word: string, names: Names): string | undefined {
  if (/^(?:true|false|null)$/.test(word)) return word;
  return Object.hasOwn(names, word) ? undefined : JSON.stringify(word);
}

function unquoted(text: string): string | undefined {
  if (text.startsWith("$")) return undefined;
  const quoted = /^'(.*)'$/.exec(text)?.[1];
  return quoted === undefined ? text : JSON.stringify(quoted);
}

function readable<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** The same path with the nearest valid root. */
export function suggestRoot({ text, root, whole }: PathWithin, roots: readonly string[]): Hint {
  const nearest = nearestName(root, roots);
  if (nearest === null) return { do: "change", to: pathFrom(roots) };
  return { do: "change", to: quote(whole.replace(text, `$.${nearest}${text.slice(root.length + 2)}`)) };
}

function pathFrom(roots: readonly string[]): string {
  return `a path that begins with ${roots.map((one) => `$.${one}`).join(" or ")}`;
}

const RESULTS = "$.results";

/** The same path to the results of the nearest of the nodes or steps that come before; where none does, from a root. */
export function suggestOwner(
  { text, segments, whole }: PathWithin,
  owners: readonly string[],
  roots: readonly string[],
): Hint {
  if (owners.length === 0) return { do: "change", to: pathFrom(roots) };
  const given = String(segments[0]);
  const nearest = nearestName(given, owners);
  if (nearest === null) {
    const which = owners.length === 1 ? owners.join() : `one of ${owners.join(", ")}`;
    return { do: "change", to: `a path to the results of ${which}` };
  }
  const below = text.slice(RESULTS.length).replace(given, nearest);
  return { do: "change", to: quote(whole.replace(text, `${RESULTS}${below}`)) };
}

/** The path of a string inside a declared value. */
export function placeOfText(value: Json, text: string): Path {
  return search(value, text, []) ?? [];
}

function search(value: Json, text: string, path: Path): Path | undefined {
  if (value === text) return path;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, member] of Object.entries<Json>(value)) {
    const part = Array.isArray(value) ? Number(key) : key;
    const found = search(member, text, [...path, part]);
    if (found !== undefined) return found;
  }
  return undefined;
}
