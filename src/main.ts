/** Where the process begins and ends: the only file that says `process`. */

import * as fs from "node:fs";
import { availableParallelism } from "node:os";
import * as path from "node:path";
import { runCli } from "./cli/commands.ts";
import type { World } from "./cli/context.ts";
import { openMail } from "./node-mail.ts";
import {
  fixedClock,
  nodeClock,
  nodeEntropy,
  nodeFiles,
  openTrace,
  seededEntropy,
  writeFile,
} from "./node-ports.ts";
import { openDataRoot } from "./node-store.ts";
import { TOOL } from "./tool.ts";

/** The real world; `shipped` is the folder of files that come with the package, `crewFile` what a thread begins with. */
export function realWorld(shipped: string, crewFile?: string): World {
  return {
    cwd: process.cwd(),
    env: process.env,
    isTty: process.stdout.isTTY === true,
    columns: process.stdout.isTTY ? Number(process.env["COLUMNS"]) || process.stdout.columns : undefined,
    out: (text) => writeAll(1, text),
    err: (text) => writeAll(2, text),
    stdin: () => fs.readFileSync(0),
    files: nodeFiles,
    openSource: async (file) => (await import("./node-source.ts")).openSource(file),
    openProgress: async (what, total) =>
      process.stderr.isTTY && process.env["TERM"] !== "dumb"
        ? (await import("./node-progress.ts")).openProgress(process.stderr, what, total)
        : null,
    clock: nodeClock,
    entropy: nodeEntropy,
    fixedClock,
    seededEntropy,
    openDataRoot,
    openMail,
    openTrace,
    writeFile,
    openScratch: async (within) => (await import("./node-scratch.ts")).openScratch(within),
    cores: availableParallelism(),
    openCrew: async (threads) =>
      crewFile === undefined ? null : (await import("./node-crew.ts")).openCrew(crewFile, threads),
    awaitChange: async (places) => (await import("./node-watch.ts")).awaitChange(places),
    onInterrupt,
    pause: () => new Promise((resume) => setImmediate(resume)),
    shipped: (file) => path.join(shipped, file),
    tool: TOOL,
  };
}

/** A pipe may take less than it is given, or nothing for a moment; a reader that has gone wants no more. */
function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += fs.writeSync(descriptor, bytes, offset);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** As shells tell that a signal ended a process. */
const INTERRUPTED = 130;

function onInterrupt(work: () => void): () => void {
  const leave = () => {
    work();
    process.exit(INTERRUPTED);
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.once(signal, leave);
  return () => {
    for (const signal of signals) process.off(signal, leave);
  };
}

export async function main(shipped: string, crewFile?: string): Promise<void> {
  // Everything is written by now: leaving at once saves tearing the heap down.
  process.exit(await runCli(process.argv.slice(2), realWorld(shipped, crewFile)));
}

/** What a thread of a crew does. */
export async function crewMain(shipped: string): Promise<void> {
  const [{ serve }, { performer }] = await Promise.all([import("./node-crew.ts"), import("./cli/test-job.ts")]);
  serve(performer(realWorld(shipped)));
}
