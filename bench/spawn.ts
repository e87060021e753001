/** Processes: what a caller of the command line pays. */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { microseconds } from "./sample.ts";

export const PGS = join(import.meta.dirname, "../bin/pgs.js");

/** Certificates are read at every start of node, and options would change what is measured. */
const FOREIGN = new Set(["NODE_EXTRA_CA_CERTS", "NODE_OPTIONS"]);
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !FOREIGN.has(name) && !name.startsWith("PGS_")),
);

/** Milliseconds from start to end of `node <args>`; anything but success ends the benchmark. */
export function node(args: readonly string[]): number {
  const begun = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
  const took = microseconds(begun) / 1000;
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}\n${stderr}`);
  return took;
}

export function pgs(args: readonly string[]): number {
  return node([PGS, ...args]);
}

export interface Usage {
  /** Milliseconds from start to end. */
  readonly wall: number;
  /** Milliseconds that processors worked for it, user and system together. */
  readonly cpu: number;
  /** The most memory that it held, in MB. */
  readonly peak: number;
}

/** Prints what the process has used, at its end. */
const TELL_USAGE = `data:text/javascript,import { writeSync } from "node:fs";process.on("exit",()=>writeSync(2,JSON.stringify(process.resourceUsage())))`;

/** What a successful `pgs <args>` used; it must print nothing on stderr itself. */
export function usageOf(args: readonly string[]): Usage {
  const begun = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, ["--import", TELL_USAGE, PGS, ...args], {
    env,
    encoding: "utf8",
  });
  const wall = microseconds(begun) / 1000;
  if (status !== 0) throw new Error(`pgs ${args.join(" ")} ended with ${status}\n${stderr}`);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(stderr) as NodeJS.ResourceUsage;
  return { wall, cpu: (userCPUTime + systemCPUTime) / 1000, peak: (maxRSS * 1024) / 1e6 };
}

/** Milliseconds of a successful `node <args>`, from before its start until after its end; nothing runs in it besides. */
export function timesOf(
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Pick<Usage, "wall" | "cpu"> {
  const timed = `TIMEFORMAT="%3R %3U %3S"; time "$@" > /dev/null`;
  const { status, stderr } = spawnSync("bash", ["-c", timed, "bash", process.execPath, ...args], {
    env: { ...env, LC_ALL: "C", ...more },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}\n${stderr}`);
  const [wall = 0, user = 0, system = 0] = stderr.trim().split(" ").map(Number);
  return { wall: wall * 1000, cpu: (user + system) * 1000 };
}

/** Milliseconds that processors worked for a successful `node <args>`. */
export function cpuOf(args: readonly string[], more: Readonly<Record<string, string>> = {}): number {
  return timesOf(args, more).cpu;
}

/** What a benchmark in a process of its own printed as JSON. */
export function child<T>(script: string, ...args: readonly string[]): T {
  const file = join(import.meta.dirname, script);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", file, ...args], {
    env,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}\n${stderr}`);
  return JSON.parse(stdout) as T;
}
