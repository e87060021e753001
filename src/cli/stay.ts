/** Stays with a run that waits, as long as its waits may end in time: a moment comes, or another process goes on with it. */

import { ResumeFault } from "../engine/resume-errors.ts";
import type { Stop } from "../engine/stoppable-executor.ts";
import { TraceFault } from "../errors/ports.ts";
import { type RecordedRun, readRun } from "../workspace/resume-run.ts";
import type { Context } from "./context.ts";
import { type GoingOn, goOn } from "./go-on.ts";
import { TraceArgument } from "./trace-argument.ts";

export interface Stay {
  /** The path of the trace. */
  readonly trace: string;
  /** How long, from now on. */
  readonly milliseconds: number;
  /** How to go on with a run whose moment has come, or whose process ended in the middle of it; its stop ends the stay. */
  readonly going: GoingOn & { readonly stop: Stop };
}

/** How often the trace is looked at where no change is told of. */
const LOOK_MS = 1000;

/** How the run stands in the end: as it stood, where nothing ended its waits. */
export async function stayWith(
  run: RecordedRun,
  { trace, milliseconds, going }: Stay,
  context: Context,
): Promise<RecordedRun> {
  const { platform } = context;
  const { signal } = going.stop;
  const now = () => platform.clock.now();
  const until = now() + milliseconds;
  if (milliseconds === 0) return run;
  const watch = await platform.watchFolder(trace.replace(/\/[^/]*$/, ""));
  let stands = run;
  let size = (await TraceArgument.open(trace, context)).size;
  try {
    while (stands.ending.status === "WAITING" && !signal.aborted) {
      const next = Math.min(momentOf(stands, until), until);
      if (now() >= until || !mayEnd(stands, until)) break;
      const isHeld = platform.traceHolder(trace) !== null;
      await watch.changed(isHeld ? LOOK_MS : Math.min(next - now(), LOOK_MS), signal);
      if (signal.aborted || platform.traceHolder(trace) !== null) continue;
      const found = await TraceArgument.open(trace, context);
      if (found.size !== size) stands = await readRun(found);
      size = found.size;
      if (stands.ending.status === "INTERRUPTED" || momentOf(stands) <= now()) {
        stands = (await unlessElsewhere(() => goOn(trace, going, context))) ?? stands;
        size = (await TraceArgument.open(trace, context)).size;
      }
    }
    return stands;
  } finally {
    watch.close();
  }
}

/** When the first wait ends by itself, in milliseconds since the epoch. */
function momentOf({ summary }: RecordedRun, fallback = Number.POSITIVE_INFINITY): number {
  const moments = summary.waits.flatMap(({ due }) => (due === undefined ? [] : [Date.parse(due)]));
  return moments.reduce((first, one) => Math.min(first, one), fallback);
}

/** Whether a wait may end before: an event may be delivered at any time. */
function mayEnd(run: RecordedRun, until: number): boolean {
  return run.summary.waits.some(({ kind }) => kind === "EVENT") || momentOf(run) <= until;
}

/** Null where another process goes on with the run, or has ended it. */
export async function unlessElsewhere<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const isBusy = error instanceof TraceFault && error.code === "TRACE_BUSY";
    if (isBusy || (error instanceof ResumeFault && error.code === "RUN_ENDED")) return null;
    throw error;
  }
}
