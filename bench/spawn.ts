/** Processes: what a caller of the command line pays. */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { microseconds } from "./sample.ts";

const PGS = join(import.meta.dirname, "../bin/pgs.js");

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

/** Tells the most memory that the process held, in KiB. */
const TELL_PEAK = `data:text/javascript,import { writeSync } from "node:fs";process.on("exit",()=>writeSync(2,String(process.resourceUsage().maxRSS)))`;

/** The most memory, in MB, that a successful `pgs <args>` held; it must print nothing on stderr itself. */
export function peakOf(args: readonly string[]): number {
  const { status, stderr } = spawnSync(process.execPath, ["--import", TELL_PEAK, PGS, ...args], {
    env,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`pgs ${args.join(" ")} ended with ${status}\n${stderr}`);
  return (Number(stderr) * 1024) / 1e6;
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
