/** Every benchmark: `npm run bench`, with `-- --json` as one document. */

import { availableParallelism, cpus, release, tmpdir } from "node:os";
import { growth } from "./growth.ts";
import { ledger } from "./ledger.ts";
import { ROUNDS } from "./sample.ts";
import { type Section, toText } from "./section.ts";
import { snapshotForms } from "./snapshot-forms.ts";
import { child } from "./spawn.ts";
import { startParts } from "./start-parts.ts";
import { inScratch } from "./subject.ts";
import { verification } from "./verification.ts";
import { wholeProcess } from "./whole-process.ts";

const isJson = process.argv.includes("--json");

const machine = {
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
  node: process.version,
  system: `${process.platform} ${release()} ${process.arch}`,
  scratch: tmpdir(),
};

function say(section: Section): Section {
  if (!isJson) console.log(toText(section));
  return section;
}

if (!isJson) {
  const { cpu, cores, node, system, scratch } = machine;
  console.log(`${cores} cores of ${cpu}, node ${node}, ${system}, files in ${scratch}`);
  console.log(`Medians of ${ROUNDS} samples taken in turn, unless said otherwise.\n`);
}
const sections = await inScratch(async (scratch) => [
  say(await wholeProcess(scratch)),
  ...(await startParts(scratch)).map(say),
  ...[await snapshotForms(scratch)].filter((section) => section !== null).map(say),
  say(child<Section>("one-process.ts", scratch)),
  ...(await growth(scratch)).map(say),
  ...(await ledger(scratch)).map(say),
  ...child<readonly Section[]>("examination.ts", scratch).map(say),
  ...(await verification(scratch)).map(say),
  ...[child<Section | null>("simulation.ts", scratch)].filter((section) => section !== null).map(say),
]);
if (isJson) console.log(JSON.stringify({ machine, rounds: ROUNDS, sections }, null, 2));
