/** One session of a run, from an accepted payload to a closed trace: load, seal and compile lie before, rendering after. */

import { targetOf } from "../capabilities/effect.ts";
import type { Durability, SnapshotQuery } from "../capabilities/target.ts";
import { TraceFault } from "../errors/ports.ts";
import { type Digest, digestOf } from "../json/canonical.ts";
import { isoInstant } from "../json/date-time.ts";
import { TRACE_LIMITS, type TraceLimits } from "../json/limits.ts";
import { type JsonObject, jsonEqual } from "../json/value.ts";
import type { Plan } from "../plan/plan.ts";
import type { Ports, Remote, TraceFolder } from "../ports.ts";
import type { Stores } from "../storage/stores.ts";
import { type EventBody, MAIN_RUN, type TraceEvent } from "../trace/event.ts";
import { type Journal, type JournalPosition, openJournal } from "../trace/journal.ts";
import { INTERRUPTION, SUSPENSION, type TraceEnding } from "./advance.ts";
import type { RunResult } from "./child-runs.ts";
import { saltOf } from "./entropy.ts";
import { RunStopped, secretsKeyRequired } from "./errors.ts";
import { execute } from "./execute.ts";
import type { StepExecutor } from "./executor.ts";
import { requireLineSize } from "./limits.ts";
import { createLiveExecutor } from "./live-executor.ts";
import { Redactor } from "./redaction.ts";
import { type SecretsKey, SecretsWriter } from "./run-secrets.ts";
import { type Stop, stoppable } from "./stoppable-executor.ts";

/** What a run is executed with, when it begins and when it goes on. */
export interface RunEnvironment extends Pick<Ports, "clock" | "entropy" | "mail" | "sleep"> {
  readonly plan: Plan;
  readonly stores: Stores;
  /** Servers and code of the host; without them, no effect that needs them is performed. */
  readonly remote?: Remote;
  /** For effects that ask the snapshot about itself. */
  readonly snapshot?: SnapshotQuery;
  readonly durability: Durability;
  /** Of the whole trace. */
  readonly limits?: TraceLimits;
  readonly runtime: { readonly name: string; readonly version: string };
  readonly actor?: string | undefined;
  /** Puts other conclusions in the place of those that are performed, and of those that a resumed run replays. */
  readonly wrapExecutor?: (performed: StepExecutor) => StepExecutor;
  /** Makes what keeps the secrets of the run out of its trace, for who needs it afterwards. */
  readonly createRedactor?: (salt: () => string) => Redactor;
  /** Keeps what the trace suppresses, encrypted, until the run ends: without it, a run with secrets cannot wait. */
  readonly secretsKey?: SecretsKey | undefined;
  /** Records that it is a dry run, which is over with its process: nothing has to be kept for it to go on. */
  readonly isDryRun?: boolean | undefined;
  /** Ends the run before its next step, with a refusal on record. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the session after the event at hand, with nothing on record: the trace can be resumed. */
  readonly stop?: Stop | undefined;
  /** Told every event when it happens: its line may not be in the trace yet. */
  readonly listen?: ((event: TraceEvent) => void) | undefined;
}

export interface RunRequest extends RunEnvironment {
  readonly payload: JsonObject;
  /** May number the name where it is taken, `_2`, `_3`; a trace of another name does not replay. */
  readonly openTrace: (id: string) => TraceFolder;
  readonly maxHops: number;
  /** Whether members of the payload that the intent does not declare are violations, whatever the intent says. */
  readonly isPayloadStrict?: boolean;
}

export interface TracedRun {
  readonly traceId: string;
  readonly folder: string;
  readonly head: Digest;
  readonly ending: TraceEnding;
}

/** @throws TraceFault when the trace cannot be written; the run stops there. */
export async function run(request: RunRequest): Promise<TracedRun> {
  const { plan, payload, clock, entropy, maxHops, runtime, actor, isPayloadStrict, isDryRun } = request;
  const redactor = redactorOf(request, () => saltOf(entropy));
  redactor.add(MAIN_RUN, plan);
  requireSecretsKey(request);
  const begun = isoInstant(clock.now());
  const trace = request.openTrace(traceId(plan, redactor.payload(MAIN_RUN, payload), begun));
  const input = {
    executionId: trace.id,
    run: MAIN_RUN,
    payload,
    clock: begun,
    maxHops,
    recordsEvaluations: true,
    runtime,
    micros: () => clock.micros(),
    actor,
    isDryRun: isDryRun === true ? isDryRun : undefined,
    isPayloadStrict: isPayloadStrict === true ? isPayloadStrict : undefined,
  };
  const { wrapExecutor = (performed) => performed } = request;
  return await inTrace(trace, redactor, request, ({ executor }) =>
    execute(plan, input, wrapExecutor(executor)),
  );
}

