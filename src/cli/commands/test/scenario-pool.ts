/** Who plays the scenarios: this thread, or several beside one another, each scenario on a data root of its own. */

import type { WorkerPool } from "../../../ports.ts";
import { catalogue } from "../../../scenarios/catalogue.ts";
import type { ScenarioFile } from "../../../scenarios/format/find.ts";
import { storesOf } from "../../../scenarios/format/stores.ts";
import { type Tested, testScenario } from "../../../scenarios/test-file.ts";
import type { Context } from "../../context.ts";
import { scenarioEnvironment } from "../../environment.ts";
import { open } from "../../load.ts";
import type { Trust } from "../../trust.ts";
import { type Job, type JobAnswer, testedIn } from "./job.ts";

export interface ScenarioPool {
  /** How each came out, in the order given, whoever was ready first. */
  test(files: readonly ScenarioFile[]): Promise<readonly Tested[]>;
  /** Leaves nothing behind, also where something is still played. */
  close(): void;
}

/** A thread takes this long to be of use: so many scenarios are played sooner without another one. */
const WORTH_A_THREAD = 8;

interface Asked {
  readonly trust: Trust;
  /** Whether the expectations are updated. */
  readonly update: boolean;
  /** How many scenarios to run at the same time. */
  readonly jobs: number | undefined;
}

export async function openScenarioPool(
  files: readonly ScenarioFile[],
  { trust, update: isRecorded, jobs }: Asked,
  context: Context,
): Promise<ScenarioPool> {
  const { platform, settings } = context;
  const home = await platform.openTempFolder();
  const threads = threadsFor(files.length, jobs, platform.cores);
  const crew = threads > 1 ? await platform.openWorkers(threads) : null;
  const close = () => {
    crew?.close();
    home.close();
  };
  const release = platform.onInterrupt(close);
  const toJob = ({ path, source }: ScenarioFile): Job => {
    const snapshot = { folder: settings.snapshot, expectSeal: trust.root ?? null };
    const { workspace } = settings;
    return { path, file: source.file, snapshot, workspace, within: home.folder, isRecorded };
  };
  return {
    test: crew === null ? here : (given) => Promise.all(given.map((file) => there(file, crew))),
    close() {
      release();
      close();
    },
  };

  async function there(file: ScenarioFile, crew: WorkerPool): Promise<Tested> {
    return testedIn(await crew.perform<JobAnswer>(toJob(file)));
  }

  async function here(given: readonly ScenarioFile[]): Promise<readonly Tested[]> {
    const snapshot = await open(context, trust);
    const around = {
      ...scenarioEnvironment(platform),
      openTempFolder: () => platform.openTempFolder(home.folder),
    };
    const { workspace } = settings;
    const testing = {
      workflows: catalogue(snapshot),
      stores: storesOf(snapshot),
      workspace,
      around,
      isRecorded,
    };
    const tested: Tested[] = [];
    for (const file of given) tested.push(await testScenario(file, testing));
    return tested;
  }
}

function threadsFor(scenarios: number, jobs: number | undefined, cores: number): number {
  if (jobs !== undefined) return Math.min(jobs, scenarios);
  return Math.min(cores, Math.ceil(scenarios / WORTH_A_THREAD));
}
