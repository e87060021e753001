/** Whether a snapshot is what its authored Markdown makes. */

import { counted } from "../../errors/counted.ts";
import type { CompileRequest } from "./compile-authored.ts";
import { buildAuthored, errorsIn } from "./compile-authored.ts";
import { AuthoredFault } from "./errors.ts";
import { type Difference, differencesOf } from "./snapshot-change.ts";

/** What a snapshot is made from. */
export type AuthoredSources = Pick<CompileRequest, "authored" | "onto" | "lock">;

export interface AuthoredState {
  /** How many errors keep the Markdown from making any snapshot. */
  readonly errors: number;
  readonly differences: readonly Difference[];
}

/** Null where the folder of the Markdown is not there. @throws SnapshotFault for a file that cannot be read */
export function authoredState(request: CompileRequest & { readonly snapshot: string }): AuthoredState | null {
  if (!request.files.isFolder(request.authored)) return null;
  const compilation = buildAuthored(request);
  const errors = errorsIn(compilation).length;
  const differences = errors > 0 ? [] : differencesOf(compilation, request.snapshot, request.files);
  return { errors, differences };
}

/** What a file of the snapshot is, where it is not what the Markdown makes. */
export function differenceText({ what }: Difference): string {
  switch (what) {
    case "missing":
      return "the file is missing";
    case "stale":
      return "nothing in the authored Markdown makes the file";
    case "differs":
      return "the file is not what the authored Markdown makes";
    default:
      return what satisfies never;
  }
}

export function errorsText(errors: number): string {
  return `the authored Markdown has ${counted(errors, "error")}`;
}

/** One fault for each file that differs, or one for Markdown with errors. */
export function authoredFaults(
  state: AuthoredState | null,
  { authored }: AuthoredSources,
): readonly AuthoredFault[] {
  if (state === null) return [];
  const { errors, differences } = state;
  if (errors > 0) return [new AuthoredFault("AUTHORED_INVALID", { folder: authored, errors })];
  return differences.map(
    (one) => new AuthoredFault("AUTHORED_DIFFERS", { file: one.path, what: differenceText(one) }),
  );
}
