/**
 * Evaluates list-valued paths (RFC 9535): members of an object in canonical order, duplicates as the RFC counts them.
 */

import { isObject, type Json, own } from "../json/value.ts";
import type { Segment, Selector } from "./path.ts";

/** A list before it is expanded: descendants of descendants share their parts, no matter how often each counts. */
interface Found {
  readonly size: number;
  readonly parts: readonly Found[];
  readonly value?: Json;
}

const NOTHING: Found = { size: 0, parts: [] };

export interface Selected {
  /** The number of selected values. */
  readonly size: number;
  /** All of them, in order. */
  list(): readonly Json[];
}

/** Selects values at a cost proportional to the size of the given value; only expanding the list costs its own size. */
export function select(start: Json, selectors: readonly Selector[]): Selected {
  // Only after a descendant selector can a value be selected twice.
  const first = selectors.findIndex(({ kind }) => kind === "descendant");
  const known = selectors.map((_, at) => (first !== -1 && at > first ? new Map<Json, Found>() : undefined));
  const from = (value: Json, at: number): Found => {
    const selector = selectors[at];
    if (selector === undefined) return { size: 1, parts: [], value };
    if (typeof value !== "object" || value === null) return NOTHING;
    const before = known[at]?.get(value);
    if (before !== undefined) return before;
    const chosen = children(value, selector).map((child) => from(child, at + 1));
    const deeper = selector.kind === "descendant" ? children(value, ALL).map((child) => from(child, at)) : [];
    const found = joined([...chosen, ...deeper]);
    known[at]?.set(value, found);
    return found;
  };
  const found = from(start, 0);
  return { size: found.size, list: () => written(found) };
}

function joined(all: readonly Found[]): Found {
  const parts = all.filter(({ size }) => size > 0);
  const [first, second] = parts;
  if (first !== undefined && second === undefined) return first;
  return { size: parts.reduce((sum, { size }) => sum + size, 0), parts };
}

function written(found: Found): readonly Json[] {
  const list: Json[] = [];
  const stack = [found];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.value !== undefined) list.push(next.value);
    for (let i = next.parts.length - 1; i >= 0; i--) stack.push(next.parts[i] as Found);
  }
  return list;
}

const ALL: Selector = { kind: "all" };

/** The children of a value that one selector selects. */
function children(value: Json, selector: Selector): readonly Json[] {
  switch (selector.kind) {
    case "child":
      return present(child(value, selector.segment));
    case "descendant":
      return present(child(value, selector.name));
    case "all":
      if (Array.isArray(value)) return value;
      return isObject(value)
        ? Object.keys(value)
            .sort()
            .map((key) => value[key] as Json)
        : [];
    case "slice":
      return Array.isArray(value) ? slice(value, selector) : [];
  }
}

/** An own member by its name or an array's item by its index; undefined when there is none. */
export function child(value: Json, segment: Segment): Json | undefined {
  if (Array.isArray(value))
    return typeof segment === "number" ? (value as readonly Json[]).at(segment) : undefined;
  return isObject(value) && typeof segment === "string" ? own(value, segment) : undefined;
}

function present(value: Json | undefined): readonly Json[] {
  return value === undefined ? [] : [value];
}

/** RFC 9535, 2.3.4.2. */
function slice(
  items: readonly Json[],
  { from, to, step }: Extract<Selector, { kind: "slice" }>,
): readonly Json[] {
  const { length } = items;
  const bound = (given: number | null, otherwise: number, low: number, high: number) =>
    given === null ? otherwise : Math.min(Math.max(given < 0 ? length + given : given, low), high);
  const chosen: Json[] = [];
  if (step > 0) {
    const end = bound(to, length, 0, length);
    for (let i = bound(from, 0, 0, length); i < end; i += step) chosen.push(items[i] as Json);
  } else if (step < 0) {
    const end = bound(to, -1, -1, length - 1);
    for (let i = bound(from, length - 1, -1, length - 1); i > end; i += step) chosen.push(items[i] as Json);
  }
  return chosen;
}
