/** Where the published data is, when it is: beside the repository. Suites that need it skip themselves by name. */

import { existsSync } from "node:fs";
import { join } from "node:path";

const shared = join(import.meta.dirname, "../../../shared");

/** A path below `../shared`. */
export function sharedPath(path: string): string {
  return join(shared, path);
}

/** `false`, or the reason to skip: what `node:test` takes as `skip`. */
export function skipWithout(path: string): string | false {
  return existsSync(sharedPath(path)) ? false : `../shared/${path} is not there`;
}
