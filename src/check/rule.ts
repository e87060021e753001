/** How a rule is declared: what it holds a snapshot to and why, how bad a breach is, and how it finds one. */

import { pointer } from "../json/pointer.ts";
import type { JsonObject } from "../json/value.ts";
import type { AuthoredPlace, Path } from "../snapshot/hint.ts";
import type { SnapshotModel } from "./analysis/snapshot-model.ts";

export const SEVERITIES = ["error", "warning", "note"] as const;

/**
 * `error`: a run can be refused, or decides something else than the snapshot says. `warning`: it can never have been
 * meant, though every run goes through. `note`: it does nothing, and can be left out.
 */
export type Severity = (typeof SEVERITIES)[number];

/** One breach, where it stands in the artifact. */
export interface Found {
  /** Path below the snapshot. */
  readonly file: string;
  /** RFC 6901, into that file. */
  readonly pointer: string;
  /** What tells this breach from every other of its rule in the file: names, never line numbers. */
  readonly facts: JsonObject;
  /** One sentence in protocol words. */
  readonly message: string;
  readonly hint?: string;
  /** Where the file is no artifact, or not one that can be read. */
  readonly line?: number;
  /** The authored file to change, where it is known. */
  readonly authored?: AuthoredPlace;
}

export interface Rule {
  /** Kebab-case; also the name of its file. */
  readonly id: string;
  /** One line: what is held, and why it matters. */
  readonly about: string;
  readonly severity: Severity;
  /** Full names of the published invariants that say the same. */
  readonly invariants: readonly string[];
  /** What to do about a breach that says nothing better itself. */
  readonly hint: string;
  check(subject: SnapshotModel): Iterable<Found>;
}

type Declared = Omit<Rule, "invariants"> & { readonly invariants?: readonly string[] };

export function rule(declaration: Declared): Rule {
  return { invariants: [], ...declaration };
}

/** A breach at a path below the artifact's frontmatter. */
export function foundIn(
  { file }: { readonly file: string },
  path: Path,
  facts: JsonObject,
  message: string,
  hint?: string,
): Found {
  const at = pointer(["frontmatter", ...path]);
  return { file, pointer: at, facts, message, ...(hint === undefined ? {} : { hint }) };
}
