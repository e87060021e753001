/** A trace and the signatures about it, as the command line names them. */

import { wordsOf } from "../../../examine/finding.ts";
import { verifyTrace } from "../../../examine/verify.ts";
import { readObject } from "../../../json/parse.ts";
import { type JsonObject, own } from "../../../json/value.ts";
import { type Envelope, toEnvelope } from "../../../sign/dsse.ts";
import type { IntactTrace } from "../../../sign/subjects.ts";
import { summaryOf } from "../../../trace/summary.ts";
import type { Context } from "../../context.ts";
import { UsageFault } from "../../errors.ts";
import { readFileArgument } from "../../file-argument.ts";
import { plain } from "../../print.ts";
import { besideBase } from "../../trace-place.ts";

/** The two files, as they were named. */
export interface Attestation {
  readonly trace: string;
  readonly file: string;
}

/** The file named, else the one beside the trace. */
export function attestationOf(trace: string, file: string | undefined): Attestation {
  return { trace, file: file ?? `${besideBase(trace)}.intoto.json` };
}

export type ReadTrace = { readonly bytes: Uint8Array } & (
  | { readonly intact: IntactTrace }
  | { readonly intact: null; readonly fault: UsageFault }
);

/** The trace's bytes, and what they hold when nothing is wrong with them. @throws UsageFault when it cannot be read */
export function readTrace({ trace: file }: Attestation, context: Context): ReadTrace {
  const bytes = readFileArgument(file, "the trace", context);
  const { events, findings, head } = verifyTrace(bytes);
  const [found] = findings;
  if (found === undefined && head !== null) {
    if (summaryOf(events).isDryRun)
      return { bytes, intact: null, fault: new UsageFault("TRACE_OF_DRY_RUN", { file }) };
    return { bytes, intact: { bytes, events, head } };
  }
  const { code = "EMPTY", line = null } = found ?? {};
  const { what } = wordsOf(found ?? { code: "EMPTY", facts: {} });
  return {
    bytes,
    intact: null,
    fault: new UsageFault("TRACE_NOT_INTACT", { file, line, finding: code, what }),
  };
}

/** The envelope that is there, null when none is. @throws UsageFault */
export function readEnvelope({ file }: Attestation, context: Context): Envelope | null {
  if (context.platform.files.realPath(context.path(file)) === null) return null;
  const read = readObject(readFileArgument(file, "the attestation", context));
  const envelope = "value" in read ? toEnvelope(read.value) : undefined;
  if (envelope === undefined) throw new UsageFault("ATTESTATION_MALFORMED", { file });
  return envelope;
}

/** The line about who ran it, where the statement names one. */
export function actorText(predicate: JsonObject | null): string {
  const actor = predicate === null ? undefined : own(predicate, "actor");
  return actor === undefined ? "" : `actor ${plain(actor)}\n`;
}
