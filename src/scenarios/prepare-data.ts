/** The data root of a scenario, made what the scenario says. */

import { SCENARIO_DATA } from "../json/limits.ts";
import { FileError, IoError, type TempFolder, TooLarge } from "../ports.ts";
import { ScenarioFault } from "./errors.ts";
import type { Preparation, Scenario } from "./scenario.ts";

/** The data root, in the folder of the scenario. */
export const DATA = "data";

interface Place {
  readonly scenario: Scenario;
  readonly scratch: TempFolder;
}

/** Does what a scenario says to its data, before the step `step` or, where that is null, before all. @throws ScenarioFault */
export function prepare(
  preparations: readonly Preparation[],
  step: string | null,
  { scenario, scratch }: Place,
): void {
  for (const one of preparations) {
    const path = `${DATA}/${one.path}`;
    try {
      if (one.do === "write") scratch.write(path, one.text);
      if (one.do === "mkdir") scratch.makeFolder(path);
      if (one.do === "rm") scratch.remove(path);
      if (one.do === "copy") scratch.copyFrom(one.from, DATA, SCENARIO_DATA);
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      throw unpreparable(one.path, step, error, scenario);
    }
  }
}

function unpreparable(path: string, step: string | null, cause: IoError, { file }: Scenario): ScenarioFault {
  if (cause instanceof TooLarge)
    return new ScenarioFault("SCENARIO_DATA_LIMIT", { file, folder: path, ...SCENARIO_DATA }, { cause });
  const whole = cause instanceof FileError && cause.path !== "" ? `${path}/${cause.path}` : path;
  return new ScenarioFault("VECTOR_UNPLAYABLE", { file, step, path: whole, errno: cause.errno }, { cause });
}

/** Whether data could not be made what the scenario says. */
export function isUnprepared(fault: unknown): fault is ScenarioFault {
  return fault instanceof ScenarioFault && UNPREPARED.has(fault.code);
}

const UNPREPARED: ReadonlySet<string> = new Set(["VECTOR_UNPLAYABLE", "SCENARIO_DATA_LIMIT"]);
