/** Segments of processes that were killed, and what moves a run out of a segment or removes it. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { TraceFault } from "../../src/errors/ports.ts";
import { LEDGER_FILE } from "../../src/ledger/line.ts";
import { markRun } from "../../src/ledger/marks.ts";
import { pruneRuns } from "../../src/ledger/prune.ts";
import { completeLedger, rebuildLedger } from "../../src/ledger/rebuild.ts";
import { standingOf } from "../../src/ledger/standing.ts";
import { traceAddress, traceIdsIn } from "../../src/ledger/trace-place.ts";
import { openSource } from "../../src/platform/file-chunks.ts";
import { nodeClock } from "../../src/platform/node-ports.ts";
import { ownFolder } from "../../src/platform/own-folder.ts";
import { lockTraceFile } from "../../src/platform/trace-files.ts";
import { openTracesRoot } from "../../src/platform/traces-root.ts";
import type { TracesRoot } from "../../src/ports.ts";
import { childModules } from "../support/child-modules.ts";
import { type Disk, recordDisk } from "../support/disk.ts";
import { killedAfter, killedAtEachCall } from "../support/fs-calls.ts";
import { lockText } from "../support/lock-text.ts";
import { portion } from "../support/portion.ts";
import {
  copyOver,
  endLocks,
  entriesIn,
  findingsIn,
  type LeftBehind,
  leftBehind,
  linesOf,
  runOf,
  segmentIn,
  segmentWorld,
} from "./segment-world.ts";

const ports = (root: TracesRoot) => ({
  root,
  openSource: async (path: string) => openSource(path),
  now: nodeClock.now,
  lockTrace: (file: string) => lockTraceFile(file),
});

const completed = (root: TracesRoot) =>
  completeLedger(openSource(join(root.folder, LEDGER_FILE)) ?? assert.fail("no ledger"), ports(root));

const statesIn = (root: TracesRoot) =>
  Object.fromEntries(entriesIn(root).map((entry) => [entry.id, standingOf(entry, root).state]));

const draftsIn = (folder: string) =>
  readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith(".tmp"));

const bytesOf = (root: TracesRoot, id: string) =>
  readFileSync(join(root.folder, `${id}/${id}.jsonl`), "latin1");

test("whenever the process of a segment is killed, each run in it is found and can be gone on with", async (t) => {
  const { folder, run } = segmentWorld(t);
  await Promise.all([1, 2, 3].map(() => run({})));
  const { root, folder: left } = leftBehind(t, folder);
  const { path } = segmentIn(root);
  const whole = readFileSync(path, "latin1");
  const ledger = linesOf(join(left, LEDGER_FILE));
  const moments = Array.from({ length: whole.length + 1 }, (_, i) => i);
  for (const moment of portion(t, moments, 30)) {
    copyOver(folder, left);
    truncateSync(path, moment);
    // A line of the ledger is written after those of the trace that it speaks of.
    const said = ledger.findIndex((line) => JSON.parse(line).place.end > moment);
    writeFileSync(join(left, LEDGER_FILE), ledger.slice(0, said === -1 ? ledger.length : said).join(""));
    const lines = linesOf(path);
    const begun = lines.filter((line) => line.endsWith("\n"));
    const named = new Set(begun.map(runOf));
    assert.deepEqual(traceIdsIn(root), [...named].sort());
    await completed(root);
    assert.deepEqual(await findingsIn(root), []);
    const states = statesIn(root);
    for (const entry of entriesIn(root)) {
      const { id } = entry;
      const own = lines.filter((line) => runOf(line) === id).join("");
      const isEnded = /"event_type":"workflow_complete".*\n$/.test(own);
      assert.equal(states[id], isEnded ? "COMPLETED" : "INTERRUPTED", `${moment} bytes`);
      ownFolder(join(left, traceAddress(id, entry.place, root)));
      assert.equal(bytesOf(root, id), own);
    }
    assert.deepEqual(statesIn(root), states, "they stand as before");
    assert.deepEqual(await findingsIn(root), []);
  }
});

test("a run is moved as a whole or not at all, wherever the process is killed, and once", async (t) => {
  const { folder, run } = segmentWorld(t);
  const [id = ""] = await Promise.all([1, 2].map(() => run({}, { stop: 4 })));
  const left = leftBehind(t, folder);
  const { name, path } = segmentIn(left.root);
  const bytes = readFileSync(path);
  const own = linesOf(path)
    .filter((line) => runOf(line) === id)
    .join("");
  const address = join(left.folder, "segments", `${name}#${id}`);
  const calls = killedAtEachCall(() => {
    copyOver(folder, left.folder);
    return {
      work: () => void ownFolder(address),
      after() {
        endLocks(left.folder);
        const file = join(left.folder, id, `${id}.jsonl`);
        if (existsSync(file)) assert.equal(bytesOf(left.root, id), own);
        assert.equal(ownFolder(address), file);
        assert.equal(ownFolder(address), file);
        assert.equal(bytesOf(left.root, id), own);
        assert.deepEqual(readdirSync(join(left.folder, id)), [`${id}.jsonl`]);
        assert.deepEqual(draftsIn(left.folder), []);
        assert.deepEqual(readFileSync(path), bytes);
      },
    };
  });
  assert.ok(calls > 8, `${calls} calls`);
});

test("a run is moved out of the segment of a living process only when it has ended, or by that process", async (t) => {
  const { folder, root, run } = segmentWorld(t);
  const [done, stopped] = [await run({}), await run({}, { stop: 4 })];
  const { name } = segmentIn(root);
  const addressIn = (at: string, id: string) => join(at, "segments", `${name}#${id}`);
  // Another process sees the same lock, of a process that lives.
  const other = leftBehind(t, folder);
  const lock = join(other.folder, "segments", `${name}.lock`);
  rmSync(lock);
  symlinkSync(readlinkSync(join(folder, "segments", `${name}.lock`)), lock);
  assert.throws(
    () => ownFolder(addressIn(other.folder, stopped)),
    (error) => error instanceof TraceFault && error.code === "TRACE_BUSY" && error.facts["pid"] === process.pid,
  );
  assert.ok(!existsSync(join(other.folder, stopped)));
  assert.equal(statesIn(other.root)[stopped], "RUNNING");
  assert.equal(statesIn(root)[stopped], "INTERRUPTED");
  for (const [at, id] of [
    [other.folder, done],
    [folder, done],
    [folder, stopped],
  ] as const) {
    const file = join(at, id, `${id}.jsonl`);
    assert.equal(ownFolder(addressIn(at, id)), file);
    assert.ok(existsSync(file));
  }
  // Of a process of another host, nothing is known: it may be alive.
  rmSync(lock);
  symlinkSync(lockText({ host: "elsewhere" }), lock);
  assert.throws(
    () => ownFolder(addressIn(other.folder, stopped)),
    (error) =>
      error instanceof TraceFault && error.code === "TRACE_BUSY" && error.facts["host"] === "elsewhere",
  );
  rmSync(lock);
  assert.equal(ownFolder(addressIn(other.folder, stopped)), join(other.folder, stopped, `${stopped}.jsonl`));
  assert.deepEqual(draftsIn(other.folder), []);
  assert.equal(
    ownFolder(addressIn(folder, "none")),
    addressIn(folder, "none"),
    "of what is not there, nothing is made",
  );
  assert.equal(ownFolder(join(folder, LEDGER_FILE)), join(folder, LEDGER_FILE));
});

/** Three runs in a segment, of which the second has a folder as well, and one that has only a folder. */
async function four(t: TestContext) {
  const { folder, run } = segmentWorld(t);
  const ids = await Promise.all([1, 2, 3].map(() => run({})));
  const inFolder = await run({}, { isInFolder: true });
  const left = leftBehind(t, folder);
  const [first = "", second = "", third = ""] = ids;
  ownFolder(join(left.folder, "segments", `${segmentIn(left.root).name}#${second}`));
  return { left, first, second, third, inFolder };
}