export function redactorOf(
  { createRedactor }: Pick<RunEnvironment, "createRedactor">,
  salt: () => string,
): Redactor {
  return createRedactor === undefined ? new Redactor(salt) : createRedactor(salt);
}

/** Before anything is recorded. @throws EngineFault `SECRETS_KEY_REQUIRED` for a run that can wait, and would lose secrets */
export function requireSecretsKey({ plan, secretsKey, isDryRun }: RunEnvironment): void {
  if (plan.secrets === null || secretsKey !== undefined || isDryRun === true) return;
  for (const node of plan.nodes.values()) {
    if (node.type !== "CC") continue;
    for (const step of node.contract.steps)
      if (step.kind === "effect" && targetOf(step.operation).answers === "awaited") throw secretsKeyRequired();
  }
}

/** What a run is performed with, and where it is recorded. */
export interface LiveRun {
  readonly executor: StepExecutor;
  /** Appends an event of the session to the trace. */
  append(event: EventBody): void;
}

/** Does the work on an open trace, which is closed then. @throws TraceFault */
export async function inTrace(
  trace: TraceFolder,
  redactor: Redactor,
  request: RunEnvironment,
  work: (live: LiveRun) => Promise<RunResult | null>,
  after?: JournalPosition,
): Promise<TracedRun> {
  const { clock, entropy, sleep, mail, stores, durability, limits = TRACE_LIMITS, signal, stop } = request;
  const check = (event: EventBody, bytes: number) => requireLineSize(event, bytes, limits.eventBytes);
  const journal = openJournal(trace.file, {
    executionId: trace.id,
    clock,
    check,
    listen: request.listen,
    after,
  });
  try {
    const secrets = secretsOf(trace, request, after !== undefined);
    const append = (event: EventBody) => {
      const masked = redactor.mask(event);
      if (secrets !== null && redactor.salt !== undefined) keep(event, masked, redactor.salt, secrets, journal);
      journal.append(masked);
    };
    const executor = createLiveExecutor({
      clock,
      entropy,
      sleep,
      mail,
      stores,
      durability,
      limits,
      signal,
      remote: request.remote ?? null,
      snapshot: request.snapshot ?? null,
      journal: {
        append,
        write: () => journal.write(),
        sync: () => journal.sync(),
        bytes: () => journal.bytes,
      },
      onBeginRun: (nested, called) => redactor.add(nested, called),
      losesSecrets: () => request.isDryRun !== true && secrets === null && redactor.salt !== undefined,
    });
    const live = stop === undefined ? executor : stoppable(executor, stop);
    const ending = await endingOf(() => work({ executor: live, append }), redactor);
    await (durability === "device" ? journal.sync() : journal.write());
    if (ending.status !== "WAITING" && ending.status !== "INTERRUPTED") trace.secrets?.remove();
    return { traceId: trace.id, folder: trace.folder, head: journal.head, ending };
  } catch (error) {
    await writeRest(journal);
    throw error;
  } finally {
    trace.file.close();
  }
}

/** What happened before something else failed, which is what is reported. */
async function writeRest(journal: Journal): Promise<void> {
  try {
    await journal.write();
  } catch (error) {
    if (!(error instanceof TraceFault)) throw error;
  }
}

/** What the next line of the trace does not show. */
function keep(
  event: EventBody,
  masked: EventBody,
  salt: string,
  secrets: SecretsWriter,
  { sequence }: Pick<Journal, "sequence">,
): void {
  const [payload, shown] = [event.payload, masked.payload] as unknown as [JsonObject, JsonObject];
  if (!jsonEqual(shown, payload)) secrets.keep(sequence + 1, payload, shown, salt);
}

async function endingOf(work: () => Promise<RunResult | null>, redactor: Redactor): Promise<TraceEnding> {
  try {
    const ended = await work();
    if (ended === null) return SUSPENSION;
    const { status, outcome, exitReason, fault } = ended;
    const ending = { status, outcome, exitReason };
    return fault === undefined ? ending : { ...ending, fault: redactor.fault(fault) };
  } catch (error) {
    if (error instanceof RunStopped) return INTERRUPTION;
    throw error;
  }
}

/** Null where they are not kept: without a key, or in a trace that has no place for them. */
function secretsOf(
  { id, secrets }: TraceFolder,
  { secretsKey }: RunEnvironment,
  isResumed: boolean,
): SecretsWriter | null {
  if (secretsKey === undefined || secrets === undefined) return null;
  return new SecretsWriter(secretsKey, id, secrets, isResumed && secrets.read() !== null);
}

/** `YYYYMMDDTHHMMSSmmmZ__<WF code>__<8 hex of what is run on what>` (SPEC 5). */
export function traceId(plan: Plan, payload: JsonObject, begun: string): string {
  const what = digestOf({ snapshot: plan.snapshot.root, workflow: plan.workflow.fqdn, payload });
  return `${begun.replace(/[-:.]/g, "")}__${plan.workflow.code}__${what.slice(0, 8)}`;
}
