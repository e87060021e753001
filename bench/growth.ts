/** Does a run cost more the more there is on record? */

import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { firstRuns } from "./first-runs.ts";
import { growthRows, type Section } from "./section.ts";
import { child } from "./spawn.ts";
import { mainSubject, nameCapabilities, populate } from "./subject.ts";

const SIZES = [100, 1_000, 10_000, 100_000] as const;
const LIMIT = 2;
/** Processes per size, in turn; the median is over all their runs. */
const PROCESSES = 3;

export async function growth(scratch: string): Promise<readonly Section[]> {
  const subject = mainSubject(scratch);
  const folders = SIZES.map((size) => {
    const folder = join(scratch, `size-${size}`);
    mkdirSync(folder);
    nameCapabilities(subject, folder);
    populate(subject, join(folder, "data"), size, scratch);
    return folder;
  });
  const what = `Stores hold the lines that so many runs of ${subject.name} write; ratio to ${SIZES[0]} of them.`;
  return [
    {
      title: "Growth, later runs of one process",
      about: `${what} The first run, which reads the stores, is left out.`,
      rows: growthRows(laterRuns(scratch, folders), "µs", SIZES, LIMIT),
    },
    {
      title: "Growth, first run of a fresh process",
      about: `${what} Whole process without pictures.`,
      rows: growthRows(await firstRuns(subject, folders), "ms", SIZES, LIMIT),
    },
    child<Section>("store-operations.ts", scratch),
    ...child<readonly Section[]>("admission.ts", scratch),
    child<Section>("state-files.ts", scratch),
  ];
}

function laterRuns(scratch: string, folders: readonly string[]): readonly (readonly number[])[] {
  const samples: number[][] = folders.map(() => []);
  for (let round = 0; round < PROCESSES; round++) {
    folders.forEach((folder, i) => {
      const copy = `${folder}-${round}`;
      cpSync(folder, copy, { recursive: true });
      samples[i]?.push(...child<number[]>("growth-runs.ts", scratch, copy, "2000000"));
    });
  }
  return samples;
}
