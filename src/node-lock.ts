/** Mutual exclusion between the processes of one host, and of several hosts that share a folder. */

import { randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, readlinkSync, symlinkSync, unlinkSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { StoreFault } from "./faults.ts";

/** A lock is a symbolic link, which appears together with its text: `<pid>:<hostname>:<start of the process>`. */
const start = randomBytes(8).toString("hex");
const host = hostname();
const self = `${process.pid}:${host}:${start}`;

const LONGEST_PAUSE_MS = 10;

/**
 * Runs `work` while this process alone holds `lock`. A lock whose process has died is taken over.
 * @throws StoreFault `LOCKED` when a living process held it for `patience` milliseconds.
 */
export function withLock<T>(lock: string, file: string, patience: number, work: () => T): T {
  acquire(lock, file, patience);
  try {
    return work();
  } finally {
    remove(lock);
  }
}

function acquire(lock: string, file: string, patience: number): void {
  const deadline = performance.now() + patience;
  for (let pause = 1; !isOurs(lock); pause = Math.min(pause + 1, LONGEST_PAUSE_MS)) {
    const holder = textOf(lock);
    if (holder === undefined || (isDead(holder) && takeAway(lock, holder, patience))) continue;
    if (performance.now() >= deadline) throw new StoreFault("LOCKED", { file, holder: pidOf(holder) });
    sleep(pause);
  }
}

function isOurs(lock: string): boolean {
  try {
    return link(self, lock);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    mkdirSync(dirname(lock), { recursive: true });
    return link(self, lock);
  }
}

/**
 * Removes the lock of a dead process. Whoever makes the claim is alone in doing so, and only the exact text of
 * the dead holder is removed: nobody else can have replaced it meanwhile, because that takes the claim too.
 */
function takeAway(lock: string, holder: string, patience: number): boolean {
  const claim = `${lock}.claim`;
  if (!link(holder, claim)) {
    dropAbandoned(claim, patience);
    return false;
  }
  try {
    if (textOf(lock) === holder) remove(lock);
  } finally {
    remove(claim);
  }
  return true;
}

/** The caller pauses afterwards, so that all who saw this claim as abandoned are done before the next is made. */
function dropAbandoned(claim: string, patience: number): void {
  const made = lstatSync(claim, { throwIfNoEntry: false })?.ctimeMs;
  if (made !== undefined && Date.now() - made > patience) remove(claim);
}

/** A process with our number and another start lived before us. */
function isDead(holder: string): boolean {
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
function pidOf(holder: string): number | null {
  const pid = Number(holder.split(":")[0]);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
}

function link(text: string, path: string): boolean {
  try {
    symlinkSync(text, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** The link's text, undefined when it is gone, and `""` for something that is no link. */
function textOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    if (codeOf(error) === "EINVAL") return "";
    throw error;
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

const never = new Int32Array(new SharedArrayBuffer(4));

function sleep(milliseconds: number): void {
  Atomics.wait(never, 0, 0, milliseconds);
}
