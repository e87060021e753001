/** The built library, and a run with it. */

import { cpSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { RunOptions, Workspace } from "../src/index.ts";
import { microseconds } from "./sample.ts";
import type { Subject } from "./subject.ts";

type Library = typeof import("../src/index.ts");

export const library = createRequire(import.meta.url)("../dist/index.cjs") as Library;

export type Durability = NonNullable<RunOptions["durability"]>;

/** Runs the subject on one data root; answers the microseconds of each run, trace on disk. */
export type Runner = (durability?: Durability) => Promise<number>;

/** A workspace of the subject, with its data and traces below a folder. */
function openIn(folder: string, { snapshot, capabilities }: Subject): Promise<Workspace> {
  const traces = library.folderTraces(join(folder, "traces"));
  return library.openWorkspace({ folder, snapshot, capabilities, dataRoot: join(folder, "data"), traces });
}

export async function openRunner(subject: Subject, folder: string, first = 0): Promise<Runner> {
  mkdirSync(folder, { recursive: true });
  if (subject.data !== null) cpSync(subject.data, join(folder, "data"), { recursive: true });
  const workflow = await (await openIn(folder, subject)).workflow(subject.workflow);
  let number = first;
  return async (durability = "process") => {
    const payload = subject.payload(++number);
    const begun = process.hrtime.bigint();
    const { status, exitReason } = await workflow.run(payload, { durability });
    const took = microseconds(begun);
    if (status !== "SUCCESS") throw new Error(`run ${number} ended ${exitReason}`);
    return took;
  };
}
