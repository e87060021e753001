/**
 * The owner of a lock. A lock is a symbolic link, or a file where the file system has no links, whose text is the
 * identity of its holder: a process of one host, one boot and one PID namespace.
 */

import { randomBytes } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync, unlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { LockHolder } from "../../ports.ts";
import { codeOf } from "../errno.ts";

/** A process; `boot` and `namespace` are empty, and `started` 0, where the system does not say. */
interface Identity {
  readonly pid: number;
  /** Clock ticks after the boot. A later process with the same number has started later. */
  readonly started: number;
  readonly namespace: string;
  readonly boot: string;
  readonly host: string;
}

const FORM = /^pgs1:(\d+):(\d+):([\d.]*):([0-9a-f-]*):([^:]*):([0-9a-f]{16})$/;

/** Distinguishes this copy of the program from every other one, also in the same process. */
export const token = randomBytes(8).toString("hex");

let known: Identity | undefined;

/** Read when the first lock is taken, because most processes take none. */
function ownIdentity(): Identity {
  known ??= {
    pid: process.pid,
    started: startOf("self")?.ticks ?? 0,
    // Start times are shown in the time of a time namespace, so only processes of the same one can compare them.
    namespace: ["pid", "time"].map((kind) => orEmpty(() => numberOf(`/proc/self/ns/${kind}`))).join("."),
    boot: orEmpty(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()),
    host: hostname().replaceAll(":", "_"),
  };
  return known;
}

/** The text of this process's locks. */
export function ownText(): string {
  const { pid, started, namespace, boot, host } = ownIdentity();
  return `pgs1:${pid}:${started}:${namespace}:${boot}:${host}:${token}`;
}

/** The state of the holder that a lock's text names. */
export function holderIn(text: string): Omit<LockHolder, "since"> {
  const identity = parse(text);
  if (identity === undefined) return { pid: null, host: null, namespace: null, state: "unknown" };
  const { pid, host, namespace } = identity;
  return { pid, host, namespace: namespace.split(".")[0] as string, state: stateOf(identity) };
}

export function isDead(text: string): boolean {
  return holderIn(text).state === "dead";
}

function parse(text: string): Identity | undefined {
  const [, pid, started, namespace, boot, host] = FORM.exec(text) ?? [];
  if (pid === undefined) return undefined;
  return { pid: Number(pid), started: Number(started), namespace, boot, host } as Identity;
}

/** The holder's own token; undefined for a text that is not one of ours. */
export function tokenIn(text: string): string | undefined {
  return FORM.exec(text)?.[6];
}

/**
 * Process numbers mean something only within one boot and one PID namespace. Elsewhere the same number is another
 * process, so the state of such a holder is unknown.
 */
function stateOf({ pid, started, ...where }: Identity): LockHolder["state"] {
  const own = ownIdentity();
  const isHere = own.boot === where.boot && own.namespace === where.namespace && own.host === where.host;
  // Without /proc the host's name alone distinguishes: enough on a system that has no PID namespaces.
  const isComparable = own.boot === "" ? process.platform !== "linux" : own.started > 0;
  if (!isHere || !isComparable) return "unknown";
  if (pid === own.pid) return started === own.started ? "alive" : "dead";
  return isRunning(pid, started) ? "alive" : "dead";
}

function isRunning(pid: number, started: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
  }
  // A process that ended and was not waited for still has its number.
  const found = isProcOurs() ? startOf(String(pid)) : undefined;
  return found === undefined || (found.ticks === started && !"ZX".includes(found.state));
}

/** Whether /proc shows the processes of our own PID namespace: a new one may still have the mount of its parent. */
function isProcOurs(): boolean {
  const numbers = /^NSpid:\s*(.*)$/m.exec(orEmpty(() => readFileSync("/proc/self/status", "latin1")))?.[1];
  return numbers === String(process.pid);
}

/** State and start time, which follow the name in parentheses; undefined where they cannot be read. */
function startOf(pid: string): { readonly state: string; readonly ticks: number } | undefined {
  const stat = orEmpty(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[19]);
  return ticks > 0 ? { state: fields[0] as string, ticks } : undefined;
}

const numberOf = (link: string) => /\d+/.exec(readlinkSync(link))?.[0] ?? "";

/** What is read; empty where the system does not show it. */
function orEmpty(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return "";
  }
}

/** The lock's text; undefined if it is gone, and `""` for something that is not (yet) a lock. */
export function textOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    if (codeOf(error) !== "EINVAL") throw error;
  }
  try {
    return lstatSync(path).isFile() ? readFileSync(path, "latin1") : "";
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Since when the lock is held; undefined when it is gone. */
export function sinceOf(path: string): string | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ctime.toISOString();
}

/** Removes the file; a missing file is not an error. */
export function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}
