/** Who holds a lock. A lock is a symbolic link whose text names the holder: `<pid>:<hostname>:<start of the process>`. */

import { randomBytes } from "node:crypto";
import { readlinkSync, unlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Tells this process from every other one that ever had its number. */
export const start = randomBytes(8).toString("hex");
const host = hostname();

/** The text by which this process holds. */
export const self = `${process.pid}:${host}:${start}`;

/** A process with our number and another start lived before us. Of another host's processes nothing is known. */
export function isDead(holder: string): boolean {
  const pid = pidOf(holder);
  const [, itsHost, itsStart] = holder.split(":");
  if (pid === null || itsHost !== host) return false;
  if (pid === process.pid) return itsStart !== start;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === "ESRCH";
  }
}

/** The process that holds it; null where the lock is not one of ours. */
export function pidOf(holder: string): number | null {
  const pid = Number(holder.split(":")[0]);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
}

/** The link's text, undefined when it is gone, and `""` for something that is no link. */
export function textOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    if (codeOf(error) === "EINVAL") return "";
    throw error;
  }
}

/** Takes the name away; one that is gone already is no failure. */
export function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
