/**
 * One tree, measured once. Started by `compare.ts` as a process of its own: `compare-one.ts <tree> <scratch folder of all>
 * <scratch folder of its own>`. Runs are those of the built library, the examination that of the sources.
 */

import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Workspace } from "../src/index.ts";
import type { TraceEvent } from "../src/trace/event.ts";
import { EVENTS_A_ROUND, leaveLongTrace, STEPS_A_ROUND } from "../test/support/long-trace.ts";
import { spreadOf } from "./sample.ts";
import { cpuOf } from "./spawn.ts";
import { initialStores, mainSubject } from "./subject.ts";

export type Measurement = "memory" | "disk" | "verified" | "replayed" | "start";

/** Milliseconds of the start; all others are rates per second. */
export type Measured = Readonly<Record<Measurement, number>>;

type Library = typeof import("../src/index.ts");

/** Runs in one sample. */
const BLOCK = 500;
/** Samples, of which the median counts; before them so many runs warm up. */
const SAMPLES = 5;
/** Rounds of the trace that is examined. */
const ROUNDS = 4000;

const [tree, shared, own] = process.argv.slice(2) as [string, string, string];
const subject = mainSubject(shared);

/** How many a second of CPU time does, user and system together: the median of the samples. */
async function rate(count: number, work: () => unknown): Promise<number> {
  const rates: number[] = [];
  for (let i = -1; i < SAMPLES; i++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    if (i >= 0) rates.push((count * 1e6) / (user + system));
  }
  return spreadOf(rates).median;
}

async function runs(workspace: Workspace): Promise<number> {
  const workflow = await workspace.workflow(subject.workflow);
  let number = 0;
  return rate(BLOCK, async () => {
    for (let i = 0; i < BLOCK; i++) {
      const { status, exitReason } = await workflow.run(subject.payload(++number), { durability: "process" });
      if (status !== "SUCCESS") throw new Error(`run ${number} ended ${exitReason}`);
    }
  });
}

async function measureRuns(): Promise<Pick<Measured, "memory" | "disk">> {
  const library = createRequire(import.meta.url)(join(tree, "dist/index.cjs")) as Library;
  const { snapshot, capabilities, data } = subject;
  const named = { folder: own, snapshot, capabilities };
  const stores = library.memoryStores(initialStores(subject));
  const inMemory = await library.openWorkspace({ ...named, stores, traces: library.memoryTraces() });
  const dataRoot = join(own, "data");
  if (data !== null) cpSync(data, dataRoot, { recursive: true });
  const traces = library.folderTraces(join(own, "traces"));
  const onDisk = await library.openWorkspace({ ...named, dataRoot, traces });
  return { memory: await runs(inMemory), disk: await runs(onDisk) };
}

async function measureExamination(): Promise<Pick<Measured, "verified" | "replayed">> {
  const load = <T>(path: string) => import(join(tree, "src", path)) as Promise<T>;
  const { Verification, eventIn } = await load<typeof import("../src/examine/verify.ts")>("examine/verify.ts");
  const { replay } = await load<typeof import("../src/examine/replay/replay.ts")>("examine/replay/replay.ts");
  const { compile } = await load<typeof import("../src/plan/compile.ts")>("plan/compile.ts");
  const { linesIn } = await load<typeof import("../src/trace/chunks.ts")>("trace/chunks.ts");
  const { openSnapshot } = await load<typeof import("../src/snapshot/load.ts")>("snapshot/load.ts");
  const { requireWorkflow } = await load<typeof import("../src/snapshot/require.ts")>("snapshot/require.ts");
  const { nodeFiles } = await load<typeof import("../src/platform/node-ports.ts")>("platform/node-ports.ts");
  const { ownRegistry } = (await import(
    join(tree, "test/support/own-registry.ts")
  )) as typeof import("../test/support/own-registry.ts");
  const folder = join(shared, "long");
  const bytes = readFileSync(await longTrace(folder));
  const snapshot = await openSnapshot(join(folder, "protocol_snapshot"), nodeFiles);
  const plan = await compile(requireWorkflow(snapshot, "trial::WF_TRIAL_V0"), snapshot, ownRegistry);
  function* events(): Generator<TraceEvent> {
    for (const line of linesIn([bytes])) yield eventIn(line.bytes);
  }
  const verified = await rate(ROUNDS * EVENTS_A_ROUND, () => {
    const verification = new Verification();
    for (const _ of verification.lines([bytes]));
    if (verification.verdict.findings.length > 0) throw new Error("the trace is not intact");
  });
  const replayed = await rate(ROUNDS * STEPS_A_ROUND, async () => {
    const { finding } = await replay(plan, events());
    if (finding !== null) throw new Error(`the replay ended with ${finding.code}`);
  });
  return { verified, replayed };
}

/** The file of the same trace for every tree. */
async function longTrace(folder: string): Promise<string> {
  if (!existsSync(folder)) return leaveLongTrace(folder, ROUNDS);
  const traces = join(folder, "traces");
  const files = readdirSync(traces, { recursive: true, encoding: "utf8" });
  return join(traces, files.find((name) => name.endsWith(".jsonl")) as string);
}

function measureStart(): number {
  const list = [join(tree, "bin/pgs.js"), "list", "--snapshot", subject.snapshot];
  return spreadOf(Array.from({ length: SAMPLES }, () => cpuOf(list))).median;
}

const measured: Measured = {
  ...(await measureRuns()),
  ...(await measureExamination()),
  start: measureStart(),
};
console.log(JSON.stringify(measured));
