/** The cache of passed content checks: one empty file for each digest, in a folder that only its owner can write. */

import { existsSync, statSync, writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { CheckCache } from "../ports.ts";
import { systemErrno } from "./errno.ts";
import { makeFolders } from "./make-folders.ts";

/** The environment variable that turns the cache off. */
const OFF = "PGS_NO_CACHE";

/**
 * Below `$XDG_CACHE_HOME`, else `~/.cache`; null where there is neither, or where the cache is turned off.
 * Results of one version do not apply to another.
 */
export function openCheckCache(
  env: Readonly<Record<string, string | undefined>>,
  version: string,
  user: number | undefined,
): CheckCache | null {
  const base = env["XDG_CACHE_HOME"] || (env["HOME"] ? join(env["HOME"], ".cache") : "");
  if (env[OFF] || !isAbsolute(base) || user === undefined) return null;
  const folder = join(base, "pgs", `checked-${version}`);
  const isOwn = attempted(() => isOwnFolder(folder, user)) ?? false;
  let isMade = isOwn;
  return {
    has: (digest) => isOwn && existsSync(`${folder}/${digest}`),
    add(digest) {
      attempted(() => {
        if (!isMade) makeFolders(folder, 0o700);
        isMade = true;
        if (isOwn || isOwnFolder(folder, user)) writeFileSync(`${folder}/${digest}`, "");
      });
    },
  };
}

/** Trust boundary: entries that another user could have written prove nothing. */
function isOwnFolder(folder: string, user: number): boolean {
  const found = statSync(folder);
  return found.isDirectory() && found.uid === user && (found.mode & 0o022) === 0;
}

/** Undefined where the file system refuses. */
function attempted<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (systemErrno(error) === undefined) throw error;
    return undefined;
  }
}
