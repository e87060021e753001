/** `pgs export`: a trace of this runner as another runtime's readers take it. */

import { wordsOf } from "../examine/finding.ts";
import { verifyTrace } from "../examine/verify.ts";
import { type Exported, exportReferenceV0 } from "../export/reference-v0.ts";
import { UsageFault } from "../faults.ts";
import { IoError } from "../ports.ts";
import type { TraceEvent } from "../trace/event.ts";
import type { CommonOptions, Context } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { readGiven } from "./read-given.ts";
import { printJson } from "./report.ts";

export interface ExportOptions extends CommonOptions {
  readonly format: "reference-v0";
  readonly out: string;
}

const FORMATS: Readonly<Record<ExportOptions["format"], (events: readonly TraceEvent[]) => Exported>> = {
  "reference-v0": exportReferenceV0,
};

export async function exportCommand(
  { format, out }: ExportOptions,
  context: Context,
  file: string,
): Promise<number> {
  checkOutput(out, context);
  const { events, findings } = verifyTrace(readGiven(file, "the trace", context));
  const [found] = findings;
  if (found !== undefined) {
    const { what } = wordsOf(found);
    throw new UsageFault("TRACE_NOT_INTACT", { file, line: found.line ?? null, finding: found.code, what });
  }
  const exported = FORMATS[format](events);
  leave(out, exported.text, context);
  if (out !== "-") tell(exported, format, out, context);
  return EXIT.SUCCESS;
}

/** The events are no JSON document: both on one standard output would be neither. @throws UsageFault */
function checkOutput(out: string, { settings }: Context): void {
  if (out !== "-" || !settings.json) return;
  const message = "--json and --out - both ask for standard output";
  throw new UsageFault("BAD_USAGE", { message, hint: "name a file with --out FILE" });
}

function leave(out: string, text: string, { world, path }: Context): void {
  try {
    if (out === "-") world.out(text);
    else world.writeFile(path(out), text);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new UsageFault("EXPORT_UNWRITABLE", { file: out, errno: error.errno }, { cause: error });
  }
}

function tell({ events, dropped }: Exported, format: string, out: string, context: Context): void {
  const { world, settings } = context;
  const left = Object.entries(dropped).map(([type, count]) => `${count} ${type}`);
  if (settings.json) printJson(context, { format, file: out, events, dropped });
  else if (!settings.quiet) {
    world.out(`${out}  ${events} events\n${left.length === 0 ? "" : `  left out: ${left.join(", ")}\n`}`);
  }
}
