/**
 * The benchmarks: `npm run bench`, or only some of them: `npm run bench -- SECTION…`, with `--json` as one document,
 * with `--markdown` as a table of the figures that have a goal. `--runs N` is the length of the sustained loops.
 */

import { availableParallelism, cpus, release, tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { fileSystemOf, isInMemory } from "./file-system.ts";
import { growth } from "./growth.ts";
import { ledger } from "./ledger.ts";
import { peers } from "./peers.ts";
import { ROUNDS } from "./sample.ts";
import { type Section, toMarkdown, toText } from "./section.ts";
import { snapshotForms } from "./snapshot-forms.ts";
import { child } from "./spawn.ts";
import { startParts } from "./start-parts.ts";
import { inScratch } from "./subject.ts";
import { sustained } from "./sustained.ts";
import { verification } from "./verification.ts";
import { wholeProcess } from "./whole-process.ts";

/** Every benchmark prints as it goes on; a section is null where what it needs is not beside the repository. */
type Benchmark = (scratch: string) => AsyncIterable<Section | null> | Iterable<Section | null>;

const inChild = (script: string) =>
  function* (scratch: string) {
    yield* [child<Section | readonly Section[] | null>(script, scratch)].flat();
  };

const later = (work: (scratch: string) => Promise<Section | readonly Section[] | null>) =>
  async function* (scratch: string) {
    yield* [await work(scratch)].flat();
  };

const { values, positionals } = options();
const isText = !values.json && !values.markdown;

/** By the name with which one of them is chosen. */
const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  process: later(wholeProcess),
  "process-parts": later(startParts),
  "snapshot-forms": later(snapshotForms),
  run: inChild("one-process.ts"),
  "run-parts": inChild("run-parts.ts"),
  peers,
  sustained: (scratch) => sustained(scratch, Number(values.runs)),
  growth: later(growth),
  ledger: later(ledger),
  examination: inChild("examination.ts"),
  verification: later(verification),
  simulation: inChild("simulation.ts"),
};

function options() {
  return parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      markdown: { type: "boolean", default: false },
      runs: { type: "string", default: "10000" },
    },
  });
}

const scratchFileSystem = fileSystemOf(tmpdir());
const machine = {
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
  node: process.version,
  system: `${process.platform} ${release()} ${process.arch}`,
  scratch: `${tmpdir()} (${scratchFileSystem})`,
};

function head(): string {
  const { cpu, cores, node, system, scratch } = machine;
  return [
    `${cores} cores of ${cpu}, node ${node}, ${system}, files in ${scratch}`,
    ...(isInMemory(scratchFileSystem)
      ? [`Files are in memory: no figure has what a device costs. Set TMPDIR to a folder on a disk.`]
      : []),
    `Medians of ${ROUNDS} samples taken in turn, unless said otherwise.\n`,
  ].join("\n");
}

const unknown = positionals.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0 || !/^[1-9]\d*$/.test(values.runs)) {
  console.error(
    `usage: npm run bench -- [--json | --markdown] [--runs N] [${Object.keys(BENCHMARKS).join(" | ")}]…`,
  );
  process.exit(2);
}
if (!values.json) console.log(head());
const chosen = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
const sections: Section[] = [];
await inScratch(async (scratch) => {
  for (const name of chosen) {
    for await (const section of BENCHMARKS[name]?.(scratch) ?? []) {
      if (section === null) continue;
      sections.push(section);
      if (isText) console.log(toText(section));
    }
  }
});
if (values.markdown) console.log(toMarkdown(sections));
if (values.json) console.log(JSON.stringify({ machine, rounds: ROUNDS, sections }, null, 2));
