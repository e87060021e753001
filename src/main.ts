/** Where the process begins and ends: the only file that says `process`. */

import * as fs from "node:fs";
import { availableParallelism } from "node:os";
import * as path from "node:path";
import type { Platform } from "./cli/context.ts";
import { UsageFault } from "./cli/errors.ts";
import { EXIT, exitCodeOfFault } from "./cli/exit-codes.ts";
import { fittedTo, refusalText } from "./cli/print.ts";
import { runCli } from "./cli/program.ts";
import { Fault } from "./errors/base.ts";
import { openCheckCache } from "./platform/check-cache.ts";
import { attempt, errnoOf } from "./platform/errno.ts";
import { nextTurn } from "./platform/next-turn.ts";
import {
  createFile,
  fixedClock,
  isOfAnother,
  newerFiles,
  nodeClock,
  nodeEntropy,
  nodeFiles,
  nodeSleep,
  readAtMost,
  replaceFile,
  seededEntropy,
  writeFile,
} from "./platform/node-ports.ts";
import { openRemote } from "./platform/remote.ts";
import { openMail } from "./platform/smtp.ts";
import { SystemFault } from "./platform/system-fault.ts";
import { lockTraceFile, openTrace, traceHolder } from "./platform/trace-files.ts";
import { openTracesRoot } from "./platform/traces-root.ts";
import { openUserCache } from "./platform/user-cache.ts";
import type { TempFolder } from "./ports.ts";
import type { Job } from "./scenarios/job.ts";
import { openStores } from "./storage/files/stores.ts";
import { TOOL } from "./trace/tool.ts";
import { openCapabilities } from "./workspace/capabilities.ts";

/** Of so many drawings the layout is kept. */
const MOST_LAYOUTS = 200;

/** The real world; `shipped` is the folder of files that come with the package, `workerFile` what a worker thread begins with. */
export function realPlatform(shipped: string, workerFile?: string): Platform {
  return {
    cwd: workingFolder(),
    env: process.env,
    isTty: terminalAt(1) !== undefined,
    columns: columnsOf(1),
    errColumns: () => columnsOf(2),
    out: (text) => writeAll(1, text),
    outBytes: (bytes) => writeAll(1, bytes),
    err: (text) => writeAll(2, text),
    isOutClosed: () => closed.has(1),
    stdin: (most) => attempt(() => readAtMost(0, most), new Uint8Array()),
    stdinPieces: () => process.stdin,
    files: nodeFiles,
    isOfAnother: (path) => isOfAnother(path, process.geteuid?.(), process.env["SUDO_UID"]),
    openCheckCache: (env) => openCheckCache(env, TOOL.version, process.getuid?.()),
    openLayoutCache: (env) => openUserCache(env, `layouts-${TOOL.version}`, process.getuid?.(), MOST_LAYOUTS),
    openSource: async (file) => (await import("./platform/file-chunks.ts")).openSource(file),
    openProgress: async (what, total) =>
      process.stderr.isTTY && process.env["TERM"] !== "dumb"
        ? (await import("./platform/progress-bar.ts")).openProgress(process.stderr, what, total)
        : null,
    clock: nodeClock,
    entropy: nodeEntropy,
    sleep: nodeSleep,
    fixedClock,
    seededEntropy,
    openStores,
    openLocks: async (root) => (await import("./platform/lock/list-locks.ts")).openLocks(root),
    openMail,
    openRemote,
    inTimeZone,
    openHostCode: async () => (await import("./platform/host-code.ts")).hostCode,
    openRealm: async () => (await import("./platform/realm.ts")).openRealm(),
    openTrace,
    openSegments: async (traces, access) =>
      (await import("./platform/segments/segments.ts")).openSegments(traces, { access }),
    openTracesRoot,
    ownFolder: async (trace) => (await import("./platform/own-folder.ts")).ownFolder(trace),
    lockTraceFile,
    traceHolder,
    replaceFile,
    writeFile,
    async openTempFolder(within) {
      const { openTempFolder: open } = await import("./platform/temp-folder.ts");
      // Asked for before there is anything to remove: a signal may come in between.
      const release = onInterrupt(() => scratch?.close());
      let scratch: TempFolder | undefined;
      try {
        scratch = open(within);
        const { close } = scratch;
        return {
          ...scratch,
          close() {
            release();
            close();
          },
        };
      } catch (error) {
        release();
        throw error;
      }
    },
    cores: availableParallelism(),
    openWorkers: async (threads) =>
      workerFile === undefined
        ? null
        : (await import("./platform/worker-pool.ts")).openWorkerPool(workerFile, threads),
    newerFiles,
    replaceFolder: async (folder, changeNow) =>
      (await import("./platform/replace-folder.ts")).replaceFolder(folder, changeNow),
    watchFolder: async (folder) => (await import("./platform/watcher.ts")).watchFolder(folder),
    awaitChange: async (places) => (await import("./platform/watcher.ts")).awaitChange(places),
    onInterrupt,
    onStop,
    pause: nextTurn,
    shipped(name) {
      const file = path.join(shipped, name);
      return { file, bytes: nodeFiles.read(file) };
    },
    templates: path.join(shipped, "../../templates"),
    createFile,
    tool: TOOL,
  };
}

