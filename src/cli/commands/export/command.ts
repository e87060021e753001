/** `pgs export`: a trace of this runner as another runtime's readers take it. */

import { counted } from "../../../errors/counted.ts";
import { type Exported, exportReferenceV0 } from "../../../interop/export-reference-v0.ts";
import type { TraceEvent } from "../../../trace/event.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { traceFile } from "../../find-run.ts";
import { requiredChoice, text } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { plain, printJson } from "../../print.ts";
import { readIntactTrace } from "../../read-trace.ts";
import { TRACE_ARGUMENT } from "../../shared-options.ts";
import { writeFileArgument } from "../../write-file.ts";

const FORMATS = {
  "reference-v0": exportReferenceV0,
} as const satisfies Readonly<Record<string, (events: readonly TraceEvent[]) => Exported>>;

export const exportTrace = defineCommand({
  details: "Events that the other format has no place for are left out and counted.",
  arguments: TRACE_ARGUMENT,
  options: {
    Export: {
      format: requiredChoice("NAME", ["reference-v0"], "format to write"),
      out: text("FILE", "file to write; - prints it", { default: "-", completes: "file" }),
    },
  },
  shared: ["workspace", "traces", "json", "quiet", "debug"],
  examples: [
    ["pgs export trace.jsonl --format reference-v0", "print the trace for the reference runtime"],
    ["pgs export trace.jsonl --format reference-v0 --out reference.jsonl", "write it to a file"],
  ],
  exitCodes: { SUCCESS: true },
  async action({ trace: given, format, out = "-" }, context) {
    const trace = await traceFile(given, context);
    await checkOutputs({ out }, { "the trace": trace }, context);
    const exported = FORMATS[format](readIntactTrace(trace, context).events);
    if (out === "-") {
      context.printExactly(exported.text);
      return EXIT.SUCCESS;
    }
    writeFileArgument(out, exported.text, context, (cause) => {
      return new UsageFault("EXPORT_UNWRITABLE", { file: out, errno: cause.errno }, { cause });
    });
    report(exported, format, out, context);
    return EXIT.SUCCESS;
  },
});

function report({ events, dropped }: Exported, format: string, out: string, context: Context): void {
  const { platform, settings } = context;
  const left = Object.entries(dropped).map(([type, count]) => `${count} ${type}`);
  if (settings.json) printJson(context, { format, file: out, events, dropped });
  else if (!settings.quiet) {
    platform.out(
      `${plain(out)}  ${counted(events, "event")}\n${left.length === 0 ? "" : `  left out: ${left.join(", ")}\n`}`,
    );
  }
}
