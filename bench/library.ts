/** The built library, and a run with it. */

import { cpSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { microseconds } from "./sample.ts";
import type { Subject } from "./subject.ts";

type Library = typeof import("../src/index.ts");
type Plan = Awaited<ReturnType<Library["compile"]>>;

export const library = createRequire(import.meta.url)("../dist/index.cjs") as Library;

export type Durability = Parameters<Library["run"]>[0]["durability"];

/** Runs the subject on one data root; answers the microseconds of each run, trace on disk. */
export type Runner = (durability?: Durability) => Promise<number>;

/** The plan of any workflow of a snapshot. */
export async function openPlans(snapshot: string): Promise<(workflow: string) => Promise<Plan>> {
  const opened = await library.openSnapshot(snapshot, library.nodeFiles);
  return (workflow) => library.compile(library.requireWorkflow(opened, workflow), opened, library.registry);
}

/** What every run on one data root is given besides its plan, payload and durability. */
export function surroundings(data: string, traces: string) {
  const { nodeClock: clock, nodeEntropy: entropy, TOOL: runtime } = library;
  const openTrace = (id: string) => library.openTrace(traces, id);
  const mail = library.openMail({});
  return { clock, entropy, runtime, openTrace, mail, stores: library.openStores(data), maxHops: 10_000 };
}

export async function openRunner(subject: Subject, folder: string, first = 0): Promise<Runner> {
  const plan = await (await openPlans(subject.snapshot))(subject.workflow);
  const [data, traces] = [join(folder, "data"), join(folder, "traces")];
  mkdirSync(traces, { recursive: true });
  if (subject.data !== null) cpSync(subject.data, data, { recursive: true });
  const world = surroundings(data, traces);
  let number = first;
  return async (durability = "process") => {
    const payload = subject.payload(++number);
    const begun = process.hrtime.bigint();
    const { ending } = await library.run({ ...world, plan, payload, durability });
    const took = microseconds(begun);
    if (ending.status !== "SUCCESS") throw new Error(`run ${number} ended ${ending.exitReason}`);
    return took;
  };
}
