/** Workspaces whose workflows wait. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Platform } from "../../src/cli/context.ts";
import { realPlatform } from "../../src/main.ts";
import type { TraceFile } from "../../src/ports.ts";
import { filesOf, type Protocol, SNAPSHOT, WORKFLOW } from "../engine/trial.ts";
import { at, document, lines, tracesIn, type Workspace, workspace } from "./world.ts";

/** A workspace with the snapshot of the protocol. */
export function waitingWorkspace(t: TestContext, protocol: Protocol): Workspace {
  const place = workspace(t, { snapshot: null, capabilities: false });
  for (const [path, bytes] of filesOf(protocol)) {
    const file = place.path(`protocol_snapshot${path.slice(SNAPSHOT.length)}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  writeFileSync(place.path("pgs.json"), "{}\n");
  return place;
}

export const RUN = ["run", WORKFLOW, "--no-png", "--no-md"] as const;
export const DRAWN_NOT = ["--no-png", "--no-md"] as const;

/** Begins a run that waits, and answers the path of its trace. */
export async function beginWaiting(place: Workspace, ...options: readonly string[]): Promise<string> {
  const said = await place.session(...RUN, ...options, "--json");
  assert.equal(said.code, 6, said.err);
  return String(at(document(said), "trace", "jsonl")).slice(place.folder.length + 1);
}

/** Writes a JSON file, and answers its name. */
export function json({ path }: Workspace, name: string, value: unknown): string {
  writeFileSync(path(name), JSON.stringify(value));
  return name;
}

/** What the runs have logged, in order. */
export function logged({ path }: Workspace): readonly unknown[] {
  const file = path("data/log.jsonl");
  return existsSync(file) ? lines(file).map((line) => line["record"]) : [];
}

export const typesIn = (trace: string) => lines(trace).map(({ event_type }) => event_type);

/** The one trace, once it has a line with the text. */
export async function traceWith({ path }: Workspace, text: string): Promise<string> {
  for (let waited = 0; waited < 30_000; waited += 10) {
    const trace = tracesIn(path("traces")).find((file) => existsSync(file));
    if (trace !== undefined && readFileSync(trace, "utf8").includes(text)) return trace;
    await pause(10);
  }
  return assert.fail(`no trace has ${text}`);
}

/** The words of the first hint that names the command, as a shell reads them. */
export function typedIn(text: string, command: string): readonly string[] {
  const begin = `pgs ${command} `;
  const hint = text.split("\n").find((line) => line.includes(begin)) ?? assert.fail(text);
  const typed = hint.slice(hint.indexOf(begin) + 4);
  const shell = ["-c", `printf '%s\\n' ${typed.replace(/[;,"?]/g, " ")}`];
  return execFileSync("sh", shell, { encoding: "utf8" }).trimEnd().split("\n");
}

/** A world in which an interrupt comes right after so many events of a run with `--follow`. */
export function interruptedAfter(events: number): Partial<Platform> {
  const { onStop, count } = interrupting(events);
  return { onStop, err: count };
}

/** The same right after so many writes to traces. */
export function interruptedAfterWrites(writes: number): Partial<Platform> {
  const real = realPlatform("");
  const { onStop, count } = interrupting(writes);
  const watched = (file: TraceFile): TraceFile => ({
    ...file,
    append(text) {
      file.append(text);
      count();
    },
    appendTogether(text) {
      const written = file.appendTogether(text);
      if (text !== "") count();
      return written;
    },
  });
  return {
    onStop,
    openTrace(...of) {
      const opened = real.openTrace(...of);
      return { ...opened, file: watched(opened.file) };
    },
    async openSegments(...of) {
      const segments = await real.openSegments(...of);
      const open = (wanted: string) => {
        const opened = segments.open(wanted);
        return opened && { ...opened, file: watched(opened.file) };
      };
      return { ...segments, open };
    },
  };
}

function interrupting(after: number): { readonly onStop: Platform["onStop"]; readonly count: () => void } {
  let stop: (exitCode: number) => void = () => undefined;
  let count = 0;
  return {
    onStop(given) {
      stop = given;
      return () => undefined;
    },
    count() {
      if (++count === after) stop(143);
    },
  };
}
