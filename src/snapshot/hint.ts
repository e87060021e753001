/** A hint: one field and its change, in a sentence that can be followed literally. */

import { pointer } from "../json/pointer.ts";
import type { Json } from "../json/value.ts";
import { nearestName } from "./nearest-name.ts";

/** The change of one field. `to` and `as` are phrases: see `quote` and `oneOf`. */
export type Change =
  | { readonly do: "change"; readonly to: string }
  /** The field is not there yet. */
  | { readonly do: "add"; readonly as: string }
  /** The field is a list that lacks the value. */
  | { readonly do: "append"; readonly value: Json }
  | { readonly do: "rename"; readonly to: string }
  | { readonly do: "remove" };

export type Path = readonly (string | number)[];

/** The change as a phrase; `whole` names the document of the pointer if that is not obvious. */
export function sentence(at: string, change: Change, whole?: "payload"): string {
  const of = whole === undefined ? at : `${at} of the ${whole}`;
  switch (change.do) {
    case "change":
      return `change ${of} to ${change.to}`;
    case "add":
      return `add ${whole === undefined ? at : `${at} to the ${whole}`}: ${change.as}`;
    case "append":
      return `add ${quote(change.value)} to ${of}`;
    case "rename":
      return `rename ${of} to ${quote(change.to)}`;
    case "remove":
      return `remove ${of}`;
  }
}

/** A change of an artifact that stands alone: which file, which line of its Markdown, which field. */
export interface Edit {
  readonly file: string;
  /** Below the artifact's `frontmatter`. */
  readonly path: Path;
  /** Line of the authored Markdown in the artifact's `content`. */
  readonly line: number | null;
  readonly change: Change;
  /** After a change, a sealed snapshot must be sealed again. */
  readonly isSealed: boolean;
}

export function editText({ file, path, line, change, isSealed }: Edit): string {
  return inArtifact(file, line, changeText(path, change, isSealed ? file : null));
}

/** The change of an artifact, with its file. */
export function inArtifact(file: string, line: number | null, what: string): string {
  return line === null ? `in ${file}, ${what}` : `in ${file}, line ${line} of its Markdown, ${what}`;
}

/** A line of a file of authored Markdown. */
export interface AuthoredPlace {
  /** As the reader would write it. */
  readonly file: string;
  readonly line: number;
}

/** The change of an artifact, said of the Markdown that it is made from. */
export function inAuthored({ file, line }: AuthoredPlace, what: string): string {
  const change = authoredChange(what);
  if (change === what) return `in ${file}:${line}, ${what}`;
  const isSealed = change.includes(SEAL_AGAIN);
  const then = `, then type ${isSealed ? "pgs build" : "pgs compile"}`;
  const again = [SEAL_AGAIN, ASSEMBLE_AGAIN].find((one) => change.includes(one));
  return `in ${file}:${line}, ${change.replace(again ?? /(?=, or type )|$/, then)}`;
}

/** The same, without the place; a field is named as it is in the Machine block. */
export function authoredChange(what: string): string {
  return asWritten(what.replace(/^((?:change|rename|remove|add)(?: .+? to)? )\/frontmatter(?=\/)/, "$1"));
}

/** Pointers as the author writes their names: YAML 1.1 reads `on` without quotes as a truth value. */
export function asWritten(text: string): string {
  return text.replaceAll(/(?<=\/retry\/)true\b/g, "on");
}

const SEAL_AGAIN = ", then type pgs seal";
const ASSEMBLE_AGAIN = ", then have the snapshot assembled again";

/**
 * The change without file and line, if these are shown next to it. `sealed` is the file of a sealed snapshot, else null:
 * only one with `artifacts/` can be sealed by `pgs seal`.
 */
export function changeText(path: Path, change: Change, sealed: string | null): string {
  const said = sentence(fieldPointer(path), change);
  if (sealed === null) return said;
  return `${said}${sealed.startsWith("canonical/") ? ASSEMBLE_AGAIN : SEAL_AGAIN}`;
}

/** The JSON Pointer of an executed field within its artifact's file. */
export function fieldPointer(path: Path): string {
  return pointer(["frontmatter", ...path]);
}

/** A value as it is to be written. */
export function quote(value: Json): string {
  return JSON.stringify(value);
}

/** One of several values, or the only one. */
export function oneOf(values: readonly Json[]): string {
  const quoted = values.map(quote).join(", ");
  return values.length === 1 ? quoted : `one of ${quoted}`;
}

/** The value that was meant by a wrong one: the nearest of those that are right, else one of them. */
export function suggested(given: string, right: readonly string[]): string {
  const nearest = nearestName(given, right);
  return nearest === null ? oneOf(right) : quote(nearest);
}
