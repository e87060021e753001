/** The built library, and a run with it. */

import { cpSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { RunOptions, Workspace, WorkspaceOptions } from "../src/index.ts";
import { microseconds } from "./sample.ts";
import { initialStores, type Subject } from "./subject.ts";

export type Library = typeof import("../src/index.ts");

export const library = createRequire(import.meta.url)("../dist/index.cjs") as Library;

export type Durability = NonNullable<RunOptions["durability"]>;

/** Where traces are: a folder for each, many in one file, or in memory, with the stores. */
export type Writing = "folders" | "segments" | "memory";

/** Runs the subject on one data root; answers the microseconds of each run. */
export type Runner = (durability?: Durability) => Promise<number>;

/** A workspace of the subject, with its data and traces below a folder; a data root that is there stays as it is. */
export async function openIn(
  { folderTraces, segmentTraces, memoryStores, memoryTraces, openWorkspace }: Library,
  folder: string,
  subject: Subject,
  writing: Writing,
): Promise<Workspace> {
  const [data, traces] = [join(folder, "data"), join(folder, "traces")];
  mkdirSync(folder, { recursive: true });
  if (subject.data !== null && writing !== "memory") cpSync(subject.data, data, { recursive: true });
  const places: Readonly<Record<Writing, () => WorkspaceOptions>> = {
    folders: () => ({ dataRoot: data, traces: folderTraces(traces) }),
    segments: () => ({ dataRoot: data, traces: segmentTraces(traces) }),
    memory: () => ({ stores: memoryStores(initialStores(subject)), traces: memoryTraces() }),
  };
  const { snapshot, capabilities } = subject;
  return openWorkspace({ folder, snapshot, capabilities, ...places[writing]() });
}

/** Its first run has the payload after number `first`. */
export async function openRunner(
  subject: Subject,
  folder: string,
  writing: Writing = "folders",
  first = 0,
): Promise<Runner> {
  return runnerIn(await openIn(library, folder, subject, writing), subject, first);
}

export async function runnerIn(workspace: Workspace, subject: Subject, first = 0): Promise<Runner> {
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