const pruned = (root: TracesRoot, keep: number, isDryRun = false) =>
  pruneRuns({ before: nodeClock.now() + 1, keep, attested: false, isDryRun }, ports(root));

test("prune that cannot lock a folder gives back the locks that it has", async (t) => {
  const { folder, run } = segmentWorld(t);
  for (const isInFolder of [true, true, true]) await run({}, { isInFolder });
  const { root } = leftBehind(t, folder);
  const held = new Set<string>();
  const lockTrace = (file: string) => {
    if (held.size === 2) throw new Error("no more locks");
    held.add(file);
    return { unlock: () => held.delete(file) };
  };
  const request = { before: nodeClock.now() + 1, keep: 0, attested: false, isDryRun: false };
  await assert.rejects(() => pruneRuns(request, { ...ports(root), lockTrace }), /no more locks/);
  assert.deepEqual([...held], []);
  assert.equal(traceIdsIn(root).length, 3);
});

test("prune takes runs out of a segment, and the segment when none is left", async (t) => {
  const { left, first, second, third, inFolder } = await four(t);
  const { root, folder } = left;
  const { path } = segmentIn(root);
  const linesOfRun = (id: string) => linesOf(path).filter((line) => runOf(line) === id);
  const kept = entriesIn(root)
    .slice(0, 2)
    .map(({ id }) => id);
  const gone = [first, second, third, inFolder].filter((id) => !kept.includes(id));
  const before = Object.fromEntries(kept.map((id) => [id, linesOfRun(id)]));
  const sizes = Object.fromEntries(
    gone.map((id) => [id, linesOfRun(id).join("").length * (id === second ? 2 : 1)]),
  );
  const dry = await pruned(root, 2, true);
  assert.deepEqual(Object.fromEntries(dry.runs.map(({ id, bytes }) => [id, bytes])), sizes);
  const bytes = readFileSync(path);
  assert.deepEqual(await pruned(root, 2), dry);
  assert.notDeepEqual(readFileSync(path), bytes);
  for (const id of gone) assert.deepEqual([linesOfRun(id), existsSync(join(folder, id))], [[], false]);
  for (const id of kept) assert.deepEqual(linesOfRun(id), before[id]);
  assert.deepEqual(await findingsIn(root), []);
  assert.deepEqual((await pruned(root, 2)).runs, [], "nothing is left to do");
  for (const id of kept) assert.equal(statesIn(root)[id], "COMPLETED");
  await pruned(root, 0);
  assert.deepEqual(root.segments(), []);
  assert.deepEqual(await findingsIn(root), []);
});

