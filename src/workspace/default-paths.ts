/** Where the parts of a workspace are, and where they are without a `pgs.json`. */

import type { JsonObject } from "../json/value.ts";
import type { Files } from "../ports.ts";
import { usualSnapshot } from "../snapshot/find-snapshot.ts";

/** Where the parts of a workspace are, as absolute paths. */
export interface WorkspacePaths {
  /** The `pgs.json`; null for a folder without one. */
  readonly file: string | null;
  /** Folder of the authored Markdown; null without `pgs.json`, and where there is none. */
  readonly authored: string | null;
  /** Another snapshot that the authored Markdown is built upon; null for none. */
  readonly onto: string | null;
  readonly snapshot: string;
  readonly dataRoot: string;
  readonly traces: string;
  readonly scenarios: string;
  readonly vectors: string | null;
  /** Folders as absolute paths; npm packages by their names. */
  readonly capabilities: readonly string[];
  /** The configuration of `pgs check`. */
  readonly check: CheckMember | null;
}

/** A member of `pgs.json`, with the text that it is a part of. */
export interface CheckMember {
  readonly value: JsonObject;
  readonly text: string;
}

/** The paths of a folder without `pgs.json`. */
export function defaultPaths(folder: string, files: Files): WorkspacePaths {
  return {
    file: null,
    authored: null,
    onto: null,
    snapshot: usualSnapshot(folder, files),
    dataRoot: `${folder}/data`,
    traces: `${folder}/traces`,
    scenarios: `${folder}/scenarios`,
    vectors: null,
    capabilities: [],
    check: null,
  };
}
