/** The capability package of the project, for the folders that tests work in. */

import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const PROJECT = join(import.meta.dirname, "../..");

/** Where the package is. */
export const CAPABILITIES = join(PROJECT, "capabilities");

/** What a `pgs.json` says of the package. */
export const OWN_PACKAGE = { capabilities: ["./own-capabilities"] };

/** Makes the folder a workspace that has the package, which the project's snapshot needs. */
export function addCapabilities(folder: string, members: object = {}): void {
  writeFileSync(join(folder, "pgs.json"), JSON.stringify({ ...members, ...OWN_PACKAGE }));
  symlinkSync(CAPABILITIES, join(folder, "own-capabilities"));
}
