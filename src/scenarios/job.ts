/** One scenario as it is sent to another thread, and how that thread runs it. */

import type { Registry } from "../capabilities/registry.ts";
import { Fault } from "../errors/base.ts";
import type { Files } from "../ports.ts";
import { openSnapshot } from "../snapshot/load.ts";
import { type Catalogue, catalogue } from "./catalogue.ts";
import type { ScenarioEnvironment } from "./environment.ts";
import { readScenario } from "./format/find.ts";
import { type Stores, storesOf } from "./format/stores.ts";
import { type Tested, testScenario } from "./test-file.ts";

export interface Job {
  readonly path: string;
  readonly file: string;
  readonly snapshot: SnapshotPlace;
  readonly workspace: string;
  /** The capability packages of the workspace, as its settings name them. */
  readonly capabilities: readonly string[];
  /** The folder below which it writes everything. */
  readonly within: string;
  readonly isRecorded: boolean;
  readonly isRemote: boolean;
}

export interface SnapshotPlace {
  readonly folder: string;
  readonly expectSeal: string | null;
}

type Refusal = Pick<Fault, "code" | "facts" | "wording">;

/** What a thread answers. An error loses its class on the way from one thread to another: its members are sent. */
export type JobAnswer = { readonly tested: Tested } | { readonly refused: Refusal };

class JobFault extends Fault {
  constructor({ code, facts, wording }: Refusal) {
    super("usage", code, facts, wording);
  }
}

/** @throws JobFault when the job was refused */
export function testedIn(answer: JobAnswer): Tested {
  if ("tested" in answer) return answer.tested;
  throw new JobFault(answer.refused);
}

interface Ready {
  readonly workflows: Catalogue;
  readonly stores: Stores;
}

/** What a thread does with each job. It reads and compiles the snapshot once. */
export function performer(
  environment: ScenarioEnvironment,
  registryOf: (job: Job) => Promise<Registry>,
): (job: Job) => Promise<JobAnswer> {
  const { files } = environment;
  let ready: Promise<Ready> | undefined;
  return async (job) => {
    const { path, file, snapshot, workspace, within, isRecorded, isRemote } = job;
    ready ??= registryOf(job).then((registry) => prepare(snapshot, files, registry));
    const { workflows, stores } = await ready;
    const around = {
      ...environment,
      openTempFolder: () => environment.openTempFolder(within),
      ...(isRemote ? { remote: environment.openRemote() } : {}),
    };
    try {
      const read = readScenario(path, file, files);
      return { tested: await testScenario(read, { workflows, stores, workspace, around, isRecorded }) };
    } catch (fault) {
      if (!(fault instanceof Fault && fault.stage === "usage")) throw fault;
      const { code, facts, wording } = fault;
      return { refused: { code, facts, wording } };
    }
  };
}

async function prepare(
  { folder, expectSeal }: SnapshotPlace,
  files: Files,
  registry: Registry,
): Promise<Ready> {
  const snapshot = await openSnapshot(folder, files, { expectSeal: expectSeal ?? undefined });
  return { workflows: catalogue(snapshot, registry), stores: storesOf(snapshot) };
}
