/** One case played in a workspace of its own, in this process. */

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import type { Platform } from "../src/cli/context.ts";
import { runCli } from "../src/cli/program.ts";
import { realPlatform } from "../src/main.ts";
import { seededEntropy } from "../src/platform/node-ports.ts";
import type { Clock } from "../src/ports.ts";
import { addCapabilities } from "../test/support/own-package.ts";

export const PROJECT = join(import.meta.dirname, "..");

/** A file's content; what is no UTF-8 text as base64. */
export type Content = string | { readonly base64: string };

/** All that can be played again. */
export interface Case {
  /** What of it is hostile. */
  readonly kind: string;
  /** Of `fixtures/`, the folder that the data root begins as. */
  readonly data: string | null;
  /** By path below the workspace, put over what a workspace has; null for a file that is not there. */
  readonly files: Readonly<Record<string, Content | null>>;
  /** Command lines; `@trace` in one is the trace that was left last. */
  readonly lines: readonly (readonly string[])[];
  readonly stdin?: string;
  /** The traces that it leaves are sound: an examination may find nothing. */
  readonly sound?: boolean;
}

export interface Played {
  /** One for each command line. */
  readonly codes: readonly number[];
  /** What should never be, each as one line; what differs from case to case is not in it. */
  readonly wrong: readonly string[];
  /** In MiB, the most this process has ever used. */
  readonly memory: number;
}

/** Where commands may write; with a hostile command line, which may name any place, in all of the workspace. */
const WRITABLE = ["data", "traces", "out", "scenarios"];

export async function play(one: Case): Promise<Played> {
  const folder = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "pgs-fuzz-")));
  const place = join(folder, "workspace");
  const wrong = new Set<string>();
  const codes: number[] = [];
  try {
    prepare(place, one);
    const isAllowed = allowedIn(place, join(folder, "tmp"), one);
    const release = guard(isAllowed, (call) => wrong.add(`writes outside: ${call}`));
    try {
      for (const line of one.lines) codes.push(await perform(line, place, one, wrong));
    } finally {
      release();
    }
    const left = fs.readdirSync(join(folder, "tmp"));
    if (left.length > 0) wrong.add("leaves a temporary folder");
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return { codes, wrong: [...wrong], memory: process.resourceUsage().maxRSS / 1024 };
}

function prepare(place: string, { data, files, lines }: Case): void {
  for (const name of ["out", "traces", "given", "../tmp"]) fs.mkdirSync(join(place, name), { recursive: true });
  const isOwn = Object.keys(files).some((file) => file.startsWith("protocol_snapshot/"));
  const snapshot = join(PROJECT, "protocol_snapshot");
  if (isOwn || isSealing(lines)) fs.cpSync(snapshot, join(place, "protocol_snapshot"), { recursive: true });
  else fs.symlinkSync(snapshot, join(place, "protocol_snapshot"));
  addCapabilities(place);
  fs.symlinkSync(snapshot, join(place, "original"));
  fs.symlinkSync(join(PROJECT, "fixtures"), join(place, "fixtures"));
  if (/test|gate|scenarios/.test(lines.join()))
    fs.cpSync(join(PROJECT, "scenarios"), join(place, "scenarios"), { recursive: true });
  if (data !== null) fs.cpSync(join(PROJECT, "fixtures", data), join(place, "data"), { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    const file = join(place, path);
    fs.mkdirSync(dirname(file), { recursive: true });
    if (content === null) fs.rmSync(file, { force: true });
    else fs.writeFileSync(file, typeof content === "string" ? content : Buffer.from(content.base64, "base64"));
  }
}

const isSealing = (lines: Case["lines"]) => lines.some((line) => line.includes("seal"));

async function perform(line: readonly string[], cwd: string, one: Case, wrong: Set<string>): Promise<number> {
  const argv = line.map((word) => (word === "@trace" ? lastTrace(cwd) : word));
  let [out, err] = ["", ""];
  const world: Platform = {
    ...worldIn(cwd, one),
    out: (text) => {
      if (out.length < 1e6) out += text;
    },
    err: (text) => {
      if (err.length < 1e6) err += text;
    },
  };
  const told = one.kind === "command line" ? argv : [...argv, "--debug"];
  const code = await runCli(told, world).catch((error: unknown) => {
    err = error instanceof Error ? String(error.stack) : String(error);
    return -1;
  });
  if (code === -1 || code === 70) wrong.add(`${code === 70 ? "exit 70" : "throws"}: ${summary(err)}`);
  if (/^\s+at .*:\d+:\d+/m.test(err) && !told.includes("--debug")) wrong.add(`prints a stack: ${summary(err)}`);
  if (one.sound === true && UNSOUND.test(out)) wrong.add("unsound trace");
  return code;
}

/** What was said, and where it comes from. */
function summary(err: string): string {
  const said = /^pgs: DEFECT .*$|^\w*Error: .*$/m.exec(err)?.[0] ?? err.slice(0, 200);
  const frames = [...err.matchAll(/^\s+at .*?((?:src|node_modules)\/\S+?)\)?$/gm)].map(([, frame]) => frame);
  return `${said.slice(0, 200)} ${frames.slice(0, 2).join(" < ")}`;
}

