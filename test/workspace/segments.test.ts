/** The library, whose runs write their traces into one file. */

import assert from "node:assert/strict";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fixedClock, folderTraces, type RunResult, segmentTraces, type Workspace } from "../../src/index.ts";
import { verifyLedger } from "../../src/ledger/verify.ts";
import { openSource } from "../../src/platform/file-chunks.ts";
import { openTracesRoot } from "../../src/platform/traces-root.ts";
import { isTraceName } from "../../src/trace/trace-name.ts";
import { appending, contract, oneContract, WORKFLOW } from "../engine/trial.ts";
import { asking, nested } from "../engine/waiting.ts";
import { begun, opened, refusal } from "./opened.ts";

const LOGGING = oneContract(contract([appending("one", { n: 1 }), appending("two", { n: 2 })]));
const ASKING = asking({ key: "k", choices: ["yes", "no"], timeout: "PT1H" });

/** Stopped in the middle of its first effect. */
async function stopped(workspace: Workspace): Promise<RunResult> {
  const stopping = new AbortController();
  const run = await begun(workspace, {
    stop: stopping.signal,
    onEvent: ({ event_type }) => {
      if (event_type === "side_effect_start") stopping.abort();
    },
  });
  assert.equal(run.status, "INTERRUPTED");
  return run;
}

const tracesOf = (run: RunResult) => dirname(dirname(String(run.trace.file)));
const foldersIn = (traces: string) => readdirSync(traces).filter(isTraceName);

test("runs share a file, and each is examined by its trace, its address and its bytes", async (t) => {
  const workspace = await opened(t, LOGGING);
  const runs = await Promise.all(Array.from({ length: 8 }, () => begun(workspace)));
  assert.equal(new Set(runs.map(({ id }) => id)).size, 8);
  assert.equal(new Set(runs.map(({ trace }) => trace.file?.split("#")[0])).size, 1);
  for (const { trace, head } of runs)
    for (const given of [trace, String(trace.file), trace.bytes()])
      assert.equal((await workspace.examine(given, { head })).ok, true);
  const [first] = runs as [RunResult, ...RunResult[]];
  assert.deepEqual(foldersIn(tracesOf(first)), []);
  await assertVerified(tracesOf(first));
});

/** The ledger and the traces are what they were. */
async function assertVerified(traces: string): Promise<void> {
  const root = openTracesRoot(traces);
  const ledger = openSource(join(traces, "ledger.jsonl")) ?? assert.fail("no ledger");
  const { findings } = await verifyLedger(ledger, { root, openSource: async (path) => openSource(path) });
  assert.deepEqual(findings, []);
}

test("the path of the file names its trace where it has one, and is refused where it has several", async (t) => {
  const workspace = await opened(t, LOGGING);
  const run = await stopped(workspace);
  assert.deepEqual(await workspace.examine(sharedFile(run)), await workspace.examine(run.trace));
  assert.equal((await workspace.resume(sharedFile(run))).status, "SUCCESS");
  const several = await Promise.all([begun(workspace), begun(workspace)]);
  const file = sharedFile(several[0]);
  for (const work of [workspace.examine(file), workspace.resume(file), workspace.cancel(file)])
    assert.equal(await refusal(work), "TRACES_SEVERAL");
});

test("a run that was stopped in the file goes on in a folder, however it is named", async (t) => {
  const workspace = await opened(t, LOGGING);
  const named: readonly ((run: RunResult) => RunResult["trace"] | string)[] = [
    ({ trace }) => trace,
    ({ trace }) => String(trace.file),
    ({ id }) => id,
  ];
  for (const nameOf of named) {
    const run = await stopped(workspace);
    const before = Buffer.from(run.trace.bytes());
    const resumed = await workspace.resume(nameOf(run));
    assert.deepEqual([resumed.id, resumed.status, resumed.effects.length], [run.id, "SUCCESS", 2]);
    assert.equal(resumed.trace.file, join(tracesOf(run), run.id, `${run.id}.jsonl`));
    assert.deepEqual(Buffer.from(resumed.trace.bytes()).subarray(0, before.length), before);
    // What names the run in the segment names it where it is now.
    assert.deepEqual(run.trace.bytes(), resumed.trace.bytes());
    assert.equal((await workspace.examine(nameOf(run) === run.id ? run.trace : nameOf(run))).ok, true);
    assert.equal(await refusal(workspace.resume(nameOf(run))), "RUN_ENDED");
  }
  const run = await stopped(workspace);
  assert.equal((await workspace.cancel(run.trace)).status, "CANCELLED");
  await assertVerified(tracesOf(run));
});

test("a run that does not go on gets no folder", async (t) => {
  const workspace = await opened(t, LOGGING);
  const ended = await begun(workspace);
  assert.equal(await refusal(workspace.resume(ended.trace)), "RUN_ENDED");
  const run = await stopped(workspace);
  const segment = String(run.trace.file).split("#")[0] ?? "";
  const before = readFileSync(segment);
  writeFileSync(segment, String(before).replace(`"execution_id":"${run.id}"`, '"execution_id":"x"'));
  for (const going of [workspace.resume(run.trace), workspace.cancel(run.trace)])
    assert.equal(await refusal(going), "TRACE_DAMAGED");
  assert.deepEqual(foldersIn(tracesOf(run)), []);
});

