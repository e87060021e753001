/** Verifying and replaying traces. Started by `all.ts` as a process of its own: `examination.ts <scratch folder>`. */

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { examineTrace } from "../src/examine/examine-trace.ts";
import { replay } from "../src/examine/replay/replay.ts";
import { SourceTrace } from "../src/examine/source-trace.ts";
import { Verification, verifyTrace } from "../src/examine/verify.ts";
import { compile } from "../src/plan/compile.ts";
import type { Plan } from "../src/plan/plan.ts";
import { openSource } from "../src/platform/file-chunks.ts";
import { nodeClock, nodeEntropy, nodeFiles } from "../src/platform/node-ports.ts";
import { openMail } from "../src/platform/smtp.ts";
import type { Source } from "../src/ports.ts";
import { openSnapshot } from "../src/snapshot/load.ts";
import { requireWorkflow } from "../src/snapshot/require.ts";
import type { Snapshot } from "../src/snapshot/snapshot.ts";
import { isTraceName } from "../src/trace/trace-name.ts";
import { EVENTS_A_ROUND, leaveLongTrace, STEPS_A_ROUND } from "../test/support/long-trace.ts";
import { ownRegistry } from "../test/support/own-registry.ts";
import { openRunner } from "./library.ts";
import { inTurn, microseconds, spreadOf } from "./sample.ts";
import { atLeast, atMost, type Row, type Section } from "./section.ts";
import { usageOf } from "./spawn.ts";
import { mainSubject } from "./subject.ts";

const WARM_UP = 500;
/** Short traces in one sample. */
const BLOCK = 50;

/** A million events. */
const ROUNDS = Math.ceil(1e6 / EVENTS_A_ROUND);
/** Each sample reads the whole long trace. */
const LONG_SAMPLES = 5;

const GOAL = { events: 500_000, steps: 120_000, megabytes: 200 };

async function ofOneRun(scratch: string): Promise<Section> {
  const subject = mainSubject(scratch);
  const folder = join(scratch, "examined");
  mkdirSync(folder);
  await (await openRunner(subject, folder))();
  const [id] = readdirSync(join(folder, "traces")).filter(isTraceName) as [string];
  const bytes = readFileSync(join(folder, "traces", id, `${id}.jsonl`));
  const { events, findings } = verifyTrace(bytes);
  const { plan } = await planOf(subject.snapshot, subject.workflow);
  const replayed = await replay(plan, events);
  if (findings.length > 0 || replayed.finding !== null)
    throw new Error("the trace to be examined is not sound");
  const steps = events.filter(({ event_type }) => event_type === "step_end").length;
  const verifying = () => rate(events.length, () => verify([bytes]));
  const replaying = () => rate(steps, () => replay(plan, events));
  for (let i = 0; i < WARM_UP / BLOCK; i++) [await verifying(), await replaying()];
  const samples = await inTurn({ verifying, replaying });
  return {
    title: `Examination: a trace of ${subject.name}`,
    about: `${events.length} events, ${steps} steps, ${bytes.length} bytes, from memory, again and again in one process.`,
    rows: ratesOf(samples, "replayed, of events that were parsed before"),
  };
}

function ratesOf(
  samples: Readonly<Record<"verifying" | "replaying", readonly number[]>>,
  replaying: string,
): readonly Row[] {
  const [verified, replayed] = [spreadOf(samples.verifying), spreadOf(samples.replaying)];
  return [
    { what: "verified", ...verified, unit: "events/s", goal: atLeast(verified.median, GOAL.events) },
    { what: replaying, ...replayed, unit: "steps/s", goal: atLeast(replayed.median, GOAL.steps) },
  ];
}

interface Protocol {
  readonly plan: Plan;
  readonly snapshot: Snapshot;
}

async function planOf(folder: string, workflow: string): Promise<Protocol> {
  const snapshot = await openSnapshot(folder, nodeFiles);
  return { plan: await compile(requireWorkflow(snapshot, workflow), snapshot, ownRegistry), snapshot };
}

