/** What other processes do while one verifies: it reads the ledger first, then the traces, and neither is locked. */

import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { LEDGER_FILE } from "../../src/ledger/line.ts";
import { pruneRuns } from "../../src/ledger/prune.ts";
import { verifyLedger } from "../../src/ledger/verify.ts";
import { openSource } from "../../src/platform/file-chunks.ts";
import { nodeClock } from "../../src/platform/node-ports.ts";
import { lockTraceFile } from "../../src/platform/trace-files.ts";
import type { LockHolder, Source, TracesRoot } from "../../src/ports.ts";
import { portion } from "../support/portion.ts";
import { leftBehind, segmentIn, segmentWorld } from "./segment-world.ts";

const sourceOf = (bytes: Uint8Array): Source => ({ size: bytes.length, pieces: () => [bytes] });

/** Three runs in a segment and two in folders, which have ended, and the ledger of them. */
async function ended(t: TestContext) {
  const { folder, run } = segmentWorld(t);
  await Promise.all([1, 2, 3].map(() => run({})));
  for (const _ of [1, 2]) await run({}, { isInFolder: true });
  const { root } = leftBehind(t, folder);
  const file = join(root.folder, LEDGER_FILE);
  const ledger = readFileSync(file);
  const ends = [...ledger.keys()].filter((at) => ledger[at] === 0x0a).map((at) => at + 1);
  return { root, file, ledger, ends };
}

/** The findings of who has read so much of the ledger, and the traces later. */
async function findingsAfter(
  ledger: Uint8Array,
  root: TracesRoot,
  open = async (path: string) => openSource(path),
): Promise<readonly string[]> {
  const { findings } = await verifyLedger(sourceOf(ledger), { root, openSource: open });
  return findings.map(({ code, run }) => `${code} ${run}`);
}

test("wherever in the ledger runs go on and end after it was read, nothing is found", async (t) => {
  const { root, file, ledger, ends } = await ended(t);
  const moments = Array.from({ length: ledger.length + 1 }, (_, at) => at);
  for (const at of [...ends, ...portion(t, moments, 60)])
    assert.deepEqual(await findingsAfter(ledger.subarray(0, at), root), [], `${at} bytes`);
  for (const end of ends.slice(0, -1)) {
    writeFileSync(file, ledger.subarray(0, end));
    const found = await findingsAfter(ledger.subarray(0, end), root);
    assert.ok(found.length > 0, `${end} bytes, and nothing comes behind them`);
    for (const one of found) assert.match(one, /^(TRACE_UNLISTED|LEDGER_BEHIND) /);
  }
});

test("a trace that was read before its run went on lacks nothing of what the ledger says then", async (t) => {
  const { root, ledger, ends } = await ended(t);
  const { path } = segmentIn(root);
  const segment = readFileSync(path);
  const lines = ends.map((end, i) => ledger.subarray(ends[i - 1] ?? 0, end));
  const placeEnd = (line: Uint8Array) => JSON.parse(String(line)).place?.end ?? Number.POSITIVE_INFINITY;
  const moments = Array.from({ length: segment.length + 1 }, (_, at) => at);
  for (const at of portion(t, moments, 40)) {
    const said = lines.findIndex((line) => placeEnd(line) > at);
    const read = ledger.subarray(0, ends[said - 1] ?? 0);
    const open = async (file: string) => (file === path ? sourceOf(segment.subarray(0, at)) : openSource(file));
    assert.deepEqual(await findingsAfter(read, root, open), [], `${at} bytes of the segment`);
  }
});

test("who has begun to write a trace by the time it is read has what the ledger lacks", async (t) => {
  const { root, file, ledger, ends } = await ended(t);
  const before = ledger.subarray(0, ends[0]);
  writeFileSync(file, before);
  const writer: LockHolder = {
    namespace: null,
    host: "here",
    pid: 1,
    since: "2026-01-01T00:00:00.000Z",
    state: "alive",
  };
  let isRead = false;
  const open = async (path: string) => {
    const source = openSource(path);
    const pieces = function* () {
      isRead = true;
      yield* source?.pieces() ?? [];
    };
    return source && { ...source, pieces };
  };
  const watched = { ...root, segmentWriter: () => (isRead ? writer : null) };
  const found = await findingsAfter(before, watched, open);
  assert.deepEqual(
    found.filter((one) => !one.startsWith("TRACE_UNLISTED")),
    [],
  );
  assert.equal(found.length, 2, "the runs in folders");
});

test("a trace that is pruned after the ledger was read is not missing, and one that is removed is", async (t) => {
  const { root, ledger } = await ended(t);
  const now = nodeClock.now;
  const request = { before: now() + 1, keep: 1, attested: false, isDryRun: false };
  const { runs } = await pruneRuns(request, { root, now, lockTrace: (file) => lockTraceFile(file) });
  assert.equal(runs.length, 4);
  assert.deepEqual(await findingsAfter(ledger, root), []);
  const [left = ""] = root.names().filter((name) => /^\d/.test(name));
  rmSync(join(root.folder, left), { recursive: true });
  assert.deepEqual(await findingsAfter(ledger, root), [`TRACE_MISSING ${left}`]);
});
