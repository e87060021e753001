/**
 * A run that waits, or whose process ended in the middle of it, goes on from its own trace: it is replayed to the end
 * of its record, and performed from there. Or it is cancelled there.
 */

import type { Wait } from "../capabilities/target.ts";
import { type Json, type JsonObject, jsonEqual } from "../json/value.ts";
import type { Plan } from "../plan/plan.ts";
import type { Entropy, TraceFolder } from "../ports.ts";
import { type EventBody, isSuppressed, MAIN_RUN, type Payloads, type TraceEvent } from "../trace/event.ts";
import type { JournalPosition } from "../trace/journal.ts";
import { requireFitting } from "./answers.ts";
import type { RunResult } from "./child-runs.ts";
import type { Divergence } from "./compare-events.ts";
import { ResumedEntropy, saltOf } from "./entropy.ts";
import { RunCancelled } from "./errors.ts";
import { execute } from "./execute.ts";
import type { EffectResult, StepExecutor } from "./executor.ts";
import { ReplayStopped } from "./record-cursor.ts";
import { clockOf, inputOf } from "./recorded.ts";
import type { Redactor } from "./redaction.ts";
import { ReplayExecutor } from "./replay-executor.ts";
import { COMPARE_ALL } from "./replay-policy.ts";
import { ResumeFault } from "./resume-errors.ts";
import { type Continuation, replayThenLive } from "./resume-executor.ts";
import { inTrace, type LiveRun, type RunEnvironment, redactorOf, type TracedRun } from "./run.ts";
import { inTheClear, type KeptSecrets, readSecrets, startIn } from "./run-secrets.ts";
import { endOf, entryOf, type Resumption, type WaitingStep } from "./waits.ts";

/** An event that somebody delivers to a run that waits for its key. */
export interface Delivery {
  readonly key: Json;
  readonly answer?: Json;
  /** Its own name: the same event is taken once. */
  readonly id?: string;
}

export interface Cancellation {
  readonly reason?: string;
}

/** The trace of a run, up to the last whole event. */
export interface RunRecord {
  readonly start: Payloads["execution_start"];
  /** All events, from the first on. */
  readonly events: Iterable<TraceEvent>;
  readonly end: JournalPosition;
  /** Length of an incomplete last line. */
  readonly tornBytes: number;
}

export interface ResumeRequest extends Omit<RunEnvironment, "entropy"> {
  readonly record: RunRecord;
  /** Opened at the end of the record; what is torn is cut off before the first event is appended. */
  readonly trace: TraceFolder;
  readonly delivery?: Delivery;
  /** Ends the run instead. */
  readonly cancellation?: Cancellation;
  /** How the effect that had begun and not ended took place; null where it is performed now. */
  readonly settled: EffectResult | null;
  /** What the run goes on to draw, behind so many bytes that it has drawn; `start` is its first event, in the clear. */
  entropy(start: RunRecord["start"], drawn: number): Entropy;
}

/**
 * A run that still waits ends in the same suspension, with nothing appended.
 * @throws ResumeFault with nothing appended
 * @throws TraceFault when the trace cannot be written; the run stops there
 */
export async function resume(request: ResumeRequest): Promise<TracedRun> {
  const { plan, record, trace } = request;
  const kept = keptSecrets(request);
  const start = kept === null ? record.start : startIn(record.start, kept);
  const entropy = new ResumedEntropy((drawn) => request.entropy(start, drawn));
  const redactor = redactorOf(request, () => {
    if (kept === null) return saltOf(entropy);
    entropy.passSalt();
    return kept.salt;
  });
  redactor.add(MAIN_RUN, plan);
  const resumed = { request, kept, start, entropy, redactor };
  return inTrace(trace, redactor, { ...request, entropy }, (live) => goOn(resumed, live), record.end);
}

/** What is known of a run before it goes on. */
interface Resumed {
  readonly request: ResumeRequest;
  readonly kept: KeptSecrets | null;
  /** Its first event, in the clear. */
  readonly start: RunRecord["start"];
  readonly entropy: ResumedEntropy;
  readonly redactor: Redactor;
}

/** Null where nothing is kept, or it cannot be read and need not be: who ends a run needs no key. @throws ResumeFault */
function keptSecrets({ trace, secretsKey, cancellation }: ResumeRequest): KeptSecrets | null {
  const text = trace.secrets?.read() ?? null;
  if (text === null || (secretsKey === undefined && cancellation !== undefined)) return null;
  if (secretsKey === undefined) throw new ResumeFault("SECRETS_KEY_MISSING", { trace: trace.id });
  return readSecrets(text, secretsKey, trace.id, trace.id);
}