function inTimeZone<T>(zone: string, work: () => T): T {
  const { TZ } = process.env;
  process.env["TZ"] = zone;
  try {
    return work();
  } finally {
    if (TZ === undefined) delete process.env["TZ"];
    else process.env["TZ"] = TZ;
  }
}

/** Undefined where the output is no terminal: what another program reads is never wrapped. */
function columnsOf(descriptor: keyof typeof OUTPUTS): number | undefined {
  const stream = terminalAt(descriptor);
  return stream && (Number(process.env["COLUMNS"]) || stream.columns);
}

/** Asking Node for a stream that is a pipe costs more than most commands take, so the system is asked first. */
function terminalAt(descriptor: keyof typeof OUTPUTS): NodeJS.WriteStream | undefined {
  if (!mayBeTerminal(descriptor)) return undefined;
  const stream = descriptor === 1 ? process.stdout : process.stderr;
  return stream.isTTY ? stream : undefined;
}

/** Terminals are character devices; so is what swallows everything. */
function mayBeTerminal(descriptor: number): boolean {
  try {
    const output = fs.fstatSync(descriptor);
    return (
      output.isCharacterDevice() && output.rdev !== fs.statSync("/dev/null", { throwIfNoEntry: false })?.rdev
    );
  } catch {
    return false;
  }
}

/** @throws UsageFault */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new UsageFault("WORKING_FOLDER_GONE", { errno: errnoOf(cause) }, { cause });
  }
}

const OUTPUTS = { 1: "standard output", 2: "standard error" } as const;
/** By output that could not be written: why. */
const unwritten = new Map<keyof typeof OUTPUTS, string>();
/** Output that nobody reads any more. */
const closed = new Set<keyof typeof OUTPUTS>();

/**
 * A pipe may take less than it is given, or nothing for a moment; a reader that has gone wants no more. An output that
 * cannot be written keeps no command from its work: `main` says so at the end.
 */
function writeAll(descriptor: keyof typeof OUTPUTS, content: string | Uint8Array): void {
  if (unwritten.has(descriptor)) return;
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += fs.writeSync(descriptor, bytes, offset);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === "EPIPE") {
        closed.add(descriptor);
        return;
      }
      if (errno !== "EAGAIN") {
        unwritten.set(descriptor, errno);
        return;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** For what is refused where there is no command line to say it. */
function writeRefusal(fault: Fault): void {
  writeAll(2, fittedTo(columnsOf(2), refusalText(fault)));
}

/** As shells tell that a signal ended a process. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** What is done before a signal ends the process: the last thing that was asked for first. */
const beforeLeaving = new Set<() => void>();

/** What the next signal calls instead of ending the process. */
let stopInstead: ((exitCode: number) => void) | undefined;

function leave(signal: NodeJS.Signals): void {
  const exitCode = SIGNALS[signal as keyof typeof SIGNALS];
  if (stopInstead !== undefined) {
    const stop = stopInstead;
    stopInstead = undefined;
    stop(exitCode);
    return;
  }
  for (const work of [...beforeLeaving].reverse()) work();
  process.exit(exitCode);
}

function onStop(stop: (exitCode: number) => void): () => void {
  const release = onInterrupt(() => undefined);
  stopInstead = stop;
  return () => {
    stopInstead = undefined;
    release();
  };
}

/** What is answered takes it back. */
function onInterrupt(work: () => void): () => void {
  if (beforeLeaving.size === 0) for (const signal of Object.keys(SIGNALS)) process.on(signal, leave);
  beforeLeaving.add(work);
  return () => {
    beforeLeaving.delete(work);
    if (beforeLeaving.size === 0) for (const signal of Object.keys(SIGNALS)) process.off(signal, leave);
  };
}

export async function main(shipped: string, workerFile?: string): Promise<void> {
  // Reached only where nothing is left to do and the command has not ended: that must never look like a success.
  process.on("beforeExit", () => {
    writeRefusal(new SystemFault("COMMAND_UNFINISHED", {}));
    process.exit(EXIT.DEFECT);
  });
  // Everything is written by now: leaving at once saves tearing the heap down.
  process.exit(await perform(shipped, workerFile));
}

async function runInWorld(shipped: string, workerFile?: string): Promise<number> {
  try {
    return await runCli(process.argv.slice(2), realPlatform(shipped, workerFile));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    writeRefusal(error);
    return exitCodeOfFault(error);
  }
}

async function perform(shipped: string, workerFile?: string): Promise<number> {
  const code = await runInWorld(shipped, workerFile);
  for (const [output, errno] of unwritten) {
    writeRefusal(new SystemFault("OUTPUT_UNWRITABLE", { output: OUTPUTS[output], errno, code }));
  }
  return unwritten.size === 0 ? code : EXIT.STORAGE;
}

/** What a worker thread does. */
export async function workerMain(shipped: string): Promise<void> {
  const [{ serve }, { performer }, { scenarioEnvironment }] = await Promise.all([
    import("./platform/worker-pool.ts"),
    import("./scenarios/job.ts"),
    import("./cli/environment.ts"),
  ]);
  const platform = realPlatform(shipped);
  const registryOf = ({ capabilities, workspace }: Pick<Job, "capabilities" | "workspace">) =>
    openCapabilities({ capabilities }, workspace, platform).registry();
  serve(performer(scenarioEnvironment(platform), registryOf));
}
