/** What the rest of a run would do now, and what running it again would: executed with nothing written and nothing sent. */

import { isChange } from "../../capabilities/evidence.ts";
import type { RunEnding } from "../../engine/advance.ts";
import { dryWorld } from "../../engine/dry-world.ts";
import { execute } from "../../engine/execute.ts";
import type { StepExecutor } from "../../engine/executor.ts";
import { payloadBytes, requireLineSize } from "../../engine/limits.ts";
import { createLiveExecutor, type LiveEnvironment } from "../../engine/live-executor.ts";
import type { RunInput } from "../../engine/run-state.ts";
import { TRACE_LIMITS } from "../../json/limits.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Change, Mail, MailMessage, Ports } from "../../ports.ts";
import type { OverlayStores, Stores } from "../../storage/stores.ts";
import type { EventBody } from "../../trace/event.ts";
import { DryRunEnd, type RemoteAnswers, RemoteEffects, type RemoteStep } from "./remote-answers.ts";

/** What a dry run is given of the world, as it is now. */
export interface RunStage extends Pick<Ports, "clock" | "entropy"> {
  readonly stores: Stores;
  readonly mail: Pick<Mail, "environment">;
  readonly remoteAnswers: RemoteAnswers;
}

export interface DryRun {
  /** Null where it ended at a remote effect, whose answer is not known, or waits. */
  readonly ending: Omit<RunEnding, "fault"> | null;
  /** In the order in which they ended. */
  readonly effects: readonly DryRunEffect[];
  /** As they would be afterwards. */
  readonly stores: OverlayStores;
  readonly letters: readonly MailMessage[];
  /** Where it ended before its time. */
  readonly end: RemoteStep | null;
}

export interface DryRunEffect {
  readonly run: string;
  readonly node: string;
  readonly step: string;
  /** Null where it is not known. */
  readonly outcome: string | null;
  readonly change: Change | null;
  /** Whether its store would be another one afterwards, a letter would have been sent, or a remote effect repeated. */
  readonly isChange: boolean;
}

/** The input must hold nothing suppressed. `wrap` may replace what the live executor does. */
export async function dryRun(
  plan: Plan,
  input: RunInput,
  stage: RunStage,
  wrap: (live: StepExecutor) => StepExecutor = (live) => live,
): Promise<DryRun> {
  const world = dryWorld(stage);
  const { stores, letters } = world;
  const remote = new RemoteEffects(stage.remoteAnswers);
  const live = createLiveExecutor({
    ...stage,
    ...world,
    remote: null,
    snapshot: null,
    limits: TRACE_LIMITS,
    onBeginRun: () => undefined,
    journal: unwrittenJournal(),
  });
  // It pauses and waits for nothing.
  const pause = async () => true;
  const executor = remote.counting(wrap({ ...remote.answering(live), pause }));
  const effects: DryRunEffect[] = [];
  let sent = 0;
  const emit = (event: EventBody) => {
    if (event.event_type === "side_effect_end" && event.payload.retried !== true) {
      effects.push(toEffect(event, letters.length > sent || remote.repeats));
      sent = letters.length;
    }
    return executor.emit(event);
  };
  try {
    const ended = await execute(plan, input, { ...executor, emit });
    const ending = ended && { status: ended.status, outcome: ended.outcome, exitReason: ended.exitReason };
    return { ending, effects, stores, letters, end: null };
  } catch (error) {
    if (!(error instanceof DryRunEnd)) throw error;
    const { run, node, step, isReading } = error.at;
    effects.push({ run, node, step, outcome: null, change: null, isChange: !isReading });
    return { ending: null, effects, stores, letters, end: error.at };
  }
}

/** Limits the events as a run does, and keeps none. */
function unwrittenJournal(): LiveEnvironment["journal"] {
  let bytes = 0;
  return {
    append(event) {
      const length = payloadBytes(event);
      requireLineSize(event, length, TRACE_LIMITS.eventBytes);
      bytes += length;
    },
    write: () => null,
    sync: async () => undefined,
    bytes: () => bytes,
  };
}

function toEffect(
  { run, node_id: node = "", payload }: EventBody<"side_effect_end">,
  isSent: boolean,
): DryRunEffect {
  const { step, outcome, change = null } = payload;
  return { run, node, step, outcome, change, isChange: isSent || (change !== null && isChange(change)) };
}
