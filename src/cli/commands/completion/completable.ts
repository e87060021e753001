/** What the completion scripts of all shells are made from. */

import type { Completed } from "../../option.ts";

export interface Completable {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletableOption[];
  /** What its first argument may be, and what those after it; null where it has none. */
  readonly argument: Values | null;
  readonly further: Values | null;
}

export interface CompletableOption {
  readonly flag: string;
  readonly description: string;
  /** What its value may be; null for a switch. */
  readonly values: Values | null;
  readonly isValueOptional: boolean;
  readonly isRepeatable: boolean;
}

/** One of some words, a file, a folder, a name of the snapshot, or a text that no shell can know. */
export type Values = readonly string[] | "file" | "folder" | SnapshotName | "any";

type SnapshotName = Exclude<Completed, "file" | "folder">;

/** What prints the names, one a line; nothing where there is no snapshot. */
export const NAMES: Readonly<Record<SnapshotName, string>> = {
  artifact: "pgs query names 2>/dev/null",
  code: "pgs query names 2>/dev/null | sed 'p;s/.*:://'",
  workflow: "pgs query names WF 2>/dev/null",
};

/** What prints the names that a value may be; undefined for any other value. */
export function namesFor(values: Values): string | undefined {
  return typeof values === "string" && Object.hasOwn(NAMES, values) ? NAMES[values as SnapshotName] : undefined;
}

export type Script = (commands: readonly Completable[], everywhere: readonly CompletableOption[]) => string;

/** Between single quotes, as POSIX shells and zsh read them. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
