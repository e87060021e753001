/** A dry run of a workflow: what a run would do, on an overlay of the stores; nothing is written, and nothing is sent. */

import { type DryAnswer, dryExecutor, dryWorld } from "../engine/dry-world.ts";
import type { RunRequest } from "../engine/run.ts";
import { WorkspaceFault } from "./errors.ts";
import { runWorkflow, type SummarizedRun } from "./run-workflow.ts";

export interface DryRunRequest extends Omit<RunRequest, "remote" | "wrapExecutor" | "isDryRun"> {
  /** What to answer where the run waits; without an answer it ends waiting. */
  readonly answers: readonly DryAnswer[];
}

/**
 * Each dry run has an overlay of its own. Only what `openTrace` opens is written to.
 * @throws ResumeFault for an answer that does not fit, TraceFault when the trace cannot be written
 */
export async function dryRun({ answers: given, ...request }: DryRunRequest): Promise<SummarizedRun> {
  const { clock, runtime, actor } = request;
  const { letters: _, ...world } = dryWorld(request);
  const answers = [...given];
  const session = {
    ...{ runtime, answers, moment: () => new Date(clock.now()).toISOString() },
    ...(actor === undefined ? {} : { actor }),
  };
  const run = await runWorkflow({
    ...request,
    ...world,
    isDryRun: true,
    wrapExecutor: (live) => dryExecutor(live, session),
  });
  const unused = answers.map(({ key }) => new WorkspaceFault("ANSWER_UNUSED", { key }));
  return { ...run, notices: [...run.notices, ...unused] };
}
