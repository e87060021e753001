/** The names that the runner gives files of its own below a data root: here alone, so that `check` knows them all. */

/** What only the runner writes below a data root. */
const OWN_FOLDER = ".pgs";

/** Where indexes are; none of them ends as a journal does. */
export const INDEXES = `${OWN_FOLDER}/index`;

/** Where a traces folder has the links of processes that take locks in it: in itself, it may have very many names. */
export const linksIn = (traces: string) => `${traces}/${OWN_FOLDER}`;

/** The lock of a store, next to it. */
export const lockOf = (store: string) => `${store}.lock`;

/** The lock that one takes to remove a dead owner's lock. */
export const claimOf = (lock: string) => `${lock}.claim`;

/** Ends the name of a lock, or of a claim on it, or of a claim on that. */
export const LOCK_ENDING = /\.lock(?:\.claim)*$/;

/** The draft that will replace a file, by the token of its process; a killed process leaves it behind. */
export const draftOf = (path: string, token: string) => `${path}.${token}.tmp`;

const DRAFT_ENDING = /\.[0-9a-f]{16}\.tmp$/;

/** The file that a process links to where it takes a lock in that folder. */
export const linkNameOf = (token: string) => `.pgs-lock-${token}`;

const LINK = /^\.pgs-lock-[0-9a-f]{16}$/;

/** Whether a file of this name is one that a process links to. */
export function isLinkName(name: string): boolean {
  return LINK.test(name);
}

/** The whole new folder that will take the place of one; a process that was killed in between leaves it behind. */
export function newFolderOf(folder: string): string {
  const at = folder.lastIndexOf("/") + 1;
  return `${folder.slice(0, at)}.${folder.slice(at)}.pgs-new`;
}

/** What the runner uses a path below the data root for, where it does. */
export interface OwnUse {
  readonly what: "the runner's own folder" | "the runner's link for locks" | "the lock of" | "a draft of";
  /** The file that it belongs to; null where it belongs to none. */
  readonly of: string | null;
}

/** Undefined for a path whose form no file of the runner has. */
export function ownUseOf(path: string): OwnUse | undefined {
  const parts = path.split("/");
  if (parts[0] === OWN_FOLDER) return { what: "the runner's own folder", of: null };
  if (isLinkName(parts.at(-1) ?? "")) return { what: "the runner's link for locks", of: null };
  if (LOCK_ENDING.test(path)) return { what: "the lock of", of: path.replace(LOCK_ENDING, "") };
  return DRAFT_ENDING.test(path) ? { what: "a draft of", of: path.replace(DRAFT_ENDING, "") } : undefined;
}
