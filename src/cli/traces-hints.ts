/** Commands in hints find the traces that the hint is about, whatever options named their folder. */

import type { Fault } from "../errors/base.ts";
import { LedgerFault } from "../ledger/errors.ts";
import { type Context, shellWord, shortPath } from "./context.ts";

/** What to add to a command, so that it finds runs in this folder of traces; empty where it finds them without options. */
export function tracesOption(folder: string, { platform, settings }: Context): string {
  return folder === settings.usualTraces ? "" : ` --traces ${shellWord(shortPath(folder, platform.cwd))}`;
}

/** The hint of a fault; none where it has none. */
export function hintsOf(fault: Fault, context: Context): readonly string[] {
  const { hint } = fault.wording;
  return hint === undefined ? [] : [withTraces(hint, folderOf(fault, context), context)];
}

/** The traces beside a ledger, else those that the fault names, else those of the command. */
function folderOf(fault: Fault, { path, settings }: Context): string {
  const { file, traces } = fault.facts;
  if (fault instanceof LedgerFault && typeof file === "string") return path(file).replace(/\/[^/]*$/, "");
  return typeof traces === "string" ? path(traces) : settings.traces;
}

export function withTraces(hint: string, folder: string, context: Context): string {
  const option = tracesOption(folder, context);
  return hint.replace(
    /\bpgs runs(?: rebuild --missing| rebuild| verify| prune)?/g,
    (command) => `${command}${option}`,
  );
}
