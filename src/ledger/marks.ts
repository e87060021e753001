/** Bookmarks on traces: they are in the ledger, and the traces stay as they are. */

import type { TracesRoot } from "../ports.ts";
import { editLedger, repeated } from "./edit.ts";
import type { Mark } from "./line.ts";
import type { SetMark } from "./run-entry.ts";

export interface MarkRequest {
  readonly run: string;
  readonly mark: Mark;
  /** Who sets or removes it: an FQDN. */
  readonly actor?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** `unknown`: the ledger does not have the run; `unset`: there is no bookmark of this name to remove. */
export type Marked =
  | { readonly marks: readonly SetMark[] }
  | { readonly failed: "unknown" | "pruned" | "unset" };

/** The bookmarks of the run with this one, or without it. @throws LedgerFault */
export function markRun({ run, mark, actor, now }: MarkRequest, root: TracesRoot): Promise<Marked> {
  return editLedger<Marked>(root, ({ runs, lastLine, append }) => {
    const entry = runs.get(run);
    if (entry === undefined) return { failed: "unknown" };
    if (entry.state === "PRUNED") return { failed: "pruned" };
    const others = entry.marks.filter(({ name }) => name !== mark.name);
    if (mark.removed && others.length === entry.marks.length) return { failed: "unset" };
    const at = new Date(now).toISOString();
    const by = actor === undefined ? {} : { actor };
    append({ ...repeated(lastLine(entry)), at, mark, ...by });
    const { removed, ...set } = mark;
    return { marks: removed ? others : [...others, { ...set, at, ...by }] };
  });
}