test("prune takes runs out of the copy of a segment, too, and leaves what the ledger does not have", async (t) => {
  const { root } = (await four(t)).left;
  const { path } = segmentIn(root);
  const copy = path.replace(".jsonl", "_2.jsonl");
  const strange = linesOf(path).map((line) => line.replace(runOf(line), `${runOf(line)}_9`));
  const unlisted = path.replace(".jsonl", "_3.jsonl");
  copyFileSync(path, copy);
  writeFileSync(unlisted, strange.join(""));
  const kept = new Set(
    entriesIn(root)
      .slice(0, 2)
      .map(({ id }) => id),
  );
  await pruned(root, 2, true);
  assert.deepEqual(readFileSync(copy), readFileSync(path));
  await pruned(root, 2);
  for (const line of linesOf(copy)) assert.ok(kept.has(runOf(line)));
  assert.deepEqual(linesOf(copy), linesOf(path));
  await pruned(root, 0);
  assert.deepEqual([existsSync(copy), linesOf(unlisted)], [false, strange]);
});

test("nothing of a segment is pruned that a process writes", async (t) => {
  const { root, run } = segmentWorld(t);
  await Promise.all([1, 2, 3].map(() => run({})));
  const { path } = segmentIn(root);
  const bytes = readFileSync(path);
  const { runs, kept } = await pruned(root, 0);
  assert.deepEqual([runs, kept.running], [[], 3]);
  assert.deepEqual(readFileSync(path), bytes);
});

test("wherever a prune is killed, no run that stays has lost a line, and the next one finishes it", async (t) => {
  const { left, second } = await four(t);
  const again: LeftBehind = leftBehind(t, left.folder);
  const { root, folder } = again;
  const { path } = segmentIn(root);
  const [kept = ""] = entriesIn(root)
    .map(({ id, segment }) => (segment === null || id === second ? "" : id))
    .filter((id) => id !== "");
  const own = linesOf(path).filter((line) => runOf(line) === kept);
  const request = { before: nodeClock.now() + 1, keep: 0, attested: false, isDryRun: false };
  await markRun({ run: kept, mark: { name: "stays" }, now: nodeClock.now() }, left.root);
  for (let calls = 0, isOver = false; !isOver; calls += 3) {
    copyOver(left.folder, folder);
    const fresh = openTracesRoot(folder);
    isOver = !(await killedAfter(calls, () => pruneRuns(request, ports(fresh))));
    endLocks(folder);
    assert.deepEqual(
      linesOf(path).filter((line) => runOf(line) === kept),
      own,
      `${calls} calls`,
    );
    const after = openTracesRoot(folder);
    assert.deepEqual(await findingsIn(after), [], `${calls} calls`);
    await pruneRuns(request, ports(after));
    assert.deepEqual(traceIdsIn(after), [kept], `${calls} calls`);
    assert.deepEqual(linesOf(path), own);
    assert.deepEqual(await findingsIn(after), []);
    assert.deepEqual(draftsIn(folder), []);
  }
});

