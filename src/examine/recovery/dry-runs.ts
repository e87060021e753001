/** Whether running it again would leave what the run would have left, had nobody killed it. */

import { isChange } from "../../capabilities/evidence.ts";
import type { StepExecutor } from "../../engine/executor.ts";
import { ReplayStopped } from "../../engine/record-cursor.ts";
import { clockOf, inputOf } from "../../engine/recorded.ts";
import { ReplayExecutor } from "../../engine/replay-executor.ts";
import { replayThenLive } from "../../engine/resume-executor.ts";
import { readObject } from "../../json/parse.ts";
import { jsonEqual } from "../../json/value.ts";
import type { Plan } from "../../plan/plan.ts";
import type { OverlayStores } from "../../storage/stores.ts";
import { MAIN_RUN, type Payloads, type TraceEvent } from "../../trace/event.ts";
import { type DryRun, dryRun, type RunStage } from "./dry-run.ts";
import type { OpenEffect } from "./probe.ts";
import { Readings, type Recorded, readingsIn } from "./readings.ts";
import { remoteAnswersIn } from "./remote-answers.ts";

/** Reads the events of the trace from the first on, once for each call. */
export type ReadAgain = <T>(work: (events: Iterable<TraceEvent>) => Promise<T>) => Promise<T>;

export interface DryRuns {
  /** Running it again. */
  readonly again: DryRun;
  /** The same with the recorded readings of clock and entropy: what it changes, it changes for another reason. */
  readonly sameReadings: DryRun;
  /** Whether it ends as the run would have ended, and leaves the stores as the run would have left them. */
  readonly finishes: boolean;
}

/** What is known of the run that was cut off. */
export interface CutOff {
  readonly start: Payloads["execution_start"];
  readonly open: readonly OpenEffect[];
  readonly readAgain: ReadAgain;
}

/** The payload must hold nothing suppressed. */
export async function allDryRuns(
  plan: Plan,
  cutOff: CutOff,
  at: Omit<RunStage, "remoteAnswers">,
): Promise<DryRuns> {
  const { start, open, readAgain } = cutOff;
  const stage = { ...at, remoteAnswers: await readAgain(async (events) => remoteAnswersIn(events, open)) };
  const now = new Date(stage.clock.now()).toISOString();
  const recorded = await readAgain(async (events) => readingsIn(events));
  const another = { executionId: "rehearsal", run: MAIN_RUN, clock: now };
  const again = await dryRun(plan, inputOf(start, another), stage);
  const executionId = await readAgain(async (events) => executionIn(events));
  const input = inputOf(start, { executionId, run: MAIN_RUN, clock: clockOf(start) });
  const [sameStage, readings] = withReadings(recorded, now, stage);
  const sameReadings = await dryRun(plan, input, sameStage, (live) => readings.at(live));
  const undisturbed = await goOn(plan, cutOff, ...withReadings(recorded, now, stage));
  const finishes =
    undisturbed !== null && isSameWay(again, sameReadings) && (await leavesTheSame(sameReadings, undisturbed));
  return { again, sameReadings, finishes };
}

function executionIn(events: Iterable<TraceEvent>): string {
  for (const { execution_id } of events) return execution_id;
  return "";
}

function withReadings(recorded: Recorded, now: string, stage: RunStage): readonly [RunStage, Readings] {
  const readings = new Readings(recorded, now);
  const { clock, entropy } = readings;
  return [{ ...stage, clock, entropy }, readings];
}

/**
 * The run as far as it is on record, and the rest of it as it would go on from there. Null where that is not known:
 * it takes values that the trace suppresses, or the answer of an effect that took place and has no end.
 */
function goOn(
  plan: Plan,
  { start, open, readAgain }: CutOff,
  stage: RunStage,
  readings: Readings,
): Promise<DryRun | null> {
  const done = new Set(open.filter(({ found }) => found.state === "done").map(({ effectKey }) => effectKey));
  return readAgain(async (events) => {
    const record = new ReplayExecutor(events, plan);
    const executionId = record.peek()?.event.execution_id ?? "";
    const input = inputOf(start, { executionId, run: MAIN_RUN, clock: clockOf(start) });
    try {
      const rehearsal = await dryRun({ ...plan, snapshot: start.snapshot }, input, stage, (live) =>
        readings.at(replayThenLive(record, answeringAlike(live, done))),
      );
      return record.tally.suppressed === 0 && record.peek() === undefined ? rehearsal : null;
    } catch (error) {
      if (error instanceof ReplayStopped) return null;
      throw error;
    }
  });
}

/** Performs an effect that took place once more. @throws ReplayStopped where it answers unlike the first time */
function answeringAlike(live: StepExecutor, done: ReadonlySet<string>): StepExecutor {
  return {
    ...live,
    async effect(...asked) {
      const [, , key] = asked;
      const result = await live.effect(...asked);
      const isAlike = result.outcome === "SUCCESS" && (result.change === undefined || !isChange(result.change));
      if (done.has(key) && !isAlike) throw new ReplayStopped(null);
      return result;
    },
  };
}

/** The same effects with the same outcomes, and the same ending. */
function isSameWay(a: DryRun, b: DryRun): boolean {
  const way = ({ effects, ending }: DryRun) =>
    JSON.stringify([effects.map(({ run, node, step, outcome }) => [run, node, step, outcome]), ending]);
  return way(a) === way(b);
}

async function leavesTheSame(a: DryRun, b: DryRun): Promise<boolean> {
  const rest = ({ ending, letters, end }: DryRun) => JSON.stringify([ending, letters, end]);
  if (rest(a) !== rest(b)) return false;
  for (const name of new Set([...a.stores.written(), ...b.stores.written()])) {
    if (!(await holdsTheSame(a.stores, b.stores, name))) return false;
  }
  return true;
}

async function holdsTheSame(a: OverlayStores, b: OverlayStores, name: string): Promise<boolean> {
  const left = Buffer.from((await a.content(name)) ?? []);
  const right = Buffer.from((await b.content(name)) ?? []);
  if (left.equals(right)) return true;
  const [one, other] = [readObject(left), readObject(right)];
  return "value" in one && "value" in other && jsonEqual(one.value, other.value);
}
