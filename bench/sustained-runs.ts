/** Very many runs in one process: `sustained-runs.ts <scratch folder> <loop as JSON>`; started by `sustained.ts`, prints its blocks. */

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Durability, openRunner, type Runner, type Writing } from "./library.ts";
import { microseconds } from "./sample.ts";
import { mainSubject } from "./subject.ts";

export interface Loop {
  readonly writing: Writing;
  readonly durability: Durability;
  /** Runs at the same time. */
  readonly inFlight: number;
  /** Runs altogether, in blocks of a tenth. */
  readonly runs: number;
}

export interface Block {
  /** Runs a second. */
  readonly rate: number;
  /** Microseconds that processors worked for one run, user and system together. */
  readonly cpu: number;
  /** After garbage is collected, in MB; null behind a block after which it is not asked for. */
  readonly memory: Memory | null;
}

export interface Memory {
  readonly heap: number;
  /** Of the whole process. */
  readonly resident: number;
}

export const BLOCKS = 10;
/** Of the blocks, from 0: after a collection, V8 has to compile functions again, so there are few. */
export const MEASURED_AFTER: readonly number[] = [0, BLOCKS / 2 - 1, BLOCKS - 1];
/** Before the first block. */
const WARM_UP = 500;

async function blockOf(
  runner: Runner,
  runs: number,
  { durability, inFlight }: Loop,
): Promise<Omit<Block, "memory">> {
  let begun = 0;
  const one = async () => {
    while (begun < runs) {
      begun++;
      await runner(durability);
    }
  };
  const [start, used] = [process.hrtime.bigint(), process.cpuUsage()];
  await Promise.all(Array.from({ length: inFlight }, one));
  const rate = (runs * 1e6) / microseconds(start);
  const { user, system } = process.cpuUsage(used);
  return { rate, cpu: (user + system) / runs };
}

function memoryNow(): Memory {
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed / 1e6, resident: rss / 1e6 };
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

if (process.argv[1] === import.meta.filename) {
  const [scratch, options] = process.argv.slice(2) as [string, string];
  const loop = JSON.parse(options) as Loop;
  const folder = mkdtempSync(join(scratch, "sustained-"));
  const runner = await openRunner(mainSubject(scratch), folder, loop.writing);
  await blockOf(runner, WARM_UP, { ...loop, durability: "process" });
  const blocks: Block[] = [];
  for (let i = 0; i < BLOCKS; i++) {
    const block = await blockOf(runner, loop.runs / BLOCKS, loop);
    blocks.push({ ...block, memory: MEASURED_AFTER.includes(i) ? memoryNow() : null });
  }
  rmSync(folder, { recursive: true });
  console.log(JSON.stringify(blocks));
}
