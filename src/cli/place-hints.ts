/** Commands in hints find what the hint is about: they repeat the options with which the command line named its folders. */

import type { Fault } from "../errors/base.ts";
import { LedgerFault } from "../ledger/errors.ts";
import { type Context, shellWord, shortPath } from "./context.ts";

/** The hint of a fault; none where it has none. */
export function faultHints(fault: Fault, context: Context): readonly string[] {
  const { hint } = fault.wording;
  return hint === undefined ? [] : [withPlaces(hint, context, tracesOf(fault, context))];
}

/** The traces beside a ledger, else those that the fault names, else those of the command. */
function tracesOf(fault: Fault, { path, settings }: Context): string {
  const { file, traces } = fault.facts;
  if (fault instanceof LedgerFault && typeof file === "string") return path(file).replace(/\/[^/]*$/, "");
  return typeof traces === "string" ? path(traces) : settings.traces;
}

/** Every command takes these options, but the one that makes a workspace; `traces` is the folder of the runs. */
export function withPlaces(hint: string, context: Context, traces = context.settings.traces): string {
  const options = placeWords(traces, context);
  return hint.replace(/\bpgs ([a-z]+)\b(?! --help)/g, (command, name) =>
    name === "init" ? command : `${command}${options}`,
  );
}

/** What to add to a command, so that it finds the same folders, and the runs in this folder of traces. */
export function placeWords(traces: string, { settings, platform }: Context): string {
  const typed = Object.entries(settings.typed);
  const isElsewhere = traces !== settings.traces;
  const kept = isElsewhere ? typed.filter(([name]) => name !== "traces") : typed;
  const all = isElsewhere ? [...kept, ["traces", shortPath(traces, platform.cwd)]] : kept;
  return all.map(([name, folder]) => ` --${name} ${shellWord(String(folder))}`).join("");
}