async function rate(each: number, work: () => unknown): Promise<number> {
  const begun = process.hrtime.bigint();
  for (let i = 0; i < BLOCK; i++) await work();
  return (each * BLOCK * 1e6) / microseconds(begun);
}

function verify(pieces: Iterable<Uint8Array>): void {
  const verification = new Verification();
  for (const _ of verification.lines(pieces));
  if (verification.verdict.findings.length > 0) throw new Error("the trace to be verified is not intact");
}

async function ofALongTrace(scratch: string): Promise<Section> {
  const folder = join(scratch, "long");
  const file = await leaveLongTrace(folder, ROUNDS);
  const source = openSource(file) as Source;
  const protocol = await planOf(join(folder, "protocol_snapshot"), "trial::WF_TRIAL_V0");
  const reading = () => milliseconds(() => readThrough(source));
  const hashing = () => milliseconds(() => hash(source));
  const verifying = () => milliseconds(() => verify(source.pieces()));
  const examining = () => milliseconds(() => examined(protocol, source));
  const samples = await inTurn({ reading, hashing, verifying, examining }, LONG_SAMPLES);
  const hashed = spreadOf(samples.hashing).median;
  const rows = Object.entries(WORDS).map(([name, what]): Row => {
    const spread = spreadOf(samples[name as keyof typeof samples]);
    return { what, ...spread, unit: "ms", ratio: spread.median / hashed };
  });
  const perSecond = (count: number, times: readonly number[]) => times.map((time) => (count * 1000) / time);
  const verified = spreadOf(samples.verifying).median;
  const besides = samples.examining.map((time) => time - verified);
  const rates = ratesOf(
    {
      verifying: perSecond(ROUNDS * EVENTS_A_ROUND, samples.verifying),
      replaying: perSecond(ROUNDS * STEPS_A_ROUND, besides),
    },
    "replayed: all of the examination but the verification",
  );
  const { peak } = usageOf(["examine", file, "--quiet"]);
  const memory = { median: peak, p10: peak, p90: peak };
  return {
    title: "Examination: a trace of a million events",
    about: `${statSync(file).size} bytes on disk, a piece at a time; medians of ${LONG_SAMPLES}. Ratio to hashing the file.`,
    rows: [
      ...rows,
      ...rates,
      { what: "pgs examine, peak memory", ...memory, unit: "MB", goal: atMost(peak, GOAL.megabytes, "") },
    ],
  };
}

const WORDS = {
  reading: "the file read",
  hashing: "read and hashed",
  verifying: "read and verified",
  examining: "read and examined: verified, parsed, summed up, held to the plan and replayed",
} as const;

async function milliseconds(work: () => unknown): Promise<number> {
  const begun = process.hrtime.bigint();
  await work();
  return microseconds(begun) / 1000;
}

function readThrough(source: Source): void {
  for (const _ of source.pieces());
}

function hash(source: Source): void {
  const digest = createHash("sha256");
  for (const piece of source.pieces()) digest.update(piece);
  digest.digest("hex");
}

/** As `pgs examine` does it, in one pass. */
async function examined({ plan, snapshot }: Protocol, source: Source): Promise<void> {
  const environment = {
    ...{ clock: nodeClock, entropy: nodeEntropy, mail: openMail({}) },
    ...{ dataRoot: "data", openStores: () => null, placeOptions: async () => "", traceWord: "trace" },
    ...{ plan: async () => plan, snapshot: async () => snapshot },
  };
  const { isSound, replayed } = await examineTrace(new SourceTrace("trace", null, source), {}, environment);
  if (!isSound) throw new Error(`the examination of the long trace ended with ${replayed?.finding?.code}`);
}

const scratch = process.argv[2] as string;
console.log(JSON.stringify([await ofOneRun(scratch), await ofALongTrace(scratch)]));
