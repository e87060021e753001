/** Does a run cost more the more there is on record? */

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inTurn, type Measure } from "./sample.ts";
import { growthRows, type Section } from "./section.ts";
import { child, pgs } from "./spawn.ts";
import { mainSubject, nameCapabilities, populate, type Subject } from "./subject.ts";

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

/** Milliseconds of whole processes, by folder: each has the data and traces of its runs. */
export async function firstRuns(
  subject: Subject,
  folders: readonly string[],
): Promise<readonly (readonly number[])[]> {
  let number = 1_000_000;
  const measure =
    (folder: string): Measure =>
    () => {
      const payload = join(folder, "payload.json");
      writeFileSync(payload, JSON.stringify(subject.payload(++number)));
      const what = ["--wf", subject.workflow, "--payload", payload];
      return pgs([
        "run",
        ...what,
        "--workspace",
        folder,
        "--snapshot",
        subject.snapshot,
        "--no-png",
        "--no-md",
      ]);
    };
  const samples = await inTurn(Object.fromEntries(folders.map((folder) => [folder, measure(folder)])));
  return folders.map((folder) => samples[folder] ?? []);
}
