/** Finds and reads the scenario files below a folder, or the one that is named. */

import { FileFault } from "../../errors/ports.ts";
import { type Files, IoError } from "../../ports.ts";
import { ScenarioFault } from "../errors.ts";
import { asScenario } from "./acceptance.ts";
import { readSource, type Source } from "./source.ts";

export interface ScenarioFile {
  /** Absolute. */
  readonly path: string;
  readonly source: Source;
}

const SCENARIO = /\.scenario\.(?:ya?ml|json)$/;

export function isScenarioFile(path: string): boolean {
  return SCENARIO.test(path);
}

/** Paths sorted; a file that is named is one, whatever it is called. @throws ScenarioFault */
export function findScenarios(place: string, files: Files, shown: string): readonly string[] {
  if (!files.isFolder(place)) {
    if (files.realPath(place) === null) throw new ScenarioFault("SCENARIOS_MISSING", { path: shown });
    return [place];
  }
  const found = files.list(place).filter(({ path }) => SCENARIO.test(path));
  if (found.length === 0) throw new ScenarioFault("NO_SCENARIOS", { folder: shown });
  return found.map(({ path }) => `${place}/${path}`);
}

/** @throws ScenarioFault `FILE_UNREADABLE`, `SCENARIO_UNREADABLE` */
export function readScenario(path: string, file: string, files: Files): ScenarioFile {
  return { path, source: asScenario(readSource(file, readBytes(path, file, files))) };
}

function readBytes(path: string, file: string, files: Files): Uint8Array {
  try {
    return files.read(path) ?? new Uint8Array();
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new FileFault(
      "FILE_UNREADABLE",
      { file, what: "the scenario", errno: error.errno },
      { cause: error },
    );
  }
}

/** Folder of a file. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** A path that a file names: an absolute one as it is, another from the folder of the file. */
export function beside(folder: string, path: string): string {
  return path.startsWith("/") ? path : `${folder}/${path}`;
}
