/** Whole processes of a run, each on a data root of a given size. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inTurn, type Measure } from "./sample.ts";
import { pgs } from "./spawn.ts";
import type { Subject } from "./subject.ts";

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
