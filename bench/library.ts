/** The built library, and a run with it. */

import { cpSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { microseconds } from "./sample.ts";
import type { Subject } from "./subject.ts";

type Library = typeof import("../src/library.ts");

export type Durability = Parameters<Library["run"]>[0]["durability"];

/** Runs the subject on one data root; answers the microseconds of each run, trace on disk. */
export type Runner = (durability?: Durability) => Promise<number>;

export async function openRunner(subject: Subject, folder: string, first = 0): Promise<Runner> {
  const library = createRequire(import.meta.url)("../dist/library.cjs") as Library;
  const { nodeFiles, nodeClock: clock, nodeEntropy: entropy, registry, TOOL: runtime } = library;
  const snapshot = await library.openSnapshot(subject.snapshot, nodeFiles);
  const plan = await library.compile(library.requireWorkflow(snapshot, subject.workflow), snapshot, registry);
  const [data, traces] = [join(folder, "data"), join(folder, "traces")];
  mkdirSync(traces, { recursive: true });
  if (subject.data !== null) cpSync(subject.data, data, { recursive: true });
  const world = {
    plan,
    clock,
    entropy,
    data: library.openDataRoot(data),
    maxHops: 10_000,
    runtime,
    mail: library.openMail({}),
  };
  const openTrace = (id: string) => library.openTrace(traces, id);
  let number = first;
  return async (durability = "process") => {
    const payload = subject.payload(++number);
    const begun = process.hrtime.bigint();
    const { ending } = await library.run({ ...world, payload, openTrace, durability });
    const took = microseconds(begun);
    if (ending.status !== "SUCCESS") throw new Error(`run ${number} ended ${ending.exitReason}`);
    return took;
  };
}
