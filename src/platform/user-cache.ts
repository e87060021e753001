/** What is derived and kept for the next start: files in a folder of the user's cache that only its owner can write. */

import { existsSync, readdirSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { sha256 } from "../json/canonical.ts";
import { utf8 } from "../json/text.ts";
import type { TextCache } from "../ports.ts";
import { systemErrno } from "./errno.ts";
import { read, writeDraft } from "./file-bytes.ts";
import { token } from "./lock/lock-owner.ts";
import { makeFolders } from "./make-folders.ts";
import { draftOf } from "./own-names.ts";

/** The environment variable that turns the cache off. */
const OFF = "PGS_NO_CACHE";

/** Far more than any text that is kept. */
const MOST_BYTES = 1 << 24;

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
    read: (file) =>
      isOwn
        ? keptIn(
            attempted(() => utf8(read(`${folder}/${file}`, MOST_BYTES))),
            file,
          )
        : null,
    write(file, text) {
      attempted(() => {
        if (!isMade) makeFolders(folder, 0o700);
        isMade = true;
        if (!isOwn && !isOwnFolder(folder, user)) return;
        if (most < Number.POSITIVE_INFINITY) removeFrom(folder, most);
        const path = `${folder}/${file}`;
        // Takes the place of whatever is there: to open that, such as a pipe, might never end.
        writeDraft(draftOf(path, token), path, (draft) =>
          writeFileSync(draft, `${digestOf(file, text)}\n${text}`),
        );
      });
    },
  };
}

/** The text as it was written under that name; null for anything else. */
function keptIn(bytes: string | undefined, file: string): string | null {
  const end = bytes?.indexOf("\n") ?? -1;
  const text = bytes?.slice(end + 1) ?? "";
  return end !== -1 && bytes?.slice(0, end) === digestOf(file, text) ? text : null;
}

const digestOf = (file: string, text: string) => sha256(`${file}\n${text}`);

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
