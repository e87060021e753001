/** One workspace in a temporary folder, and command lines in it: in this process, or through the real binary. */

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Platform } from "../../src/cli/context.ts";
import { UsageFault } from "../../src/cli/errors.ts";
import { commandManual } from "../../src/cli/help.ts";
import { COMMANDS, runCli } from "../../src/cli/program.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { realPlatform } from "../../src/main.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import type { CheckCache } from "../../src/ports.ts";
import { isTraceName } from "../../src/trace/trace-name.ts";
import { addCapabilities } from "../support/own-package.ts";
import { checkDocuments } from "./documents.ts";

export const PROJECT = join(import.meta.dirname, "../..");
export const SNAPSHOT = join(PROJECT, "protocol_snapshot");
export const FIXTURES = join(PROJECT, "fixtures");

const FONTS = join(PROJECT, "src/render/fonts");

export const RELEASE = "release_governance::WF_RELEASE_CHANGE_V0";

/** A payload of `fixtures/`, by its name in the table there. */
export function fixture(name: string): string {
  return join(FIXTURES, `${name}.json`);
}

/** Of a process that ended: as shells tell it where a signal did that. */
export function exitOf([code, signal]: readonly (number | NodeJS.Signals | null)[]): number {
  return typeof code === "number" ? code : 128 + constants.signals[signal as NodeJS.Signals];
}

/** What a command line said, and its exit code. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Workspace {
  readonly folder: string;
  path(name: string): string;
  /** Runs one command line with the workspace as current folder. */
  session(...argv: readonly string[]): Promise<Said>;
  /** The same in another world: other environment, terminal, standard input, broken ports. */
  sessionIn(other: Partial<Platform>, ...argv: readonly string[]): Promise<Said>;
  /** The same through `bin/pgs.js`. */
  binary(...argv: readonly string[]): Promise<Said>;
  /** The same in an environment that has these variables, too. */
  binaryIn(env: Readonly<Record<string, string>>, ...argv: readonly string[]): Promise<Said>;
  /** `bin/pgs.js` while it runs. */
  start(...argv: readonly string[]): ChildProcess;
  /** The same in an environment that has these variables, too. */
  startIn(env: Readonly<Record<string, string>>, ...argv: readonly string[]): ChildProcess;
  /** Every trace, in order of their names: its file, or its address in a segment. */
  traces(): readonly string[];
}

export interface Contents {
  /** The snapshot to link to; null for none. Default: the project's own. */
  readonly snapshot?: string | null;
  /** The folder the data root is a copy of. Default: no data root. */
  readonly data?: string;
  /** Whether there is a `pgs.json`, which names the project's capability package. Default: yes. */
  readonly capabilities?: boolean;
}

export function workspace(
  t: TestContext,
  { snapshot = SNAPSHOT, data, capabilities = true }: Contents = {},
): Workspace {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pgs-session-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  if (snapshot !== null) symlinkSync(snapshot, join(folder, "protocol_snapshot"));
  if (capabilities) addCapabilities(folder);
  if (data !== undefined) cpSync(data, join(folder, "data"), { recursive: true });
  const sessionIn: Workspace["sessionIn"] = (other, ...argv) => inProcess(folder, other, argv);
  const start: Workspace["start"] = (...argv) => binary(folder, {}, argv);
  return {
    folder,
    path: (name) => join(folder, name),
    session: (...argv) => sessionIn({}, ...argv),
    sessionIn,
    start,
    startIn: (env, ...argv) => binary(folder, env, argv),
    binary: async (...argv) => collect(argv, start(...argv)),
    binaryIn: async (env, ...argv) => collect(argv, binary(folder, env, argv)),
    traces: () => tracesIn(join(folder, "traces")),
  };
}

/** Which files passed the check of their contents in any session of this process: most are those of the same snapshots. */
const passed = new Set<string>();
export const checks: CheckCache = { has: (digest) => passed.has(digest), add: (digest) => passed.add(digest) };

/** The capability packages of all sessions of this process. */
export const evaluated: NonNullable<Platform["evaluated"]> = new Map();

async function inProcess(folder: string, other: Partial<Platform>, argv: readonly string[]): Promise<Said> {
  const said = { out: "", err: "" };
  const real = realPlatform(FONTS);
  const world: Platform = {
    ...real,
    cwd: folder,
    env: {},
    isTty: false,
    stdin: () => new Uint8Array(),
    openCheckCache: (env) => (env["XDG_CACHE_HOME"] === undefined ? checks : real.openCheckCache(env)),
    tool: { name: "pgs-runner", version: "0.0.0-test" },
    evaluated,
    ...other,
    out: (text) => {
      said.out += text;
    },
    outBytes: (bytes) => {
      said.out += Buffer.from(bytes).toString("utf8");
    },
    err: (text) => {
      said.err += text;
      other.err?.(text);
    },
  };
  const code = await runCli(argv, world);
  checkDocuments(argv, said.out);
  await assertDeclared(argv, code);
  return { code, ...said };
}

/** By command: the exit codes that it declares. */
const declaredBy = new Map<string, ReadonlySet<string>>();

/** A command declares each exit code that it gives. */
async function assertDeclared(argv: readonly string[], code: number): Promise<void> {
  const command = COMMANDS.find(({ name }) => name === argv[0]);
  if (command === undefined) return;
  const declared = declaredBy.get(command.name) ?? exitsOf(commandManual(command, await command.load()));
  declaredBy.set(command.name, declared);
  assert.ok(declared.has(String(code)), `pgs ${argv.join(" ")} gives ${code}, which its help does not list`);
}

