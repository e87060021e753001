/** What the path of an authored file says about its artifact. */

import type { Fqdn } from "../fqdn.ts";
import type { Problem, ProblemCode } from "./problem.ts";

/**
 * `own`: `<kind folder>/<namespace>__<CODE>.md`. `modules`: `<module path>/<CODE>.md`. `assembled`: the same, in domains
 * that declare themselves.
 */
export type TreeForm = "own" | "modules" | "assembled";

export interface Identity {
  readonly fqdn: Fqdn;
  readonly kind: string;
  /** Below the snapshot. */
  readonly file: string;
  readonly modulePath: string;
  readonly layer: string;
}

/** `meant` is the artifact that a misplaced file was obviously meant to be. */
export type Identified = Identity | { readonly problem: Problem; readonly meant: Fqdn | null };

/** How the paths of a tree are read. */
export interface Tree {
  readonly form: TreeForm;
  identify(path: string): Identified;
  /** Where the artifact of a capability goes that nobody authored; null where there is no place for it. */
  standard(name: Fqdn): Identity | null;
}

export interface Misplaced {
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint: string;
  readonly names?: readonly string[];
  /** The artifact that it was meant to be. */
  readonly meant?: Fqdn | undefined;
}

export function misplaced(file: string, { meant, ...said }: Misplaced): Identified {
  const problem: Problem = { file, line: 1, column: 1, severity: "error", ...said };
  return { problem, meant: meant ?? null };
}
