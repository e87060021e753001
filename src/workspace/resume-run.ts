/** A recorded run goes on, or is cancelled: its trace is read, what it had begun is settled, and it is executed from there. */

import { targetOf } from "../capabilities/effect.ts";
import { INTERRUPTION, type RunEnding, SUSPENSION, type TraceEnding } from "../engine/advance.ts";
import type { EffectResult } from "../engine/executor.ts";
import { type Cancellation, type Delivery, type RunRecord, resume } from "../engine/resume.ts";
import { ResumeFault } from "../engine/resume-errors.ts";
import type { RunEnvironment } from "../engine/run.ts";
import { checkSnapshot } from "../examine/allowed.ts";
import type { TraceReader } from "../examine/examine-trace.ts";
import { wordsOf } from "../examine/finding.ts";
import { RecordedProtocols } from "../examine/protocol.ts";
import { type BegunEffect, OpenEffects } from "../examine/recovery/open-effects.ts";
import { type Assumption, settle, type Unsettled } from "../examine/recovery/settle.ts";
import { findSteps, isStep } from "../examine/recovery/steps.ts";
import { placeText } from "../examine/replay/step-place.ts";
import { CUT_OFF, Verification, type Verified } from "../examine/verify.ts";
import type { Digest } from "../json/canonical.ts";
import type { RunLine } from "../ledger/line.ts";
import { continueRecording, recorded, type TraceRecords } from "../ledger/recording.ts";
import type { Plan } from "../plan/plan.ts";
import type { Entropy, LockedTrace } from "../ports.ts";
import { lineBytes } from "../trace/chain.ts";
import type { Payloads, TraceEvent } from "../trace/event.ts";
import type { JournalPosition } from "../trace/journal.ts";
import { parseAddress } from "../trace/segment.ts";
import { addEvent, createSummary, type Summary } from "../trace/summary.ts";

export type RunStart = Payloads["execution_start"];

export interface GoOnRequest extends Omit<RunEnvironment, "plan" | "entropy"> {
  readonly trace: TraceReader;
  readonly locked: LockedTrace;
  /** The plan of the workflow, on the snapshot on which the run began. @throws Fault */
  plan(start: RunStart, roots: ReadonlySet<Digest>): Promise<Plan>;
  /** Behind the random bytes that the run has drawn: `drawn` of them. `start` has what the trace suppresses. */
  entropy(plan: Plan, start: RunStart, drawn: number): Entropy;
  /** What is kept of the run beside its trace; without it, nothing is. */
  readonly records?: TraceRecords | null;
  readonly delivery?: Delivery;
  readonly cancellation?: Cancellation;
  /** What to believe of an effect of which nothing shows whether it took place. */
  readonly assume?: Assumption;
}

export interface ContinuedRun {
  readonly plan: Plan;
  readonly traceId: string;
  readonly folder: string;
  readonly head: Digest;
  readonly ending: TraceEnding;
  /** Of the whole run. */
  readonly summary: Summary;
  /** All of them, those of the record first. */
  readonly events: readonly TraceEvent[];
  /** The event had been delivered before, and nothing was executed. */
  readonly isRepeated: boolean;
}

/**
 * @throws ResumeFault, with nothing appended to the trace
 * @throws TraceFault when the trace cannot be written; the run stops there
 */
export async function resumeRun(request: GoOnRequest): Promise<ContinuedRun> {
  const { trace, locked } = request;
  try {
    const { record, plan, isRepeated } = await readResumable(request);
    if (isRepeated) {
      const { id: traceId, position, summary } = record;
      const known = { traceId, folder: locked.folder, head: position.head, summary, plan };
      const events = await eventsOf(trace, record);
      return { ...known, ending: endingOf(summary), events, isRepeated };
    }
    const settled = await settledEffect(record, plan, request);
    return await goOn(request, record, plan, settled);
  } finally {
    locked.unlock();
  }
}

type ResumeCheck = Pick<GoOnRequest, "trace" | "plan" | "records" | "delivery">;

/**
 * Refuses what `resumeRun` refuses of a trace that is still in a segment, before it gets a folder of its own: nothing is
 * changed by a refusal. What the evidence of an open effect says is not asked for. @throws ResumeFault
 */
