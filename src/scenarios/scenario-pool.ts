/** Runs scenario files in this thread, or several at the same time; each scenario has a data root of its own. */

import type { Registry } from "../capabilities/registry.ts";
import type { WorkerPool } from "../ports.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { catalogue } from "./catalogue.ts";
import type { ScenarioEnvironment } from "./environment.ts";
import type { ScenarioFile } from "./format/find.ts";
import { storesOf } from "./format/stores.ts";
import { type Job, type JobAnswer, testedIn } from "./job.ts";
import { type Tested, testScenario } from "./test-file.ts";

export interface ScenarioPool {
  /** The result of each file, in the order given. */
  test(files: readonly ScenarioFile[]): Promise<readonly Tested[]>;
  /** Removes every file, also where a scenario still runs. */
  close(): void;
}

export interface PoolRequest {
  readonly snapshot: Snapshot;
  readonly registry: Registry;
  readonly workspace: string;
  /** The capability packages of the workspace, as its settings name them. */
  readonly capabilities: readonly string[];
  /** The only root that the snapshot may have when a thread opens it again. */
  readonly expectSeal: string | undefined;
  /** Whether the expectations are updated. */
  readonly update: boolean;
  /** Whether effects may reach servers and the host. */
  readonly remote: boolean;
  /** Number of scenarios to run at the same time. */
  readonly jobs: number | undefined;
}

export interface PoolPorts {
  readonly environment: ScenarioEnvironment;
  /** Number of things that can be done at the same time. */
  readonly cores: number;
  /** Null where there can be no threads. */
  openWorkers(threads: number): Promise<WorkerPool | null>;
  /** Has `work` done before an interrupt ends the process; the function returned cancels that. */
  onInterrupt(work: () => void): () => void;
}

/** With fewer scenarios for each, starting another thread takes longer than it saves. */
const SCENARIOS_PER_THREAD = 8;

/** A pool for about so many scenarios. */
export async function openScenarioPool(
  scenarios: number,
  request: PoolRequest,
  { environment, cores, openWorkers, onInterrupt }: PoolPorts,
): Promise<ScenarioPool> {
  const { snapshot, registry, workspace, capabilities, expectSeal, jobs } = request;
  const { update: isRecorded, remote: isRemote } = request;
  const home = await environment.openTempFolder();
  const threads = threadsFor(scenarios, jobs, cores);
  const workers = threads > 1 ? await openWorkers(threads) : null;
  const close = () => {
    workers?.close();
    home.close();
  };
  const release = onInterrupt(close);
  const place = { folder: snapshot.folder, expectSeal: expectSeal ?? null };
  return {
    test: workers === null ? testHere : (files) => Promise.all(files.map((file) => testIn(workers, file))),
    close() {
      release();
      close();
    },
  };

  async function testIn(workers: WorkerPool, { path, source: { file } }: ScenarioFile): Promise<Tested> {
    const run = { path, file, snapshot: place, within: home.folder };
    const job: Job = { ...run, workspace, capabilities, isRecorded, isRemote };
    return testedIn(await workers.perform<JobAnswer>(job));
  }

  async function testHere(files: readonly ScenarioFile[]): Promise<readonly Tested[]> {
    const around = {
      ...environment,
      openTempFolder: () => environment.openTempFolder(home.folder),
      ...(isRemote ? { remote: environment.openRemote() } : {}),
    };
    const testing = {
      workflows: catalogue(snapshot, registry),
      stores: storesOf(snapshot),
      workspace,
      around,
      isRecorded,
    };
    const tested: Tested[] = [];
    for (const file of files) tested.push(await testScenario(file, testing));
    return tested;
  }
}

function threadsFor(scenarios: number, jobs: number | undefined, cores: number): number {
  if (jobs !== undefined) return Math.min(jobs, scenarios);
  return Math.min(cores, Math.ceil(scenarios / SCENARIOS_PER_THREAD));
}
