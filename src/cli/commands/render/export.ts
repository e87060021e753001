/** `pgs export`: a trace of this runner as another runtime's readers take it. */

import { counted } from "../../../errors/counted.ts";
import { type Exported, exportReferenceV0 } from "../../../interop/export-reference-v0.ts";
import type { TraceEvent } from "../../../trace/event.ts";
import type { CommonOptions, Context } from "../../context.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { plain, printJson } from "../../print.ts";
import { readIntactTrace } from "../../read-trace.ts";
import { checkOutput, writeFileArgument } from "../../write-file.ts";

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
  checkOutput("out", out, context);
  const exported = FORMATS[format](readIntactTrace(file, context).events);
  if (out === "-") {
    context.printExactly(exported.text);
    return EXIT.SUCCESS;
  }
  writeFileArgument(out, exported.text, context, (cause) => {
    return new UsageFault("EXPORT_UNWRITABLE", { file: out, errno: cause.errno }, { cause });
  });
  tell(exported, format, out, context);
  return EXIT.SUCCESS;
}

function tell({ events, dropped }: Exported, format: string, out: string, context: Context): void {
  const { platform, settings } = context;
  const left = Object.entries(dropped).map(([type, count]) => `${count} ${type}`);
  if (settings.json) printJson(context, { format, file: out, events, dropped });
  else if (!settings.quiet) {
    platform.out(
      `${plain(out)}  ${counted(events, "event")}\n${left.length === 0 ? "" : `  left out: ${left.join(", ")}\n`}`,
    );
  }
}