async function goOn(
  { request, kept, start, entropy, redactor }: Resumed,
  live: LiveRun,
): Promise<RunResult | null> {
  const { plan, record, trace, clock, cancellation } = request;
  const isMasked = cancellation !== undefined && kept === null;
  const events = isMasked ? record.events : inTheClear(record.events, kept, trace.id);
  const replayed = new ReplayExecutor(events, plan, {
    ...COMPARE_ALL,
    passed(event) {
      entropy.pass(event);
      // Secrets that turn up again after the record are those of the record.
      if (!isMasked) redactor.mask(event);
      return false;
    },
  });
  const begun = clock.micros() - record.end.elapsedUs;
  const input = {
    ...inputOf(start, { executionId: trace.id, run: MAIN_RUN, clock: clockOf(start) }),
    micros: () => (replayed.peek() === undefined ? clock.micros() - begun : replayed.elapsedUs),
  };
  const { wrapExecutor = (performed) => performed } = request;
  const executor = wrapExecutor(
    replayThenLive(replayed, live.executor, continuationOf(request, redactor, live)),
  );
  try {
    const ended = await execute({ ...plan, snapshot: start.snapshot }, input, withPlans(executor, redactor));
    requireReplayed(replayed.result());
    return ended;
  } catch (error) {
    if (error instanceof ReplayStopped) requireReplayed(error.divergence);
    throw error;
  }
}

/** The redactor knows the plan of every run, those that began in the record, too. */
function withPlans(executor: StepExecutor, redactor: Redactor): StepExecutor {
  return {
    ...executor,
    beginRun(run: string, plan: Plan) {
      redactor.add(run, plan);
      return executor.beginRun(run, plan);
    },
  };
}

function requireReplayed(divergence: Divergence | null): void {
  if (divergence === null) return;
  const { code, line, facts } = divergence;
  throw new ResumeFault("REPLAY_DIVERGED", { code, line, difference: differenceText(code, facts) });
}

function differenceText(code: Divergence["code"], facts: JsonObject): string {
  if (code !== "DIVERGED") return code === "REPLAY_LONGER" ? "the record ends before" : "the record goes on";
  const { pointer = "", recorded = null, replayed = null } = facts;
  return `${String(pointer)} is ${JSON.stringify(recorded)} there, and would be ${JSON.stringify(replayed)}`;
}

function continuationOf(request: ResumeRequest, redactor: Redactor, { append }: LiveRun): Continuation {
  const { clock, runtime, actor, record, delivery, cancellation, settled } = request;
  const session = () => ({
    ...(actor === undefined ? {} : { actor }),
    runtime,
    observed: [{ clock: new Date(clock.now()).toISOString() }],
  });
  const torn = record.tornBytes === 0 ? {} : { torn_bytes: record.tornBytes };
  const emit = <P extends Resumption>(payload: P): P => {
    append({ event_type: "run_resumed", run: MAIN_RUN, payload } satisfies EventBody);
    return payload;
  };
  const cancel = ({ reason }: Cancellation): never => {
    const payload = { ...(reason === undefined ? {} : { reason }), ...session() };
    append({ event_type: "run_cancelled", run: MAIN_RUN, payload });
    throw new RunCancelled();
  };
  return {
    settled,
    interrupted() {
      if (cancellation !== undefined) cancel(cancellation);
      emit({ cause: "INTERRUPTED", ...torn, ...session() });
    },
    async resume(waits) {
      if (cancellation !== undefined) cancel(cancellation);
      const delivered = delivery === undefined ? {} : deliveredMembers(delivery, waits, redactor);
      const resumed = { ...delivered, ...torn, ...session() };
      const cause = await causeOf(resumed, waits, redactor);
      return cause === null ? null : emit({ cause, ...resumed });
    },
  };
}

/** The keys as they are, and as the trace shows them: of a suppressed one, the digest. */
function keysOf(waits: readonly WaitingStep[], redactor: Redactor) {
  const events = waits.filter(({ wait }) => wait.kind === "EVENT");
  const shown = redactor.mask({
    event_type: "run_suspended",
    run: MAIN_RUN,
    payload: { waits: events.map(entryOf) },
  }) as EventBody<"run_suspended">;
  return events.map(({ wait }, i) => ({ wait, shown: (shown.payload.waits[i]?.key ?? null) as Json }));
}

/** @throws ResumeFault where no open wait has the key */
function deliveredMembers({ key, answer, id }: Delivery, waits: readonly WaitingStep[], redactor: Redactor) {
  const keys = keysOf(waits, redactor);
  const named = keys.find(({ wait, shown }) => jsonEqual(key, isSuppressed(key) ? shown : keyOf(wait)));
  if (named === undefined) throw new ResumeFault("NO_SUCH_WAIT", { key, open: keys.map(({ shown }) => shown) });
  return {
    key: keyOf(named.wait) as string,
    ...(answer === undefined ? {} : { answer }),
    ...(id === undefined ? {} : { event_id: id }),
  };
}

const keyOf = (wait: Wait): Json => (wait.kind === "EVENT" ? wait.key : null);

/** What ends a wait; null where none ends. @throws ResumeFault for an answer that does not fit */
async function causeOf(
  resumed: Omit<Resumption, "cause">,
  waits: readonly WaitingStep[],
  redactor: Redactor,
): Promise<"EVENT" | "TIME" | null> {
  let cause: "EVENT" | "TIME" | null = null;
  for (const { wait } of waits) {
    const end = endOf(wait, { cause: "EVENT", ...resumed });
    if (end === null) continue;
    cause ??= "TIME";
    if (end.answer === null || wait.kind !== "EVENT") continue;
    cause = "EVENT";
    const { shown = null } = keysOf(waits, redactor).find((one) => one.wait === wait) ?? {};
    await requireFitting(wait, end.answer.value, shown);
  }
  return cause;
}
