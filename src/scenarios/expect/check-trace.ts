/** Is the trace of a run what a trace must be: intact, allowed, and the same when it is run again? */

import type { TracedRun } from "../../engine/run.ts";
import { checkAllowed } from "../../examine/allowed.ts";
import { type TraceFinding, wordsOf } from "../../examine/finding.ts";
import { replay } from "../../examine/replay/replay.ts";
import { verifyTrace } from "../../examine/verify.ts";
import { pointer } from "../../json/pointer.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Difference } from "./compare.ts";

interface Traced {
  readonly plan: Plan;
  readonly trace: Uint8Array;
  readonly result: Pick<TracedRun, "head">;
}

/**
 * A difference for each finding: a trace should leave nothing to be found. One in which not every transform
 * `isComputed` cannot be replayed, only held to the protocol.
 */
export async function traceProblems(ran: Traced, isComputed = true): Promise<readonly Difference[]> {
  const { findings, events } = verifyTrace(ran.trace, ran.result.head);
  const replayed = isComputed ? await replay(ran.plan, events) : { finding: null };
  const divergence = replayed.finding === null ? [] : [replayed.finding];
  return [...findings, ...(await checkAllowed(ran.plan, events)), ...divergence].map(toDifference);
}

function toDifference(found: TraceFinding): Difference {
  const { code, facts, line } = found;
  const at = pointer(line === undefined ? ["trace"] : ["trace", line - 1]);
  return { at, found: { code, what: wordsOf(found).what, facts } };
}
