/** What a scenario may name outside its file: what is really in its workspace, whatever links lead there. */

import { type Files, IoError } from "../../ports.ts";
import { workspaceAbove } from "../../snapshot/find-snapshot.ts";
import { beside } from "./find.ts";
import { malformed } from "./malformed.ts";
import type { Source } from "./source.ts";

export interface Surroundings {
  readonly files: Files;
  /** Folder of the scenario file. */
  readonly folder: string;
  /** The workspace of the command. */
  readonly workspace: string;
}

/**
 * The path without links of what the scenario names, or null when nothing is there.
 * @throws ScenarioFault `SCENARIO_MALFORMED` where it is outside the workspace, or a folder above it may not be searched
 */
export function realPathWithin(
  named: string,
  at: string,
  surroundings: Surroundings,
  source: Source,
): string | null {
  const real = realPath(named, at, surroundings, source);
  if (real === null || isWithin(real, surroundings)) return real;
  const hint = "copy it into the workspace, or name the workspace that it is in with --workspace";
  return malformed(source, at, `a path in the workspace; ${named} leads out of it`, hint);
}

function realPath(named: string, at: string, { files, folder }: Surroundings, source: Source): string | null {
  try {
    return files.realPath(beside(folder, named));
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    return malformed(source, at, `a path that can be read; ${named}: ${error.errno}`);
  }
}

/** Whether a path without links is in the workspace. */
export function isWithin(real: string, surroundings: Surroundings): boolean {
  return rootsOf(surroundings).some(
    (root) => real === root || real.startsWith(root === "/" ? root : `${root}/`),
  );
}

/** The command's workspace, and the scenario's own: the nearest one above its file, else the folder of the file. */
function rootsOf({ files, folder, workspace }: Surroundings): readonly string[] {
  const own = workspaceAbove(`${folder}/scenario`, files) ?? folder;
  return [workspace, own].flatMap((root) => files.realPath(root) ?? []);
}
