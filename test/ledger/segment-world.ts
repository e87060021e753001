/** Traces folders with segments, written by the engine on stores in memory. */

import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { openLedger } from "../../src/ledger/ledger.ts";
import { LEDGER_FILE } from "../../src/ledger/line.ts";
import { openRuns } from "../../src/ledger/runs.ts";
import { type LedgerFinding, verifyLedger } from "../../src/ledger/verify.ts";
import { openSource } from "../../src/platform/file-chunks.ts";
import { nodeClock, nodeEntropy } from "../../src/platform/node-ports.ts";
import { LOCK_ENDING } from "../../src/platform/own-names.ts";
import { openSegments, type Segments } from "../../src/platform/segments/segments.ts";
import { openMail } from "../../src/platform/smtp.ts";
import { openTrace } from "../../src/platform/trace-files.ts";
import { openTracesRoot } from "../../src/platform/traces-root.ts";
import type { TracesRoot } from "../../src/ports.ts";
import { fileStores } from "../../src/storage/files/stores.ts";
import { runWorkflow } from "../../src/workspace/run-workflow.ts";
import { appending, compileTrial, contract, memoryData, oneContract } from "../engine/trial.ts";
import { ENDED, lockText } from "../support/lock-text.ts";

/** Two effects in stores, so that the runs that are in flight write by turns. */
const PLAN = compileTrial(
  oneContract(
    contract([appending("one", { n: 1 }), appending("two", { n: 2 }, { store: "OTHER" })]),
    {},
    {
      stores: { OTHER: "other.jsonl" },
    },
  ),
);

export interface SegmentWorld {
  readonly folder: string;
  readonly root: TracesRoot;
  readonly segments: Segments;
  /** Resolves to the name of the run's trace. `stop` ends it after so many events, as if somebody had stopped it. */
  run(payload: JsonObject, how?: { readonly stop?: number; readonly isInFolder?: boolean }): Promise<string>;
}

export function segmentWorld(t: TestContext): SegmentWorld {
  const folder = join(realpathSync(mkdtempSync(join(tmpdir(), "pgs-segments-"))), "traces");
  t.after(() => rmSync(join(folder, ".."), { recursive: true, force: true }));
  const root = openTracesRoot(folder);
  const segments = openSegments(folder, { access: "owner" });
  const stores = fileStores(memoryData().root);
  const notices: string[] = [];
  const records = {
    ledger: openLedger(root, nodeClock.now),
    protocols: { keep: async () => null },
    lastLine: () => null,
    notice: ({ message }: Error) => notices.push(message),
  };
  t.after(() => assert.deepEqual(notices, []));
  return {
    folder,
    root,
    segments,
    async run(payload, { stop, isInFolder = false } = {}) {
      const aborter = new AbortController();
      let events = 0;
      const { traceId } = await runWorkflow({
        ...{ plan: await PLAN, payload, stores, records, durability: "process", maxHops: 100 },
        ...{ clock: nodeClock, entropy: nodeEntropy, mail: openMail({}), sleep: async () => undefined },
        runtime: { name: "trial", version: "0" },
        stop: { signal: aborter.signal, pause: async () => undefined },
        openTrace: (id) => {
          const shared = isInFolder ? null : segments.open(id);
          return shared === null ? openTrace(folder, id) : { folder: "", ...shared };
        },
        listen: () => {
          if (++events === stop) aborter.abort();
        },
      });
      return traceId;
    },
  };
}

/** The one segment of a folder. */
export function segmentIn(root: TracesRoot): { readonly name: string; readonly path: string } {
  const [name = "", ...others] = root.segments();
  assert.deepEqual(others, []);
  return { name, path: join(root.folder, "segments", name) };
}

export interface LeftBehind {
  readonly folder: string;
  readonly root: TracesRoot;
}

/** A copy of the folder as a process that was killed leaves it: its locks name a process that is gone. */
export function leftBehind(t: TestContext, from: string): LeftBehind {
  const folder = join(realpathSync(mkdtempSync(join(tmpdir(), "pgs-left-"))), "traces");
  t.after(() => rmSync(join(folder, ".."), { recursive: true, force: true }));
  copyOver(from, folder);
  return { folder, root: openTracesRoot(folder) };
}

/** Makes the second folder what the first one is, with the locks of a process that is gone. */
export function copyOver(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, filter: (path) => !/\.lock$|\/\.pgs$/.test(path) });
  for (const name of readdirSync(from, { recursive: true }).map(String))
    if (LOCK_ENDING.test(name)) symlinkSync(lockText({ pid: ENDED.pid }), join(to, name));
}

/** Makes the locks of this process in a folder those of one that is gone. */
export function endLocks(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true }).map(String)) {
    if (!LOCK_ENDING.test(name)) continue;
    rmSync(join(folder, name));
    symlinkSync(lockText({ pid: ENDED.pid }), join(folder, name));
  }
}

export async function findingsIn(root: TracesRoot): Promise<readonly LedgerFinding[]> {
  const ledger = openSource(join(root.folder, LEDGER_FILE)) ?? assert.fail("no ledger");
  const { findings } = await verifyLedger(ledger, { root, openSource: async (path) => openSource(path) });
  return findings;
}

export const entriesIn = (root: TracesRoot) => openRuns(root)((runs) => [...runs.newestFirst()]);

/** The lines of a file, each with its line break. */
export function linesOf(file: string): readonly string[] {
  return readFileSync(file, "latin1").split(/(?<=\n)/);
}

export const runOf = (line: string) => /"execution_id":"([^"]+)"/.exec(line)?.[1] ?? "";

export function emptyFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
