/** What is derived and kept for the next start: files in a folder of the user's cache that only its owner can write. */

import { existsSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { TextCache } from "../ports.ts";
import { systemErrno } from "./errno.ts";
import { makeFolders } from "./make-folders.ts";

/** The environment variable that turns the cache off. */
const OFF = "PGS_NO_CACHE";

export interface UserCache extends TextCache {
  has(name: string): boolean;
}

/**
 * Below `$XDG_CACHE_HOME`, else `~/.cache`; null where there is neither, or where the cache is turned off. Where `most`
 * files are kept, they are removed before another is written.
 */
export function openUserCache(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  user: number | undefined,
  most = Number.POSITIVE_INFINITY,
): UserCache | null {
  const base = env["XDG_CACHE_HOME"] || (env["HOME"] ? join(env["HOME"], ".cache") : "");
  if (env[OFF] || !isAbsolute(base) || user === undefined) return null;
  const folder = join(base, "pgs", name);
  const isOwn = attempted(() => isOwnFolder(folder, user)) ?? false;
  let isMade = isOwn;
  return {
    has: (file) => isOwn && existsSync(`${folder}/${file}`),
    read: (file) => (isOwn ? (attempted(() => readFileSync(`${folder}/${file}`, "utf8")) ?? null) : null),
    write(file, text) {
      attempted(() => {
        if (!isMade) makeFolders(folder, 0o700);
        isMade = true;
        if (!isOwn && !isOwnFolder(folder, user)) return;
        if (most < Number.POSITIVE_INFINITY) removeFrom(folder, most);
        writeFileSync(`${folder}/${file}`, text);
      });
    },
  };
}

function removeFrom(folder: string, most: number): void {
  const files = readdirSync(folder);
  if (files.length >= most) for (const file of files) unlinkSync(`${folder}/${file}`);
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
