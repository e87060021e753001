/** A trace that the command line names, read for what can be made of it. */

import { TraceInputFault } from "../examine/errors.ts";
import { type TraceFinding, wordsOf } from "../examine/finding.ts";
import { isTrace } from "../examine/source-trace.ts";
import { type VerifiedEvents, verifyTrace } from "../examine/verify.ts";
import { externalFormat } from "../interop/detect.ts";
import type { Context } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { readFileArgument } from "./file-argument.ts";

/** Its events, and all that is wrong with it. @throws UsageFault for a file that is no trace of this runner */
export function readTrace(file: string, context: Context): VerifiedEvents {
  const bytes = readFileArgument(file, "the trace", context);
  const format = externalFormat(bytes);
  if (format !== null) throw new TraceInputFault("FOREIGN_TRACE", { file, format });
  const verified = verifyTrace(bytes);
  if (!isTrace(verified, bytes)) throw new TraceInputFault("NOT_A_TRACE", { file });
  return verified;
}

/** The same, with an event at least. @throws UsageFault also for whatever is wrong with it but what is `borne` */
export function readIntactTrace(
  file: string,
  context: Context,
  borne: ReadonlySet<string> = new Set(),
): VerifiedEvents {
  const verified = readTrace(file, context);
  const { events, findings } = verified;
  const flaw = findings.find(({ code }) => !borne.has(code)) ?? (events.length === 0 ? findings[0] : undefined);
  if (flaw === undefined) return verified;
  throw notIntact(file, flaw);
}

export function notIntact(file: string, flaw: TraceFinding): UsageFault {
  const { code: finding, line = null } = flaw;
  return new UsageFault("TRACE_NOT_INTACT", { file, line, finding, what: wordsOf(flaw).what });
}
