/** Loops of very many runs: what a short block does not show, because files, folders and memory come to many. */

import { fileSystemOf, isInMemory } from "./file-system.ts";
import { spreadOf } from "./sample.ts";
import { atLeast, atMost, once, type Row, type Section } from "./section.ts";
import { child } from "./spawn.ts";
import { mainSubject } from "./subject.ts";
import { BLOCKS, type Block, type Loop, MEASURED_AFTER, type Memory } from "./sustained-runs.ts";

interface Measured extends Omit<Loop, "runs"> {
  readonly what: string;
  /** Runs a second. */
  readonly goal?: number;
  /** Of the runs that are asked for: what waits for the device at every effect is slow. */
  readonly share?: number;
}

/** Many runs of a program write segments; a folder for each is what a single run leaves. */
const LOOPS: readonly Measured[] = [
  { what: "in memory", writing: "memory", durability: "process", inFlight: 1, goal: 15_000 },
  { what: "process durability, folders", writing: "folders", durability: "process", inFlight: 1 },
  { what: "process durability, segments", writing: "segments", durability: "process", inFlight: 1 },
  {
    what: "process durability, segments, 64 in flight",
    ...{ writing: "segments", durability: "process", inFlight: 64, goal: 5000 },
  },
  { what: "device durability, folders", writing: "folders", durability: "device", inFlight: 1, share: 0.1 },
  { what: "device durability, segments", writing: "segments", durability: "device", inFlight: 1, share: 0.1 },
  { what: "device durability, folders, 64 in flight", writing: "folders", durability: "device", inFlight: 64 },
  {
    what: "device durability, segments, 64 in flight",
    ...{ writing: "segments", durability: "device", inFlight: 64, goal: 4000 },
  },
];

/** Against the first tenth. The interpreter keeps pages that it does not need at the moment. */
const MEMORY_LIMIT = { heap: 1.1, resident: 1.25 };

/** One section for each way of writing. */
export function* sustained(scratch: string, runs: number): Generator<Section> {
  const fileSystem = fileSystemOf(scratch);
  const { name } = mainSubject(scratch);
  for (const { what, goal, share = 1, ...loop } of LOOPS) {
    const count = Math.max(BLOCKS, Math.ceil((runs * share) / BLOCKS) * BLOCKS);
    const blocks = child<readonly Block[]>(
      "sustained-runs.ts",
      scratch,
      JSON.stringify({ ...loop, runs: count }),
    );
    const isMeasured = loop.writing === "memory" || !isInMemory(fileSystem);
    yield {
      title: `Sustained, ${what}: ${name}`,
      about: `${count.toLocaleString("en")} runs in one process on ${fileSystem}; ratio to the first tenth of them.`,
      rows: rowsOf(blocks, count, isMeasured ? goal : undefined, loop.writing !== "memory"),
    };
  }
}

function rowsOf(
  blocks: readonly Block[],
  count: number,
  goal: number | undefined,
  staysFlat: boolean,
): readonly Row[] {
  const rate = spreadOf(blocks.map((block) => block.rate));
  const first = blocks[0] as Block;
  const upTo = (i: number) => (((i + 1) * count) / BLOCKS).toLocaleString("en");
  const memory = (what: string, key: keyof Memory): readonly Row[] =>
    MEASURED_AFTER.map((i) => {
      const value = memoryAfter(blocks[i])[key];
      const ratio = value / memoryAfter(first)[key];
      const flat = i > 0 && staysFlat ? { goal: atMost(ratio, MEMORY_LIMIT[key]) } : {};
      return { what: `${what} after ${upTo(i)}`, ...once(value), unit: "MB", ratio, ...flat };
    });
  return [
    {
      what: "runs",
      ...rate,
      unit: "runs/s",
      ...(goal === undefined ? {} : { goal: atLeast(rate.median, goal) }),
    },
    ...blocks.map((block, i): Row => {
      return {
        what: `  up to ${upTo(i)}`,
        ...once(block.rate),
        unit: "runs/s",
        ratio: block.rate / first.rate,
      };
    }),
    { what: "processors, one run", ...spreadOf(blocks.map((block) => block.cpu)), unit: "µs" },
    ...memory("heap", "heap"),
    ...memory("resident memory", "resident"),
  ];
}

function memoryAfter(block: Block | undefined): Memory {
  if (!block?.memory) throw new Error("memory is not measured after this block");
  return block.memory;
}
