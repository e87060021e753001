/** The built library, and a run with it. */

import { cpSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { RunOptions, Workspace } from "../src/index.ts";
import { microseconds } from "./sample.ts";
import { initialStores, type Subject } from "./subject.ts";

type Library = typeof import("../src/index.ts");

export const library = createRequire(import.meta.url)("../dist/index.cjs") as Library;

export type Durability = NonNullable<RunOptions["durability"]>;

/** Runs the subject on one data root; answers the microseconds of each run. */
export type Runner = (durability?: Durability) => Promise<number>;

/** A workspace of the subject, with its data and traces below a folder. */
function openIn(folder: string, { snapshot, capabilities }: Subject): Promise<Workspace> {
  const traces = library.folderTraces(join(folder, "traces"));
  return library.openWorkspace({ folder, snapshot, capabilities, dataRoot: join(folder, "data"), traces });
}

export async function openRunner(subject: Subject, folder: string, first = 0): Promise<Runner> {
  mkdirSync(folder, { recursive: true });
  if (subject.data !== null) cpSync(subject.data, join(folder, "data"), { recursive: true });
  return runnerIn(await openIn(folder, subject), subject, first);
}

/** The same with stores and traces in memory. */
export async function openMemoryRunner(subject: Subject, folder: string): Promise<Runner> {
  const { snapshot, capabilities } = subject;
  const [stores, traces] = [library.memoryStores(initialStores(subject)), library.memoryTraces()];
  return runnerIn(await library.openWorkspace({ folder, snapshot, capabilities, stores, traces }), subject, 0);
}

async function runnerIn(workspace: Workspace, subject: Subject, first: number): Promise<Runner> {
  const workflow = await workspace.workflow(subject.workflow);
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
