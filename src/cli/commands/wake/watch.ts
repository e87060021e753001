/** `pgs wake --watch`: stays, and wakes each run when its moment comes. */

import { counted } from "../../../errors/counted.ts";
import type { LedgerFault } from "../../../ledger/errors.ts";
import type { Clock } from "../../../ports.ts";
import type { Context } from "../../context.ts";
import { EXIT } from "../../exit-codes.ts";
import { noticeText, printError, printJson } from "../../print.ts";
import { type Resuming, resumeRuns, sayElsewhere } from "../../resumed-runs.ts";
import { type WaitingRun, waitingRuns } from "../../waiting-runs.ts";

/** How often the runs are looked at where no change is told of. */
const LOOK_MS = 30_000;

/** After so many milliseconds, a run is tried again that was refused, or that another process has locked. */
const AGAIN_MS = 60_000;
const AGAIN_ELSEWHERE_MS = 1_000;

/** `resuming` is asked for anew for each round: the snapshot may have changed. Ends with the signal, once the run at hand has ended or waits. */
export async function watchRuns(
  resuming: () => Resuming,
  { now }: Clock,
  signal: AbortSignal,
  context: Context,
): Promise<number> {
  const { platform, settings } = context;
  /** By name: when a run is tried again that was refused, or that is left to another process. */
  const again = new Map<string, number>();
  const left = new Set<string>();
  const momentOf = (run: WaitingRun) => Math.max(firstMoment(run), again.get(run.id) ?? 0);
  const leave = (run: WaitingRun) => {
    if (!left.has(run.id)) sayElsewhere(run, context);
    left.add(run.id);
    again.set(run.id, now() + AGAIN_ELSEWHERE_MS);
  };
  const watch = await platform.watchFolder(settings.traces);
  let said = "";
  let isNoticed = false;
  const notice = (fault: LedgerFault) => {
    if (!isNoticed && !settings.quiet) printError(context, noticeText(fault, context));
    isNoticed = true;
  };
  try {
    while (!signal.aborted) {
      const waiting = await waitingRuns(context, notice);
      const due = waiting.filter((run) => momentOf(run) <= now());
      const round = { ...resuming(), leave };
      for (const run of due) {
        if (signal.aborted) break;
        const runs = await resumeRuns([run], round, context);
        if (settings.json && runs.length > 0) printJson(context, { runs });
        for (const { error } of runs) {
          left.delete(run.id);
          if (error === null) again.delete(run.id);
          else again.set(run.id, now() + AGAIN_MS);
        }
        await platform.pause();
      }
      if (due.length > 0) continue;
      const text = `watching ${counted(waiting.length, "run that waits", "runs that wait")}; ^C ends it\n`;
      if (!settings.quiet && text !== said) printError(context, text);
      said = text;
      const next = Math.min(now() + LOOK_MS, nextOf(waiting.map(momentOf)));
      await watch.changed(Math.max(0, next - now()), signal);
    }
    return EXIT.SUCCESS;
  } finally {
    watch.close();
  }
}

function nextOf(moments: readonly number[]): number {
  return moments.reduce((first, one) => Math.min(first, one), Number.POSITIVE_INFINITY);
}

/** When the first of its waits ends by itself, in milliseconds since the epoch. */
function firstMoment({ waits }: WaitingRun): number {
  return nextOf(waits.map(({ due }) => (due === undefined ? Number.POSITIVE_INFINITY : Date.parse(due))));
}