test("a ledger that is made anew says what the first one said", async (t) => {
  const { left } = await four(t);
  const { root } = left;
  const said = () =>
    entriesIn(root)
      .map(({ id, workflow, state, outcome, exitReason, begun, changed, place, segment }) => ({
        ...{ id, workflow, state, outcome, exitReason, begun, changed, place, segment },
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  const before = said();
  const { traces, unreadable } = await rebuildLedger(ports(root));
  assert.deepEqual([traces, unreadable], [4, []]);
  assert.deepEqual(said(), before);
  assert.deepEqual(await findingsIn(root), []);
  assert.deepEqual((await completed(root)).runs, []);
});

test("a ledger that is made anew keeps what other processes add meanwhile, and what no trace shows", async (t) => {
  const { folder, root, run } = segmentWorld(t);
  const inFolder = { isInFolder: true };
  const [first, second, gone] = [await run({}), await run({}, inFolder), await run({}, inFolder)];
  await markRun({ run: first, mark: { name: "seen" }, now: nodeClock.now() }, root);
  rmSync(join(folder, gone), { recursive: true });
  const before = linesOf(join(folder, LEDGER_FILE)).filter(Boolean).length;
  let added = "";
  const { traces, lines, kept } = await rebuildLedger({
    ...ports(root),
    async openSource(path) {
      // After the traces folder was listed, and before the ledger is locked.
      if (path.includes(second)) added = await run({}, inFolder);
      return openSource(path);
    },
  });
  assert.deepEqual([traces, lines, kept], [2, before, 3]);
  assert.deepEqual(
    entriesIn(root).map(({ id, state, marks }) => [id, state, marks.length]),
    [
      [added, "COMPLETED", 0],
      [gone, "COMPLETED", 0],
      [second, "COMPLETED", 0],
      [first, "COMPLETED", 1],
    ],
  );
  const findings = (await findingsIn(root)).map(({ code, run: about }) => [code, about]);
  assert.deepEqual(findings, [["TRACE_MISSING", gone]]);
});

const MOVING = `
const [, module, ...addresses] = process.argv;
const { ownFolder } = await import(module);
process.stdout.write(JSON.stringify(addresses.map((address) => ownFolder(address))));
`;

test("processes that move the same runs at once leave one folder of each, whole", async (t) => {
  const { folder, run } = segmentWorld(t);
  const ids = await Promise.all(Array.from({ length: 12 }, () => run({}, { stop: 4 })));
  const left = leftBehind(t, folder);
  const { name, path } = segmentIn(left.root);
  const { "src/platform/own-folder.ts": module } = await childModules("src/platform/own-folder.ts");
  const addresses = ids.map((id) => join(left.folder, "segments", `${name}#${id}`));
  const move = async (): Promise<unknown> => {
    const argv = ["--input-type=module", "-e", MOVING, "--", module, ...addresses];
    const { stdout } = await promisify(execFile)(process.execPath, argv);
    return JSON.parse(stdout);
  };
  const files = ids.map((id) => join(left.folder, id, `${id}.jsonl`));
  assert.deepEqual(await Promise.all([move(), move(), move()]), [files, files, files]);
  for (const id of ids)
    assert.equal(
      bytesOf(left.root, id),
      linesOf(path)
        .filter((line) => runOf(line) === id)
        .join(""),
    );
  assert.deepEqual(draftsIn(left.folder), []);
});

test("no power cut leaves a part of a run that is moved, or removes a run of which the ledger does not say so", async (t) => {
  const { left, first, third } = await four(t);
  const { root, folder } = left;
  const { name, path } = segmentIn(root);
  const own = linesOf(path)
    .filter((line) => runOf(line) === first)
    .join("");
  const file = join(folder, first, `${first}.jsonl`);
  const moving = await recordDisk(folder, async () => ownFolder(join(folder, "segments", `${name}#${first}`)));
  const states = (disk: Disk, of: string) =>
    Array.from({ length: disk.moments }, (_, moment) => [...disk.afterCut(of, moment)]);
  for (const found of states(moving, file)) for (const one of found) assert.ok(one === null || one === own);
  assert.deepEqual(states(moving, file).at(-1), [own]);

  await markRun({ run: third, mark: { name: "stays" }, now: nodeClock.now() }, root);
  // A folder in which no file is open yet.
  const fresh = leftBehind(t, folder);
  const segment = segmentIn(fresh.root).path;
  const before = readFileSync(segment, "utf8");
  const disk = await recordDisk(fresh.folder, () => pruned(fresh.root, 0));
  const after = readFileSync(segment, "utf8");
  assert.deepEqual(new Set(after.split("\n").slice(0, -1).map(runOf)), new Set([third]));
  const segments = states(disk, segment);
  assert.deepEqual(segments.at(-1), [after]);
  for (const [moment, found] of segments.entries()) {
    for (const one of found) assert.ok(one === before || one === after, `moment ${moment}`);
    if (!found.includes(after)) continue;
    for (const ledger of disk.afterCut(join(fresh.folder, LEDGER_FILE), moment))
      assert.match(ledger ?? "", new RegExp(`"run":"${first}"[^\n]*"state":"PRUNED"`), `moment ${moment}`);
  }
});
