/**
 * Descriptors of files that are added to again and again, kept open between two operations: to open and close a file
 * costs more than to add a line to it.
 *
 * Any process may replace, move or remove a file at any time. So a kept descriptor is only used after the path was
 * looked at again and had the same file, with the same owner and permissions as when it was opened.
 */

import { type BigIntStats, closeSync, constants, fstatSync, openSync } from "node:fs";
import { systemErrno } from "./errno.ts";

/** Of the whole process. */
const MOST_OPEN = 16;

/** In the order of opening. */
const open = new Set<KeptFile>();

/** The descriptor of one file, or none. */
export class KeptFile {
  #descriptor = -1;
  /** As it was when it was opened. */
  #stat: BigIntStats | null = null;
  #identity = "";

  get isOpen(): boolean {
    return this.#stat !== null;
  }

  /** To read from, and to write to at the end; null where it is not open, or not the file that was found. */
  of(found: BigIntStats | null | undefined): number | null {
    if (this.#stat === null || found === undefined) return null;
    if (found?.isFile() && isSameFile(this.#stat, found) && hasSameAccess(this.#stat, found))
      return this.#descriptor;
    // A file that was removed takes up space for as long as it is open.
    this.close();
    return null;
  }

  /** The same, opened first where it is not. Null for a file that cannot be opened, or is no longer there. */
  openedAt(path: string, found: BigIntStats | null): number | null {
    if (found === null || !found.isFile()) return null;
    return this.of(found) ?? (this.#open(path) ? this.of(found) : null);
  }

  #open(path: string): boolean {
    const { O_RDWR, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;
    try {
      this.#descriptor = openSync(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      if (systemErrno(error) === undefined) throw error;
      return false;
    }
    this.#stat = fstatSync(this.#descriptor, { bigint: true });
    this.#identity = identityOf(this.#stat);
    open.add(this);
    const [oldest] = open;
    if (open.size > MOST_OPEN) oldest?.close();
    return true;
  }

  /** Of the file that was found, whose text is made once for the open one. */
  identityOf(found: BigIntStats): string {
    return this.#stat !== null && isSameFile(this.#stat, found) ? this.#identity : identityOf(found);
  }

  /** As the open file is now; undefined where it has no name any more. */
  statNow(): BigIntStats | undefined {
    const stat = this.isOpen ? fstatSync(this.#descriptor, { bigint: true }) : undefined;
    return stat !== undefined && stat.nlink > 0n ? stat : undefined;
  }

  close(): void {
    if (!this.isOpen) return;
    this.#stat = null;
    open.delete(this);
    closeSync(this.#descriptor);
  }
}

function identityOf({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${birthtimeNs}`;
}

/** The time of birth is part of the identity, because file systems give a removed file's number to the next one. */
function isSameFile(one: BigIntStats, other: BigIntStats): boolean {
  return one.ino === other.ino && one.dev === other.dev && one.birthtimeNs === other.birthtimeNs;
}

function hasSameAccess(one: BigIntStats, other: BigIntStats): boolean {
  return one.mode === other.mode && one.uid === other.uid && one.gid === other.gid;
}