const exitsOf = ({ exits }: ReturnType<typeof commandManual>) =>
  new Set(exits.flatMap(([codes]) => codes.split(", ")));

/** What the program remembers between two of its processes: those of one test process share it. */
const cache = mkdtempSync(join(tmpdir(), "pgs-cache-"));
process.once("exit", () => rmSync(cache, { recursive: true, force: true }));

/** The environment of a process in a workspace. */
export function environmentIn(folder: string): Readonly<Record<string, string | undefined>> {
  return { PATH: process.env["PATH"], HOME: folder, XDG_CACHE_HOME: cache };
}

function binary(folder: string, more: Readonly<Record<string, string>>, argv: readonly string[]): ChildProcess {
  const env = { ...environmentIn(folder), ...more };
  return spawn(process.execPath, [join(PROJECT, "bin/pgs.js"), ...argv], { cwd: folder, env });
}

async function collect(argv: readonly string[], child: ChildProcess): Promise<Said> {
  let out = "";
  let err = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  child.stdin?.end();
  const [code] = (await once(child, "close")) as [number | null];
  assert.notEqual(code, null, "the command was killed");
  checkDocuments(argv, out);
  return { code: code as number, out, err };
}

/** The trace of each run, in order of their names: its file where it has a folder, else its address in a segment. */
export function tracesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const places = new Map(inSegments(join(folder, "segments")));
  for (const id of readdirSync(folder).filter(isTraceName)) places.set(id, join(folder, id, `${id}.jsonl`));
  return [...places].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place);
}

/** By the name of each run in the segments: its address. */
function inSegments(folder: string): readonly (readonly [string, string])[] {
  if (!existsSync(folder)) return [];
  const segments = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return segments.flatMap((name) =>
    readFileSync(join(folder, name), "utf8")
      .split("\n")
      .flatMap((line) => /"execution_id":"([^"]+)"/.exec(line)?.[1] ?? [])
      .map((id) => [id, join(folder, `${name}#${id}`)] as const),
  );
}

/** Every file and folder below `folder`, sorted, links not followed. */
export function tree(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return (readdirSync(folder, { recursive: true }) as string[]).sort();
}

/** Removes the protocols that were kept beside the traces: what a trace was recorded on is at hand, or it is not. */
export function forgetProtocols({ path }: Workspace): void {
  rmSync(path("traces/protocols"), { recursive: true });
}

/** The files and folders of the runs alone, without what is kept beside their traces. */
export function runTree(traces: string): readonly string[] {
  return tree(traces).filter((path) => isTraceName(path.split("/", 1)[0] ?? ""));
}

/** The one JSON document on stdout. */
export function document({ out }: Said): JsonObject {
  assert.ok(out.endsWith("}\n"), `no JSON document: ${out.slice(0, 200)}`);
  return JSON.parse(out) as JsonObject;
}

/** The member at the path of keys; a path that reaches nothing fails the test. */
export function at(value: unknown, ...keys: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of keys) {
    assert.ok(typeof found === "object" && found !== null && key in found, `${keys.join(".")} reaches nothing`);
    found = (found as Record<string | number, unknown>)[key];
  }
  return found;
}

/** Exit code and `pgs: <CODE>` line of a refusal; its stdout is empty and nothing looks like a stack trace. */
export function assertRefused(said: Said, exitCode: number, code: string): void {
  assert.match(said.err, new RegExp(`^pgs: ${code} \\S`), said.err);
  assert.equal(said.code, exitCode, said.err);
  assert.equal(said.err.match(/^pgs: /gm)?.length, 1, said.err);
  assert.doesNotMatch(said.err, /^\s+at .*:\d+/m);
  assert.equal(said.out, "");
}

export function assertHint({ err }: Said, pattern: RegExp): void {
  const hint = /^hint: (.*)$/m.exec(err)?.[1];
  assert.match(hint ?? "no hint", pattern);
}

/** Neither a trace nor any data. */
export function assertNothingLeft({ path }: Workspace): void {
  assert.deepEqual([tree(path("traces")), tree(path("data"))], [[], []]);
}

/** The trace's examination: intact, allowed, replayed. */
export async function assertSound(place: Workspace, trace: string): Promise<JsonObject> {
  const said = await place.session("examine", trace, "--json");
  const found = document(said);
  const complaints = JSON.stringify({
    errors: found["errors"],
    allowed: found["allowed"],
    replayed: found["replayed"],
  });
  assert.equal(said.code, 0, complaints);
  assert.equal(at(found, "replayed", "ok"), true, complaints);
  return found;
}

/** Of a file, or of a trace at its address. */
export function lines(file: string): readonly JsonObject[] {
  const text = String(nodeFiles.read(file) ?? assert.fail(`there is no ${file}`));
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as JsonObject]));
}

/** An `awaitChange`: changes what is watched once it is waited for; with no change left, the watching ends. */
export function nextChange(change: (() => void) | undefined): Promise<void> {
  return {
    // biome-ignore lint/suspicious/noThenProperty: a promise would make the change while the work before it goes on.
    then(resolve: () => void, reject: (error: Error) => void) {
      if (change === undefined) return reject(new UsageFault("BAD_USAGE", { message: "no more", hint: null }));
      change();
      resolve();
    },
  } as unknown as Promise<void>;
}
