/**
 * One tree, measured once. Started by `compare.ts` as a process of its own: `compare-one.ts <tree> <scratch folder of all>
 * <scratch folder of its own> <name of a measurement>…`. Runs are those of the built library, processes those of the built
 * program, the examination is that of the sources.
 */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { TraceEvent } from "../src/trace/event.ts";
import { EVENTS_A_ROUND, leaveLongTrace, STEPS_A_ROUND } from "../test/support/long-trace.ts";
import { type Durability, type Library, openIn, runnerIn, type Writing } from "./library.ts";
import type { Cost, Measurement } from "./measurements.ts";
import { microseconds, spreadOf } from "./sample.ts";
import { timesOf } from "./spawn.ts";
import { mainSubject, nameCapabilities } from "./subject.ts";

/** Answers null where the tree has no such thing. */
type Measure = () => Promise<Cost | null>;

/** Samples, of which the median counts; one before them warms up. */
const SAMPLES = 5;
/** Rounds of the trace that is examined. */
const ROUNDS = 4000;

const [tree, shared, own, ...names] = process.argv.slice(2) as [string, string, string, ...string[]];

const median = (costs: readonly Cost[]): Cost => ({
  cpu: spreadOf(costs.map(({ cpu }) => cpu)).median,
  wall: spreadOf(costs.map(({ wall }) => wall)).median,
});

/** Of one of `count` that `work` does. */
async function costOf(count: number, work: () => unknown): Promise<Cost> {
  const costs: Cost[] = [];
  for (let i = -1; i < SAMPLES; i++) {
    const [begun, used] = [process.hrtime.bigint(), process.cpuUsage()];
    await work();
    const { user, system } = process.cpuUsage(used);
    if (i >= 0) costs.push({ cpu: (user + system) / count, wall: microseconds(begun) / count });
  }
  return median(costs);
}

function runs(writing: Writing, durability: Durability, count: number, inFlight = 1): Measure {
  return async () => {
    const library = createRequire(import.meta.url)(join(tree, "dist/index.cjs")) as Partial<Library>;
    if (library.openWorkspace === undefined) return null;
    if (writing === "segments" && library.segmentTraces === undefined) return null;
    const subject = mainSubject(shared);
    const folder = join(own, `${writing}-${durability}-${inFlight}`);
    const runner = await runnerIn(await openIn(library as Library, folder, subject, writing), subject);
    return costOf(count, async () => {
      for (let i = 0; i < count; i += inFlight)
        await Promise.all(Array.from({ length: inFlight }, () => runner(durability)));
    });
  };
}

/** A whole process. */
function starting(argv: readonly string[]): Measure {
  return async () => processCost(() => [...argv]);
}

/** Runs in workspaces of their own. */
function running(options: readonly string[]): Measure {
  return async () => {
    const subject = mainSubject(shared);
    let number = 0;
    return processCost(() => {
      const workspace = join(own, `process-${options.length}-${++number}`);
      mkdirSync(workspace);
      nameCapabilities(subject, workspace);
      if (subject.data !== null) cpSync(subject.data, join(workspace, "data"), { recursive: true });
      const payload = join(workspace, "payload.json");
      writeFileSync(payload, JSON.stringify(subject.payload(number)));
      const what = ["--wf", subject.workflow, "--payload", payload, "--snapshot", subject.snapshot];
      return ["run", ...what, "--workspace", workspace, ...options];
    });
  };
}

function processCost(argv: () => readonly string[]): Cost {
  const program = join(tree, "bin/pgs.js");
  const times = Array.from({ length: SAMPLES + 1 }, () => timesOf([program, ...argv()])).slice(1);
  return median(times.map(({ cpu, wall }) => ({ cpu: cpu * 1000, wall: wall * 1000 })));
}

/** Null where the tree does not know the events of the trace yet. */
async function verifying(): Promise<Cost | null> {
  const { Verification } = await load<typeof import("../src/examine/verify.ts")>("examine/verify.ts");
  const bytes = readFileSync(await longTrace());
  let isKnown = true;
  const cost = await costOf(ROUNDS * EVENTS_A_ROUND, () => {
    const verification = new Verification();
    for (const _ of verification.lines([bytes]));
    isKnown &&= verification.verdict.findings.length === 0;
  });
  return isKnown ? cost : null;
}

async function replaying(): Promise<Cost | null> {
  // Of trees without that file, the verification has it.
  const reader = existsSync(join(tree, "src/trace/read-event.ts"))
    ? "trace/read-event.ts"
    : "examine/verify.ts";
  const { eventIn } = await load<typeof import("../src/trace/read-event.ts")>(reader);
  const { replay } = await load<typeof import("../src/examine/replay/replay.ts")>("examine/replay/replay.ts");
  const { compile } = await load<typeof import("../src/plan/compile.ts")>("plan/compile.ts");
  const { linesIn } = await load<typeof import("../src/trace/chunks.ts")>("trace/chunks.ts");
  const { openSnapshot } = await load<typeof import("../src/snapshot/load.ts")>("snapshot/load.ts");
  const { requireWorkflow } = await load<typeof import("../src/snapshot/require.ts")>("snapshot/require.ts");
  const { nodeFiles } = await load<typeof import("../src/platform/node-ports.ts")>("platform/node-ports.ts");
  const { ownRegistry } = (await import(
    join(tree, "test/support/own-registry.ts")
  )) as typeof import("../test/support/own-registry.ts");
  const bytes = readFileSync(await longTrace());
  const snapshot = await openSnapshot(join(shared, "long/protocol_snapshot"), nodeFiles);
  const plan = await compile(requireWorkflow(snapshot, "trial::WF_TRIAL_V0"), snapshot, ownRegistry);
  const events: readonly TraceEvent[] = [...linesIn([bytes])].map((line) => eventIn(line.bytes));
  let isKnown = true;
  const cost = await costOf(ROUNDS * STEPS_A_ROUND, async () => {
    const { finding } = await replay(plan, events);
    isKnown &&= finding === null;
  });
  return isKnown ? cost : null;
}

const load = <T>(path: string) => import(join(tree, "src", path)) as Promise<T>;

/** The file of the same trace for every tree. */
async function longTrace(): Promise<string> {
  const folder = join(shared, "long");
  if (!existsSync(folder)) return leaveLongTrace(folder, ROUNDS);
  const traces = join(folder, "traces");
  const files = readdirSync(traces, { recursive: true, encoding: "utf8" });
  return join(traces, files.find((name) => name.endsWith(".jsonl")) as string);
}

/** A tree that does not have the modules or files of a measurement is not measured by it. */
async function ifThere(measure: Measure): Promise<Cost | null> {
  try {
    return await measure();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") return null;
    throw error;
  }
}

const MEASURES: Readonly<Record<Measurement, Measure>> = {
  memory: runs("memory", "process", 500),
  process: runs("folders", "process", 200),
  segments: runs("segments", "process", 200),
  device: runs("folders", "device", 8),
  "in-flight": runs("folders", "device", 128, 64),
  "in-flight-segments": runs("segments", "device", 128, 64),
  verified: verifying,
  replayed: replaying,
  version: starting(["--version"]),
  help: starting(["--help"]),
  run: running(["--no-png", "--no-md"]),
  picture: running([]),
};

const measured: { [Name in Measurement]?: Cost | null } = {};
for (const name of names as Measurement[]) measured[name] = await ifThere(MEASURES[name]);
console.log(JSON.stringify(measured));
