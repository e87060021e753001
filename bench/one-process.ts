/** What one run costs in one process, in short blocks; `sustained.ts` measures long loops. Started by `all.ts` as a process of its own: `one-process.ts <scratch folder>`. */

import { join } from "node:path";
import { openRunner, type Runner } from "./library.ts";
import { rawPieces } from "./raw-pieces.ts";
import { inTurn, microseconds, spreadOf } from "./sample.ts";
import type { Row, Section } from "./section.ts";
import { mainSubject } from "./subject.ts";

const WARM_UP = 1000;
/** Runs in one sample. */
const BLOCK = { process: 50, memory: 50, device: 4 } as const;
/** Runs at the same time, which share what waits for the disk. */
const IN_FLIGHT = 64;

async function oneProcess(scratch: string): Promise<Section> {
  const subject = mainSubject(scratch);
  const runner = await openRunner(subject, join(scratch, "one-process"));
  for (let i = 0; i < WARM_UP; i++) await runner();
  const pieces = rawPieces(join(scratch, "raw-pieces"));
  const inMemory = await openRunner(subject, scratch, "memory");
  for (let i = 0; i < WARM_UP; i++) await inMemory();
  const samples = await inTurn({
    process: () => perRun(runner, "process"),
    memory: () => perRun(inMemory, "memory"),
    ...pieces,
  });
  // Not in turn with the others: what waits for the disk makes every write near it wait as well.
  const { device, together } = await inTurn({
    device: () => perRun(runner, "device"),
    together: () => perRunInFlight(runner),
  });
  const cost = spreadOf(samples.process).median;
  const raw = Object.keys(pieces).map((what) => ({ what, ...spreadOf(samples[what as keyof typeof samples]) }));
  const sum = (key: "median" | "p10" | "p90") => raw.reduce((total, piece) => total + piece[key], 0);
  const bare = { median: sum("median"), p10: sum("p10"), p90: sum("p90") };
  const inMicroseconds = [
    { what: "one run, durability process", ...spreadOf(samples.process) },
    { what: "one run, durability device", ...spreadOf(device) },
    { what: `one of ${IN_FLIGHT} runs in flight, durability device`, ...spreadOf(together) },
    ...raw.map((piece) => ({ ...piece, what: `  ${piece.what}` })),
    { what: "  these pieces together", ...bare },
  ].map((row): Row => ({ ...row, unit: "µs", ratio: row.median / cost }));
  return {
    title: `One process: ${subject.name}`,
    about:
      "Distinct payloads, every trace on disk unless said otherwise; below it the bare system calls and hashes of one run. Ratio to one run.",
    rows: [
      rateRow("runs, durability process", samples.process),
      rateRow("runs, durability device", device),
      rateRow(`runs, durability device, ${IN_FLIGHT} in flight`, together),
      rateRow("runs, stores and traces in memory", samples.memory),
      ...inMicroseconds,
    ],
  };
}

async function perRun(runner: Runner, kind: keyof typeof BLOCK): Promise<number> {
  let sum = 0;
  for (let i = 0; i < BLOCK[kind]; i++) sum += await runner(kind === "device" ? kind : "process");
  return sum / BLOCK[kind];
}

async function perRunInFlight(runner: Runner): Promise<number> {
  const begun = process.hrtime.bigint();
  await Promise.all(Array.from({ length: IN_FLIGHT }, () => runner("device")));
  return microseconds(begun) / IN_FLIGHT;
}

function rateRow(what: string, costs: readonly number[]): Row {
  return { what, ...spreadOf(costs.map((cost) => 1e6 / cost)), unit: "runs/s" };
}

console.log(JSON.stringify(await oneProcess(process.argv[2] as string)));