export async function checkResumable(
  file: string,
  { open, records = null, ...request }: Omit<ResumeCheck, "trace"> & { open(): Promise<TraceReader> },
): Promise<void> {
  // Before the trace is opened: another process may go on with the run, and writes its trace first.
  const run = parseAddress(file)?.run;
  const last = run === undefined ? null : (records?.lastLine(run) ?? null);
  const known = records && { ...records, lastLine: (name: string) => (name === run ? last : null) };
  await readResumable({ ...request, records: known, trace: await open() });
}

/** @throws ResumeFault for a run that does not go on by its trace, the ledger or its protocol */
async function readResumable({ trace, plan: planOf, delivery, records = null }: ResumeCheck) {
  const record = await readRecord(trace, records);
  const { start, summary } = record;
  if (summary.isDryRun) throw new ResumeFault("DRY_RUN_ENDED", { trace: trace.file });
  const plan = await planOf(start, record.protocols.roots);
  const isRepeated = delivery?.id !== undefined && record.deliveries.has(delivery.id);
  if (isRepeated) return { record, plan, isRepeated };
  if (summary.ending !== null)
    throw new ResumeFault("RUN_ENDED", { trace: trace.file, status: summary.ending.status });
  requireLatest(record, trace, records);
  requireSamePlan(plan, start);
  return { record, plan, isRepeated };
}

/** What one pass through the trace gives. */
interface ReadRecord {
  /** The name of the run, which its file may have lost. */
  readonly id: string;
  readonly verified: Verified;
  readonly start: RunStart;
  readonly protocols: RecordedProtocols;
  readonly summary: Summary;
  readonly openEffects: OpenEffects;
  readonly position: JournalPosition;
  readonly tornBytes: number;
  /** The names of the events that were delivered. */
  readonly deliveries: ReadonlySet<string>;
  /** The last line of the ledger about the run, of which the trace has no event; null where all is as the ledger has it. */
  readonly unshown: RunLine | null;
}

/** @throws ResumeFault `TRACE_DAMAGED` */
async function readRecord(trace: TraceReader, records: TraceRecords | null): Promise<ReadRecord> {
  const verification = new Verification();
  const summary = createSummary();
  const openEffects = new OpenEffects();
  const deliveries = new Set<string>();
  const protocols = new RecordedProtocols();
  let unshown: RunLine | null = null;
  let last: TraceEvent | null = null;
  let bytes = 0;
  await trace.read("verifying", async (pieces) => {
    for (const event of verification.events(pieces)) {
      bytes += lineBytes(event);
      protocols.take(event);
      if (last === null) unshown = records?.lastLine(event.execution_id) ?? null;
      if (event.hash === unshown?.head) unshown = null;
      if (event.event_type === "run_resumed" && event.payload.event_id !== undefined)
        deliveries.add(event.payload.event_id);
      addEvent(summary, event);
      openEffects.take(event);
      last = event;
    }
  });
  const verified = verification.verdict;
  const { start } = protocols;
  const damage = verified.findings.find(({ code }) => !CUT_OFF.has(code));
  if (damage !== undefined || start === null || last === null) {
    const [first = damage] = verified.findings;
    const found = damage ?? first;
    const facts = {
      finding: found === undefined ? "it is empty" : wordsOf(found).what,
      line: found?.line ?? null,
    };
    throw new ResumeFault("TRACE_DAMAGED", { trace: trace.file, ...facts });
  }
  const { execution_id: id, sequence, hash, elapsed_us: elapsedUs } = last as TraceEvent;
  const torn = verified.findings.find(({ code }) => code === "TORN_LINE");
  return {
    ...{ id, verified, start, protocols, summary, openEffects, deliveries, unshown },
    position: { sequence, head: hash, elapsedUs, bytes },
    tornBytes: Number(torn?.facts?.["bytes"] ?? 0),
  };
}

/**
 * What the run has done is done once: a trace that lacks what the ledger has of it does not go on, and none that stands in
 * the place of another run. @throws ResumeFault `TRACE_CUT`, `TRACE_REPLACED`
 */
function requireLatest({ id, unshown }: ReadRecord, { file }: TraceReader, records: TraceRecords | null): void {
  const name = nameOf(file);
  if (name !== id && records !== null && records.lastLine(name) !== null)
    throw new ResumeFault("TRACE_REPLACED", { trace: file, run: id });
  if (unshown !== null)
    throw new ResumeFault("TRACE_CUT", { trace: file, state: unshown.state, at: unshown.at });
}

