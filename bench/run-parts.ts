/** Where the time of a run in one process goes, by the folders of the source: `run-parts.ts <scratch folder>`; started by `all.ts`. */

import { existsSync, readFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { SourceMap } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { openRunner, type Writing } from "./library.ts";
import { once, type Row, type Section } from "./section.ts";
import { mainSubject, root } from "./subject.ts";

const WARM_UP = 2000;
const RUNS = 4000;
/** Microseconds between two looks at what is being done. */
const INTERVAL = 100;
/** Parts with less than this share are summed up. */
const LEAST = 0.01;

const WRITINGS: readonly (readonly [Writing, what: string])[] = [
  ["memory", "in memory"],
  ["segments", "durability process, segments"],
];

const SAMPLED_NOTHING: Readonly<Record<string, string>> = {
  "(garbage collector)": "garbage collection",
  "(program)": "the interpreter, outside of functions",
  "(idle)": "waiting",
};

const maps = new Map<string, SourceMap | null>();

/** The map of a built file. */
function mapOf(file: string): SourceMap | null {
  const known = maps.get(file);
  if (known !== undefined) return known;
  const map = `${file}.map`;
  const found = existsSync(map) ? new SourceMap(JSON.parse(readFileSync(map, "utf8"))) : null;
  maps.set(file, found);
  return found;
}

interface Place {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** `src/trace`, or what else it is part of. What was inlined counts for the function that has it. */
function partOf({ functionName, url, lineNumber, columnNumber }: Place): string {
  const special = SAMPLED_NOTHING[functionName];
  if (special !== undefined) return special;
  if (url.startsWith("node:")) return url.includes("crypto") ? "node:crypto" : "other modules of Node.js";
  if (url === "") return "functions of V8, system calls";
  const file = url.startsWith("file:") ? fileURLToPath(url) : url;
  const entry = mapOf(file)?.findEntry(lineNumber, columnNumber);
  if (entry === undefined || !("originalSource" in entry))
    return file.includes("/bench/") ? "the benchmark" : "other";
  const source = relative(root, fileURLToPath(new URL(entry.originalSource, `file://${file}`)));
  const [top = "", folder = ""] = source.split("/");
  return top === "src" ? `src/${folder}` : "libraries";
}

/** Microseconds of one run, by part. */
async function measured(scratch: string, writing: Writing): Promise<ReadonlyMap<string, number>> {
  const runner = await openRunner(mainSubject(scratch), join(scratch, `run-parts-${writing}`), writing);
  for (let i = 0; i < WARM_UP; i++) await runner();
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: INTERVAL });
  await session.post("Profiler.start");
  for (let i = 0; i < RUNS; i++) await runner();
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  const parts = new Map(profile.nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
  const costs = new Map<string, number>();
  profile.samples?.forEach((id, i) => {
    const part = parts.get(id) ?? "other";
    costs.set(part, (costs.get(part) ?? 0) + (profile.timeDeltas?.[i] ?? 0) / RUNS);
  });
  return costs;
}

function sectionOf(what: string, costs: ReadonlyMap<string, number>): Section {
  const whole = [...costs.values()].reduce((sum, cost) => sum + cost, 0);
  const row = (part: string, cost: number): Row => ({
    what: part,
    ...once(cost),
    unit: "µs",
    ratio: cost / whole,
  });
  const sorted = [...costs].sort(([, a], [, b]) => b - a);
  const large = sorted.filter(([, cost]) => cost >= LEAST * whole);
  const rest = whole - large.reduce((sum, [, cost]) => sum + cost, 0);
  return {
    title: `Parts of one run in one process, ${what}`,
    about: `Sampled over ${RUNS} runs, by the folder of the function that was at work; ratio to the whole.`,
    rows: [...large.map(([part, cost]) => row(part, cost)), row("all others", rest), row("together", whole)],
  };
}

const scratch = process.argv[2] as string;
const sections: Section[] = [];
for (const [writing, what] of WRITINGS) sections.push(sectionOf(what, await measured(scratch, writing)));
console.log(JSON.stringify(sections));
