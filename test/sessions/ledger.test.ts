/** What runs leave in the ledger beside their traces. */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { memoryTraces, openWorkspace } from "../../src/index.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { isRunLine, parseLine, type RunLine } from "../../src/ledger/line.ts";
import { takingTurns } from "../support/portion.ts";
import { at, document, FIXTURES, fixture, lines, RELEASE, tree, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const data = join(FIXTURES, "data");
const completed = ["run", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png", "--no-md"];
const denied = [
  "run",
  RELEASE,
  "--payload",
  fixture("wf-release-change/quorum-not-met"),
  "--no-png",
  "--no-md",
];

function ledgerOf({ path }: Workspace): readonly RunLine[] {
  const text = readFileSync(path("traces/ledger.jsonl"), "utf8").trimEnd();
  return text.split("\n").flatMap((line) => {
    const parsed = parseLine(line);
    assert.ok(typeof parsed !== "string", line);
    return isRunLine(parsed) ? [parsed] : [];
  });
}

test("a run has a line when it begins and one when it ends, with the heads of its trace", async (t) => {
  const place = workspace(t, { data });
  const actor = "release_governance::AC_ENGINEER_V0";
  const report = document(await place.session(...completed, "--actor", actor, "--json"));
  await place.session(...denied);
  const events = place.traces().map(lines);
  const [first = [], second = []] = events;
  const said = ledgerOf(place).map(({ run, workflow, state, outcome, exit_reason_code, head, actor: who }) => [
    ...[run, workflow, state, outcome, exit_reason_code, head, who],
  ]);
  const one = [report["trace_id"], RELEASE];
  const other = [second[0]?.["execution_id"], RELEASE];
  assert.deepEqual(said, [
    [...one, "RUNNING", undefined, undefined, first[0]?.["hash"], actor],
    [...one, "COMPLETED", "SUCCESS", "COMPLETED", report["head"], undefined],
    [...other, "RUNNING", undefined, undefined, second[0]?.["hash"], undefined],
    [...other, "FAILED", "DENIED", "EXIT_DENIED", second.at(-1)?.["hash"], undefined],
  ]);
  assert.deepEqual(
    ledgerOf(place).map((line) => line.at),
    events.flatMap((all) => [all[0]?.["timestamp"], all.at(-1)?.["timestamp"]]),
  );
});

test("each line of --payloads is a run in the ledger, and a payload that is refused is none", async (t) => {
  const place = workspace(t, { data });
  const payload = JSON.parse(readFileSync(fixture("wf-release-change/completed"), "utf8")) as JsonObject;
  const payloads = [1, 2, 3].map((i) => JSON.stringify({ ...payload, change_id: `CHG-${i}` }));
  writeFileSync(place.path("payloads.jsonl"), `${[...payloads, "no JSON"].join("\n")}\n`);
  const argv = ["run", RELEASE, "--payloads", "payloads.jsonl", "--jobs", "3", "--quiet"];
  const said = await place.session(...argv);
  const ran = said.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonObject);
  const ended = ledgerOf(place).filter(({ state }) => state !== "RUNNING");
  const heads = (found: readonly { readonly head?: unknown }[]) => found.map(({ head }) => head).sort();
  assert.deepEqual(heads(ended), heads(ran.slice(0, 3)));
  assert.equal(ledgerOf(place).length, 6);
});

test("the ledger of an older traces folder says so, and how to make a whole one", async (t) => {
  const place = workspace(t, { data });
  await place.session(...completed);
  rmSync(place.path("traces/ledger.jsonl"));
  const said = await place.session(...denied);
  assert.match(
    said.err,
    /^notice: [A-Z_]+ there was no ledger, but 1 trace is there: the ledger begins after them \(traces\/ledger\.jsonl\)$/m,
  );
  assert.match(said.err, /^hint: .*pgs runs rebuild/m);
  assert.equal(said.code, 1);
  const [opening] = lines(place.path("traces/ledger.jsonl"));
  assert.deepEqual([opening?.["opening"], opening?.["traces"]], ["AFTER_TRACES", 1]);
  assert.doesNotMatch((await place.session(...denied)).err, /notice/);
});

test("a ledger that cannot be written changes nothing about how a run ends", async (t) => {
  const place = workspace(t, { data });
  mkdirSync(place.path("traces/ledger.jsonl"), { recursive: true });
  const said = await place.session(...completed);
  assert.equal(said.code, 0);
  assert.equal(
    said.err.match(/^notice: LEDGER_UNWRITABLE nothing can be added to the ledger of the runs: EISDIR/gm)
      ?.length,
    1,
  );
  const quiet = await place.session(...denied, "--quiet");
  assert.deepEqual([quiet.code, quiet.err], [1, ""]);
});

it("a library writes the ledger beside a folder of traces, and none for traces in memory", async (t) => {
  const place = workspace(t, { data });
  const open = await openWorkspace({ folder: place.folder });
  const workflow = await open.workflow(RELEASE);
  const payload = JSON.parse(readFileSync(fixture("wf-release-change/completed"), "utf8")) as JsonObject;
  await workflow.run(payload, { traces: memoryTraces() });
  assert.ok(!existsSync(place.path("traces")));
  const run = await workflow.run({ ...payload, change_id: "CHG-9000" });
  assert.deepEqual(
    ledgerOf(place).map(({ run: id, state, head }) => [id, state, head]),
    [
      [run.id, "RUNNING", lines(String(run.trace.file))[0]?.["hash"]],
      [run.id, "COMPLETED", run.head],
    ],
  );
  assert.deepEqual(run.notices, []);
  rmSync(place.path("traces/ledger.jsonl"));
  mkdirSync(place.path("traces/ledger.jsonl"));
  const unlisted = await workflow.run({ ...payload, change_id: "CHG-9001" });
  assert.deepEqual(
    [unlisted.status, unlisted.notices.map(({ code }) => code)],
    ["SUCCESS", ["LEDGER_UNWRITABLE"]],
  );
});

test("the protocol of a run is kept once beside its trace, with the seal", async (t) => {
  const place = workspace(t, { data });
  await place.session(...completed);
  const [trace = ""] = place.traces();
  const start = lines(trace)[0];
  const root = String(at(start, "payload", "snapshot", "closure_root"));
  assert.deepEqual(readdirSync(place.path("traces/protocols")), [`${root}.json`]);
  const file = place.path(`traces/protocols/${root}.json`);
  const before = readFileSync(file, "utf8");
  const kept = JSON.parse(before) as JsonObject;
  assert.deepEqual(kept["snapshot"], { root: at(start, "payload", "snapshot", "root"), seal: "sealed" });
  assert.equal(kept["seal"], readFileSync(place.path("protocol_snapshot/seal.json"), "utf8"));
  await place.session(...denied);
  assert.deepEqual([tree(place.path("traces/protocols")).length, readFileSync(file, "utf8")], [1, before]);
});
