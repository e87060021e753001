/** A trace that the command line names, read for what can be made of it. */

import { type TraceFinding, wordsOf } from "../examine/finding.ts";
import { type Verified, type VerifiedEvents, verifyTrace } from "../examine/verify.ts";
import { externalFormat } from "../interop/detect.ts";
import { utf8 } from "../json/text.ts";
import type { Context } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { readFileArgument } from "./file-argument.ts";

/** What a run may leave that was interrupted before its first event was whole. */
const BEGUN: ReadonlySet<string> = new Set(["EMPTY", "TORN_LINE"]);

/** Its events, and all that is wrong with it. @throws UsageFault for a file that is no trace of this runner */
export function readTrace(file: string, context: Context): VerifiedEvents {
  const bytes = readFileArgument(file, "the trace", context);
  const format = externalFormat(bytes);
  if (format !== null) throw new UsageFault("FOREIGN_TRACE", { file, format });
  const verified = verifyTrace(bytes);
  if (!isTrace(verified, bytes)) throw new UsageFault("NOT_A_TRACE", { file });
  return verified;
}

/** Whether any line is an event, or a run may have been cut off while it wrote the first one. */
export function isTrace({ count, findings }: Verified, bytes: Uint8Array): boolean {
  if (count > 0) return true;
  const start = utf8(bytes.subarray(0, EVENT_START.length));
  return EVENT_START.startsWith(start) && findings.every(({ code }) => BEGUN.has(code));
}

/** Every event begins so, for canonical JSON sorts its members. */
const EVENT_START = '{"elapsed_us":';

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
