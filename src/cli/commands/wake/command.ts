/** `pgs wake`: every run goes on whose moment has come. */

import { isDue } from "../../../capabilities/targets/wait.ts";
import type { Clock } from "../../../ports.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { plansOf } from "../../go-on.ts";
import { flag, text } from "../../option.ts";
import { printJson } from "../../print.ts";
import { exitCodeOfAll, type Resuming, resumeRuns, sayElsewhere } from "../../resumed-runs.ts";
import {
  keyOptionOf,
  RENDERINGS_OFF,
  recordsBesideEach,
  SECRETS_KEY,
  SESSION,
  sessionEnvironment,
  TRACE_LIMIT,
} from "../../session.ts";
import { TRUST } from "../../shared-options.ts";
import { untilInterrupt } from "../../stop.ts";
import { trustOf } from "../../trust.ts";
import { type WaitingRun, waitingRuns } from "../../waiting-runs.ts";
import { watchRuns } from "./watch.ts";

export const wake = defineCommand({
  details:
    "A run that waits for a moment goes on when it has come, one that waits for an event when its deadline has passed. With --watch, the command stays and wakes each run in time, also those that begin to wait meanwhile; an interrupt ends it once the run at hand has ended or waits.",
  arguments: {},
  options: {
    Waking: {
      now: text("RFC3339", "the time that counts as now, also for the runs that go on"),
      watch: flag("stay, and wake each run when its moment comes"),
      durability: SESSION.durability,
      ...SECRETS_KEY,
    },
    Limit: TRACE_LIMIT,
    Seal: TRUST,
    Output: RENDERINGS_OFF,
  },
  shared: ["workspace", "snapshot", "data-root", "traces", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs wake", "let every run go on whose moment has come"],
    ["pgs wake --watch", "stay, and do so for each run in time"],
  ],
  exitCodes: {
    SUCCESS: "every run whose moment has come went on, however it ended then; or --watch was interrupted",
    SNAPSHOT: true,
    REFUSED: "a run would not go as it is recorded, or an effect is unclear",
  },
  async action({ now, watch, ...request }, context) {
    if (watch && now !== undefined)
      throw new UsageFault("BAD_USAGE", {
        message: "--now is one moment, and --watch waits for later ones",
        hint: "omit --now, or --watch",
      });
    const trust = trustOf(request, context);
    const session = sessionEnvironment({ ...request, actor: undefined, clock: now }, context, "--now");
    const kinds = { md: !request.noMd, png: !request.noPng };
    const keyOption = keyOptionOf(request, session) ?? "";
    const records = recordsBesideEach(session.clock, context);
    const resuming = () => ({
      session,
      plan: plansOf(trust, context),
      kinds,
      keyOption,
      records,
      leave: (run: WaitingRun) => sayElsewhere(run, context),
    });
    const stop = untilInterrupt(context);
    try {
      if (watch) return await watchRuns(resuming, session.clock, stop.signal, context);
      const woken = await wakeRuns(await dueRuns(session.clock, context), { ...resuming(), stop }, context);
      return stop.exitCode ?? woken;
    } finally {
      stop.release();
    }
  },
});

async function dueRuns({ now }: Clock, context: Context): Promise<readonly WaitingRun[]> {
  const at = new Date(now()).toISOString();
  return (await waitingRuns(context)).filter(({ waits }) => waits.some((one) => isDue(one, at)));
}

/** Answers the exit code. */
async function wakeRuns(due: readonly WaitingRun[], resuming: Resuming, context: Context): Promise<number> {
  const runs = await resumeRuns(due, resuming, context);
  if (context.settings.json) printJson(context, { runs });
  return exitCodeOfAll(runs);
}