function lastTrace(place: string): string {
  const names = fs.readdirSync(join(place, "traces")).sort();
  const id = names.findLast((name) => fs.existsSync(join(place, "traces", name, `${name}.jsonl`)));
  return id === undefined ? "traces/none.jsonl" : `traces/${id}/${id}.jsonl`;
}

/** Most of every snapshot is the same. */
const CHECKED = new Set<string>();

/** What an examination says, in text, of a trace that is not as a run leaves it. */
const UNSOUND = /^ {2}(intact|allowed|replayed) +no\b/m;

function worldIn(cwd: string, { stdin = "" }: Case): Platform {
  return {
    ...realPlatform(join(PROJECT, "src/render/fonts")),
    cwd,
    env: {},
    isTty: false,
    columns: undefined,
    stdin: () => Buffer.from(stdin),
    tool: { name: "pgs-runner", version: "0.0.0-fuzz" },
    clock: countingClock(),
    entropy: seededEntropy("fuzz"),
    openCheckCache: () => CHECKED,
    openMail: () => ({ environment: {}, send: async () => ({ code: "ECONNREFUSED" }) }),
    openProgress: async () => null,
    openTempFolder: async (within) =>
      (await import("../src/platform/temp-folder.ts")).openTempFolder(within ?? join(cwd, "../tmp")),
    awaitChange: () => Promise.reject(new Error("watching never ends")),
    cores: 1,
  };
}

/** The same in every playing, and never standing still. */
function countingClock(): Clock {
  let ms = Date.parse("2026-01-31T09:00:00Z");
  return { now: () => ms++, micros: () => ms++ * 1000 };
}

function allowedIn(place: string, scratch: string, { kind, lines }: Case): (path: string) => boolean {
  const names = kind === "command line" ? ["."] : WRITABLE;
  const own = isSealing(lines) ? ["protocol_snapshot"] : [];
  const places = [...[...names, ...own].map((name) => join(place, name)), scratch];
  return (path) => places.some((one) => path === one || path.startsWith(`${one}${sep}`));
}

type Call = (...given: never[]) => unknown;

/** Which of its parameters name what a function of `node:fs` writes. */
const WRITERS: Readonly<Record<string, readonly number[]>> = {
  openSync: [0],
  writeFileSync: [0],
  appendFileSync: [0],
  mkdirSync: [0],
  mkdtempSync: [0],
  renameSync: [0, 1],
  unlinkSync: [0],
  rmSync: [0],
  rmdirSync: [0],
  symlinkSync: [1],
  linkSync: [1],
  copyFileSync: [1],
  cpSync: [1],
  truncateSync: [0],
  chmodSync: [0],
};

// Node loads its recursive removal at the first use, and it keeps the functions that it finds then: they must be the real ones.
fs.rmSync(fs.mkdtempSync(join(tmpdir(), "pgs-fuzz-")), { recursive: true });

/** Refuses every write elsewhere, and says which; what is answered ends that. */
function guard(isAllowed: (path: string) => boolean, told: (call: string) => void): () => void {
  const real = { ...fs } as unknown as Record<string, Call>;
  const guarded = Object.entries(WRITERS).map(([name, places]) => {
    const call: Call = (...given) => {
      const wants = name !== "openSync" || isForWriting(given[1]);
      const paths = wants ? places.map((at): unknown => given[at]) : [];
      const stray = paths.find(
        (path) => typeof path === "string" && !isAllowed(placeOf(path)) && isWritten(name, path),
      );
      if (stray === undefined) return (real[name] as Call)(...given);
      told(`${name} ${new Error().stack?.match(/src\/\S+?:\d+/)?.[0] ?? "?"}`);
      throw Object.assign(new Error("EACCES: guarded"), { code: "EACCES", syscall: name });
    };
    return [name, call] as const;
  });
  const put = (functions: object) => {
    Object.assign(fs, functions);
    syncBuiltinESMExports();
  };
  put(Object.fromEntries(guarded));
  return () => put(Object.fromEntries(Object.keys(WRITERS).map((name) => [name, real[name]])));
}

/** Making a folder that is there changes nothing, nor does removing what is not there. */
function isWritten(name: string, path: string): boolean {
  if (name === "mkdirSync") return !fs.existsSync(path);
  if (name === "unlinkSync") return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  return true;
}

function isForWriting(flags: unknown): boolean {
  const { O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } = fs.constants;
  if (typeof flags === "number") return (flags & (O_CREAT | O_RDWR | O_TRUNC | O_WRONLY)) !== 0;
  return typeof flags === "string" && flags !== "r";
}

/** Where it is behind all links of the folders that lead there. */
function placeOf(path: string): string {
  const whole = resolve(path);
  for (let folder = dirname(whole); ; folder = dirname(folder)) {
    if (fs.existsSync(folder)) return fs.realpathSync(folder) + whole.slice(folder === sep ? 0 : folder.length);
  }
}