/** Of the run whose trace the file is, or the address. */
const nameOf = (file: string) =>
  parseAddress(file)?.run ?? file.slice(file.lastIndexOf("/") + 1).replace(/\.jsonl$/, "");

/** @throws ResumeFault `SNAPSHOT_DIFFERS` */
function requireSamePlan(plan: Plan, start: RunStart): void {
  const [differs] = checkSnapshot(plan, start, 1);
  if (differs === undefined) return;
  const found = plan.snapshot.seal === start.snapshot.seal ? plan.snapshot.root : plan.closureRoot;
  throw new ResumeFault("SNAPSHOT_DIFFERS", { recorded: start.snapshot.root, found });
}

/** Of the effect that had begun, and that only the world outside knows; null where it is performed now. */
async function settledEffect(
  { summary, openEffects }: ReadRecord,
  plan: Plan,
  { trace, stores, remote, assume, actor, cancellation }: GoOnRequest,
): Promise<EffectResult | null> {
  if (summary.waits.length > 0 || cancellation !== undefined) return null;
  const findStep = findSteps(plan, openEffects);
  for (const effect of openEffects.open) {
    const declared = await findStep(effect);
    if (!isStep(declared) || targetOf(declared.step.operation).answers !== "recorded") continue;
    const settlement = await settle(effect, declared, { stores, remote: remote ?? null }, assume ?? null);
    if (settlement.how === "perform") return null;
    if (settlement.how === "unclear") throw unclear(trace.file, effect, settlement);
    const isAssumedBy = settlement.how === "assumed" && actor !== undefined;
    return isAssumedBy ? { ...settlement.result, actor } : settlement.result;
  }
  return null;
}

function unclear(trace: string, { run, node, step, op }: BegunEffect, found: Unsettled): ResumeFault {
  return new ResumeFault("RESUME_UNCLEAR", {
    ...{ trace, op, because: found.because, message: found.what, evidence: found.evidence },
    place: placeText({ run, node, visit: 1, step }),
    assumed: found.assumed,
  });
}

async function goOn(
  request: GoOnRequest,
  read: ReadRecord,
  plan: Plan,
  settled: EffectResult | null,
): Promise<ContinuedRun> {
  const { trace, locked, listen, records = null, ...environment } = request;
  const { start, summary, position, tornBytes } = read;
  const events: TraceEvent[] = [];
  const recording = records === null ? null : await continueRecording(plan, records);
  const traced = await recorded(recording, (hold) =>
    trace.readAgain("replaying", read.verified, (before) => {
      const record: RunRecord = { start, events: keeping(before, events), end: position, tornBytes };
      return resume({
        ...environment,
        ...{ plan, record, settled },
        entropy: (clear, drawn) => request.entropy(plan, clear, drawn),
        trace: {
          ...{ id: read.id, folder: locked.folder },
          ...(locked.secrets === undefined ? {} : { secrets: locked.secrets }),
          file: hold(locked.continueAfter(position.bytes)),
        },
        listen(event) {
          events.push(event);
          addEvent(summary, event);
          recording?.take(event);
          listen?.(event);
        },
      });
    }),
  );
  return { ...traced, plan, summary, events, isRepeated: false };
}

function* keeping(events: Iterable<TraceEvent>, kept: TraceEvent[]): Generator<TraceEvent> {
  for (const event of events) {
    kept.push(event);
    yield event;
  }
}

async function eventsOf(trace: TraceReader, { verified }: ReadRecord): Promise<readonly TraceEvent[]> {
  return trace.readAgain("reading", verified, async (events) => [...events]);
}

/** How a run stands by its trace, while another process may append to it. */
export interface RecordedRun {
  readonly ending: TraceEnding;
  readonly head: Digest;
  readonly summary: Summary;
  readonly events: readonly TraceEvent[];
}

/** @throws ResumeFault `TRACE_DAMAGED` */
export async function readRun(trace: TraceReader): Promise<RecordedRun> {
  const record = await readRecord(trace, null);
  const { summary, position } = record;
  return { ending: endingOf(summary), head: position.head, summary, events: await eventsOf(trace, record) };
}

/** How the run stands by its record. */
function endingOf({ ending, waits }: Summary): TraceEnding {
  if (ending === null) return waits.length === 0 ? INTERRUPTION : SUSPENSION;
  const { status, outcome, exit_reason_code: exitReason } = ending;
  return { status, outcome, exitReason } satisfies RunEnding;
}
