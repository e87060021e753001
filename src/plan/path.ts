/**
 * The JSONPath of RFC 9535 that bindings may use (SPEC 3): singular paths, and `[*]`, slices and `..name` behind one.
 */

/** One step of a singular path: a member's name or an item's index. */
export type Segment = string | number;

/** One step of a list-valued path. */
export type Selector =
  | { readonly kind: "child"; readonly segment: Segment }
  | { readonly kind: "all" }
  | { readonly kind: "slice"; readonly from: number | null; readonly to: number | null; readonly step: number }
  | { readonly kind: "descendant"; readonly name: string };

export interface Path {
  readonly root: string;
  /** The singular start. */
  readonly segments: readonly Segment[];
  /** What follows the start; empty for a path to one value. */
  readonly selectors: readonly Selector[];
  /** How much of the text is the start. */
  readonly startLength: number;
}

const CHARACTER = String.raw`[\u0080-\ud7ff\ue000-\uffff]|[\ud800-\udbff][\udc00-\udfff]`;
const NAME = String.raw`((?:[A-Za-z_]|${CHARACTER})(?:\w|${CHARACTER})*)`;
const BLANK = String.raw`[ \t\n\r]*`;
const INTEGER = String.raw`0|-?[1-9]\d*`;
const HEX = String.raw`u(?:[\dA-CEFa-cef][\dA-Fa-f]{3}|[Dd][0-7][\dA-Fa-f]{2}|[Dd][89ABab][\dA-Fa-f]{2}\\u[Dd][C-Fc-f][\dA-Fa-f]{2})`;
const quoted = (quote: string, free: string) =>
  String.raw`(${quote}(?:[${free}\u0023-\u0026\u0028-\u005b\u005d-\u007f]|${CHARACTER}|\\(?:[bfnrt/\\${quote}]|${HEX}))*${quote})`;
const SELECTOR = `${quoted("'", ' !"')}|${quoted('"', " !'")}|(${INTEGER})|([*])|(${INTEGER})?${BLANK}(:)${BLANK}(${INTEGER})?${BLANK}(?::${BLANK}(${INTEGER})?)?`;
/** One step; made when a text needs it, because that takes a millisecond. */
let STEP: RegExp | undefined;

/** Nearly every path. */
const PLAIN = /^\$(?:\.[A-Za-z_]\w*)+$/;

/** The path that a text beginning with `$` spells; undefined when it spells none. */
export function parsePath(text: string): Path | undefined {
  if (PLAIN.test(text)) {
    const [, root = "", ...segments] = text.split(".");
    return { root, segments, selectors: [], startLength: text.length };
  }
  STEP ??= new RegExp(String.raw`${BLANK}(?:\.${NAME}|\.\.${NAME}|\[${BLANK}(?:${SELECTOR})${BLANK}\])`, "y");
  const segments: Segment[] = [];
  const selectors: Selector[] = [];
  let startLength = 1;
  STEP.lastIndex = 1;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    const selector = match === null ? undefined : selectorOf(match);
    if (selector === undefined) return undefined;
    if (selector.kind === "child" && selectors.length === 0) {
      segments.push(selector.segment);
      startLength = STEP.lastIndex;
    } else {
      selectors.push(selector);
    }
  }
  const [root, ...rest] = segments;
  return typeof root === "string" ? { root, segments: rest, selectors, startLength } : undefined;
}

/** Undefined for a number that RFC 9535 does not let an index be. */
function selectorOf(match: RegExpExecArray): Selector | undefined {
  const [, name, below, single, double, index, star, from, colon, to, step] = match;
  if (below !== undefined) return { kind: "descendant", name: below };
  if (star !== undefined) return { kind: "all" };
  if (colon !== undefined) {
    const bounds = [from, to, step].map((bound) => (bound === undefined ? null : Number(bound)));
    if (bounds.some((bound) => bound !== null && !Number.isSafeInteger(bound))) return undefined;
    const [start = null, end = null, by = null] = bounds;
    return { kind: "slice", from: start, to: end, step: by ?? 1 };
  }
  if (index !== undefined) {
    return Number.isSafeInteger(Number(index)) ? { kind: "child", segment: Number(index) } : undefined;
  }
  return { kind: "child", segment: name ?? unquoted(single ?? double ?? "") };
}

/** The escapes are those of JSON, but for the quotes. */
function unquoted(literal: string): string {
  const inner = literal
    .slice(1, -1)
    .replace(/\\.|"/g, (part) => (part === '"' ? '\\"' : part === "\\'" ? "'" : part));
  return JSON.parse(`"${inner}"`) as string;
}

/** The singular path in writing, from its root on. */
export function spell(path: readonly Segment[]): string {
  return `$${path.map(spellSegment).join("")}`;
}

function spellSegment(segment: Segment): string {
  if (typeof segment === "number") return `[${segment}]`;
  if (/^[A-Za-z_]\w*$/.test(segment)) return `.${segment}`;
  const inner = JSON.stringify(segment)
    .slice(1, -1)
    .replace(/\\.|'/g, (part) => (part === "'" ? "\\'" : part === '\\"' ? '"' : part));
  return `['${inner}']`;
}