test("the bytes of a run that was stopped go on in memory, and the file stays as it is", async (t) => {
  const workspace = await opened(t, LOGGING);
  const run = await stopped(workspace);
  const before = run.trace.bytes();
  const resumed = await workspace.resume(before);
  assert.deepEqual([resumed.status, resumed.trace.file], ["SUCCESS", null]);
  assert.deepEqual(run.trace.bytes(), before);
});

for (const [what, protocol, options] of [
  ["may wait", ASKING, {}],
  ["calls another workflow", nested("k"), {}],
  ["has a key for its secrets", LOGGING, { secretsKey: Buffer.alloc(32).toString("base64") }],
  ["has a fixed clock", LOGGING, { clock: fixedClock(Date.parse("2026-01-31T09:00:00Z")) }],
] as const)
  test(`a run that ${what} has a folder of its own from its beginning`, async (t) => {
    const workspace = await opened(t, protocol, options);
    const { id, trace } = await begun(workspace);
    assert.match(String(trace.file), new RegExp(`/${id}/${id}\\.jsonl$`));
    assert.ok(existsSync(String(trace.file)));
  });

const sharedFile = ({ trace }: RunResult) => String(trace.file).split("#")[0] ?? "";

/** Whether the file that the run shares is locked by a process that writes it. */
const isLocked = (run: RunResult) =>
  readdirSync(join(tracesOf(run), "segments")).includes(`${basename(sharedFile(run))}.lock`);

test("a process that has stopped a run does not keep others from it: its file is closed, and the next run makes another", async (t) => {
  const workspace = await opened(t, LOGGING);
  const [run, other] = await Promise.all([stopped(workspace), begun(workspace)]);
  assert.equal(sharedFile(run), sharedFile(other));
  assert.equal(isLocked(run), false);
  const next = await begun(workspace);
  assert.equal(isLocked(next), true);
  assert.notEqual(sharedFile(next), sharedFile(run));
  await assertVerified(tracesOf(run));
});

test("a workspace that is closed ends its file with the runs in flight, refuses others, and still examines", async (t) => {
  const workspace = await opened(t, LOGGING);
  const workflow = await workspace.workflow(WORKFLOW);
  const before = await workflow.run({});
  assert.equal(isLocked(before), true);
  const inFlight = workflow.run({}, { onEvent: () => workspace.close() });
  const asked = workflow.run({});
  for (const run of await Promise.all([inFlight, asked])) {
    assert.equal(run.status, "SUCCESS");
    assert.equal(isLocked(run), false);
    assert.equal((await workspace.examine(run.trace)).ok, true);
  }
  assert.equal(isLocked(before), false);
  const closed = [workflow.run({}), workspace.resume(before.trace), workspace.cancel(before.trace)];
  for (const work of [...closed, workflow.run({}, { dryRun: true })])
    assert.equal(await refusal(work), "WORKSPACE_CLOSED");
  workspace.close();
  await assertVerified(tracesOf(before));
});

test("runs that were asked for before the workspace was closed share a file, and who waits for close() waits for them", async (t) => {
  const workspace = await opened(t, LOGGING);
  const workflow = await workspace.workflow(WORKFLOW);
  const before = await workflow.run({});
  const runs = Array.from({ length: 8 }, () => workflow.run({}));
  const stopping = new AbortController();
  const stopped = workflow.run({}, { stop: stopping.signal, onEvent: () => stopping.abort() });
  await Promise.all([workspace.close(), workspace.close()]);
  const files = readdirSync(dirname(sharedFile(before)));
  assert.deepEqual(
    files.filter((name) => name.endsWith(".jsonl.lock")),
    [],
  );
  const all = await Promise.all([...runs, stopped]);
  assert.ok(new Set(all.map(sharedFile)).size <= 2, "one more where a run was stopped");
  const segments = files.filter((name) => name.endsWith(".jsonl"));
  assert.equal(segments.length, new Set([before, ...all].map(sharedFile)).size);
});

test("traces that a workspace was given are closed by who gave them", async (t) => {
  const traces = segmentTraces(folderFor(t));
  const workspace = await opened(t, LOGGING, { traces });
  const run = await begun(workspace);
  workspace.close();
  assert.equal(isLocked(run), true);
  traces.close?.();
  assert.equal(isLocked(run), false);
});

test("where traces are written is chosen by the workspace, or by the run", async (t) => {
  const traces = folderFor(t);
  const workspace = await opened(t, LOGGING, { traces: folderTraces(traces) });
  const run = await begun(workspace);
  assert.deepEqual(foldersIn(traces), [run.id]);
  const { trace } = await begun(workspace, { traces: segmentTraces(traces) });
  assert.equal(dirname(String(trace.file)), join(traces, "segments"));
  await assertVerified(traces);
});

function folderFor(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pgs-traces-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
