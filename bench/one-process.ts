/** Many runs in one process. Started by `all.ts` as a process of its own: `one-process.ts <scratch folder>`. */

import { join } from "node:path";
import { openMemoryRunner, openRunner, type Runner } from "./library.ts";
import { rawPieces } from "./raw-pieces.ts";
import { inTurn, spreadOf } from "./sample.ts";
import { atLeast, type Row, type Section } from "./section.ts";
import { mainSubject } from "./subject.ts";

const WARM_UP = 1000;
/** Runs in one sample. */
const BLOCK = { process: 50, memory: 50, device: 4 } as const;
const GOAL = { process: 5000, memory: 15_000 };

async function oneProcess(scratch: string): Promise<Section> {
  const subject = mainSubject(scratch);
  const runner = await openRunner(subject, join(scratch, "one-process"));
  for (let i = 0; i < WARM_UP; i++) await runner();
  const pieces = rawPieces(join(scratch, "raw-pieces"));
  const inMemory = await openMemoryRunner(subject, scratch);
  for (let i = 0; i < WARM_UP; i++) await inMemory();
  const samples = await inTurn({
    process: () => perRun(runner, "process"),
    memory: () => perRun(inMemory, "memory"),
    ...pieces,
  });
  // Not in turn with the others: what waits for the disk makes every write near it wait as well.
  const { device } = await inTurn({ device: () => perRun(runner, "device") });
  const cost = spreadOf(samples.process).median;
  const raw = Object.keys(pieces).map((what) => ({ what, ...spreadOf(samples[what as keyof typeof samples]) }));
  const sum = (key: "median" | "p10" | "p90") => raw.reduce((total, piece) => total + piece[key], 0);
  const bare = { median: sum("median"), p10: sum("p10"), p90: sum("p90") };
  const inMicroseconds = [
    { what: "one run, durability process", ...spreadOf(samples.process) },
    { what: "one run, durability device", ...spreadOf(device) },
    ...raw.map((piece) => ({ ...piece, what: `  ${piece.what}` })),
    { what: "  these pieces together", ...bare },
  ].map((row): Row => ({ ...row, unit: "µs", ratio: row.median / cost }));
  return {
    title: `One process: ${subject.name}`,
    about:
      "Distinct payloads, every trace on disk unless said otherwise; below it the bare system calls and hashes of one run. Ratio to one run.",
    rows: [
      rateRow("runs, durability process", samples.process, GOAL.process),
      rateRow("runs, durability device", device),
      rateRow("runs, stores and traces in memory", samples.memory, GOAL.memory),
      ...inMicroseconds,
    ],
  };
}

async function perRun(runner: Runner, kind: keyof typeof BLOCK): Promise<number> {
  let sum = 0;
  for (let i = 0; i < BLOCK[kind]; i++) sum += await runner(kind === "device" ? kind : "process");
  return sum / BLOCK[kind];
}

function rateRow(what: string, costs: readonly number[], least?: number): Row {
  const rate = spreadOf(costs.map((cost) => 1e6 / cost));
  const goal = least === undefined ? {} : { goal: atLeast(rate.median, least) };
  return { what, ...rate, unit: "runs/s", ...goal };
}

console.log(JSON.stringify(await oneProcess(process.argv[2] as string)));
