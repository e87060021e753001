/** Traces of a protocol that has changed since: examined, drawn and continued with what was kept of it beside them. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { openWorkspace } from "../../src/index.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { calling, PARCEL } from "../engine/calling.ts";
import { filesOf, type Protocol, SNAPSHOT as TRIAL_SNAPSHOT, WORKFLOW } from "../engine/trial.ts";
import { asking } from "../engine/waiting.ts";
import { takingTurns } from "../support/portion.ts";
import { edit, reauthor, unsealedCopy } from "./reauthor.ts";
import {
  at,
  document,
  FIXTURES,
  fixture,
  lines,
  RELEASE,
  type Said,
  SNAPSHOT,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const data = join(FIXTURES, "data");
const completed = ["--payload", fixture("wf-release-change/completed"), "--no-png", "--no-md", "--quiet"];

/** A workspace whose snapshot is a copy: sealed as the project's own, or without a seal. */
function copied(t: TestContext, isSealed: boolean): Workspace {
  const place = workspace(t, { snapshot: null, data });
  if (isSealed) cpSync(SNAPSHOT, place.path("protocol_snapshot"), { recursive: true });
  else unsealedCopy(place.path("protocol_snapshot"));
  return place;
}

async function ran(place: Workspace): Promise<string> {
  const said = await place.session("run", RELEASE, ...completed);
  assert.equal(said.code, 0, said.err);
  return place.traces().at(-1) as string;
}

/** Another protocol in the place of the one that ran. */
function change({ path }: Workspace): void {
  rmSync(path("protocol_snapshot"), { recursive: true });
  unsealedCopy(path("protocol_snapshot"));
  reauthor(path("protocol_snapshot"), RELEASE, (markdown) =>
    markdown.replace("SUCCESS: SET_ENVIRONMENT_STATE", "SUCCESS: EXIT_RELEASED"),
  );
}

const verdictOf = (said: Said) => {
  const found = document(said);
  const { intact, allowed, replayed } = found;
  return [said.code, intact, at(allowed, "ok"), replayed === null ? null : at(replayed, "ok")];
};

const rootIn = (trace: string) => String(at(lines(trace)[0], "payload", "snapshot", "closure_root"));

for (const isSealed of [true, false]) {
  it(`after the protocol has changed, and when it is gone, a trace is valid and replayed: ${isSealed ? "sealed" : "not sealed"}`, async (t) => {
    const place = copied(t, isSealed);
    const trace = await ran(place);
    const before = document(await place.session("examine", trace, "--json"));
    const root = at(lines(trace)[0], "payload", "snapshot", "root");
    assert.deepEqual(before["protocol"], { root, kept: null });
    const kept = `traces/protocols/${rootIn(trace)}.json`;
    change(place);
    const said = await place.session("examine", trace, "--json");
    assert.deepEqual(verdictOf(said), [0, true, true, true]);
    assert.deepEqual(document(said)["protocol"], { root, kept });
    assert.deepEqual(document(said)["effects"], before["effects"]);
    assert.equal(
      at(document(said), "what_if", "ending", "status"),
      "SUCCESS",
      "what is at hand now is asked, too",
    );
    assert.match(
      (await place.session("examine", trace)).out,
      new RegExp(`^ {2}protocol {2}kept in ${kept}$`, "m"),
    );
    rmSync(place.path("protocol_snapshot"), { recursive: true });
    const gone = await place.session("examine", trace, "--json");
    assert.deepEqual(verdictOf(gone), [0, true, true, true]);
    assert.equal(document(gone)["what_if"], null);
    const drawn = await place.session("render", trace, "--md", "-");
    assert.deepEqual([drawn.code, drawn.err], [0, ""]);
    const library = await openWorkspace({ folder: place.folder });
    assert.equal((await library.examine(trace)).ok, true);
    assert.equal((await library.examine(readFileSync(trace))).ok, true);
  });
}

const OF_PROTOCOL = /\/(?:protocol_snapshot|protocols)\//;

/** How often each file of a snapshot, and each kept one, was read meanwhile. */
async function readsOf(t: TestContext, work: () => Promise<void>): Promise<Readonly<Record<string, number>>> {
  const { read } = nodeFiles;
  const counts: Record<string, number> = {};
  const counting = t.mock.method(nodeFiles, "read", (file: string, most?: number) => {
    const bytes = read(file, most);
    if (bytes !== null && OF_PROTOCOL.test(file)) counts[file] = (counts[file] ?? 0) + 1;
    return bytes;
  });
  await work();
  counting.mock.restore();
  return counts;
}

it("what several traces are on is read as often as for one: at hand, kept, and by the library", async (t) => {
  const place = copied(t, true);
  const trace = await ran(place);
  const copies = ["one", "two", "three"].map((name) => `copies/${name}.jsonl`);
  for (const copy of copies) cpSync(trace, place.path(copy));
  const examined = async (files: readonly string[]) => {
    const said = await place.session("examine", ...files, "--quiet");
    assert.equal(said.code, 0, said.err);
  };
  const drawn = async (files: readonly string[]) => {
    const said = await place.session("render", ...files, "--quiet");
    assert.equal(said.code, 0, said.err);
  };
  const inLibrary = async (files: readonly string[]) => {
    const library = await openWorkspace({ folder: place.folder });
    for (const file of files) assert.equal((await library.examine(place.path(file))).ok, true);
  };
  for (const isChanged of [false, true]) {
    if (isChanged) change(place);
    for (const work of [examined, drawn, inLibrary]) {
      await work(copies);
      const once = await readsOf(t, () => work(copies.slice(0, 1)));
      assert.ok(Object.keys(once).some((file) => file.includes(isChanged ? "/protocols/" : "/artifacts/")));
      assert.deepEqual(await readsOf(t, () => work(copies)), once, work.name);
    }
  }
});

test("a kept protocol that was damaged, and is restored, is found again by the same workspace", async (t) => {
  const place = copied(t, true);
  const trace = await ran(place);
  change(place);
  const file = place.path(`traces/protocols/${rootIn(trace)}.json`);
  const whole = readFileSync(file);
  const library = await openWorkspace({ folder: place.folder });
  for (const bytes of [null, "{}"]) {
    if (bytes === null) rmSync(file);
    else writeFileSync(file, bytes);
    assert.equal((await library.examine(trace)).ok, false);
  }
  writeFileSync(file, whole);
  assert.equal((await library.examine(trace)).ok, true);
});

test("a trace that was changed is found with what was kept as with the snapshot itself", async (t) => {
  const place = copied(t, true);
  const trace = await ran(place);
  change(place);
  edit(trace, (text) => text.replace("CHG-2041", "CHG-2042"));
  assert.equal((await place.session("examine", trace, "--json")).code, 7);
});

it("what was kept is used only if it is what the trace names, and what the seal must be", async (t) => {
  const place = copied(t, true);
  const trace = await ran(place);
  const root = String(at(lines(trace)[0], "payload", "snapshot", "root"));
  const file = place.path(`traces/protocols/${rootIn(trace)}.json`);
  const whole = readFileSync(file, "utf8");
  change(place);
  assert.deepEqual(verdictOf(await place.session("examine", trace, "--json", "--expect-seal", root)), [
    0,
    true,
    true,
    true,
  ]);
  const unexpected = await place.session("examine", trace, "--json", "--expect-seal", "0".repeat(64));
  assert.deepEqual([unexpected.code, at(document(unexpected), "notices", 0, "code")], [7, "PROTOCOL_UNUSABLE"]);
  const spoilt: Readonly<Record<string, string>> = {
    "an artifact": whole.replace("QUORUM_NOT_MET", "QUORUM_MET"),
    "the seal": whole.replace('\\"root\\":\\"', '\\"root\\":\\"0'),
    "the root": whole.replace(
      root,
      root.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
    ),
    "no seal": whole.replace(/"seal":"(?:[^"\\]|\\.)*","files"/, '"seal":null,"files"'),
    "a part": whole.slice(0, -100),
    "another document": "{}",
  };
  for (const [what, text] of Object.entries(spoilt)) {
    assert.notEqual(text, whole, what);
    writeFileSync(file, text);
    const said = await place.session("examine", trace, "--json");
    const found = document(said);
    assert.deepEqual([said.code, at(found, "protocol", "kept")], [7, null], what);
    assert.equal(at(found, "allowed", "findings", 0, "code"), "SNAPSHOT_DIFFERS", what);
  }
});

it("one set of artifacts may be part of several sealed snapshots: each run is held to its own", async (t) => {
  const place = copied(t, true);
  const first = await ran(place);
  const other = "agent_governance::WF_GRANT_TOOL_V0";
  reauthor(place.path("protocol_snapshot"), other, (markdown) => `${markdown}\nAnother sentence.\n`);
  assert.equal((await place.session("seal", "--quiet")).code, 0);
  const second = await ran(place);
  const roots = [first, second].map((trace) => String(at(lines(trace)[0], "payload", "snapshot", "root")));
  assert.equal(rootIn(first), rootIn(second));
  assert.notEqual(roots[0], roots[1]);
  const names = [`${rootIn(first)}.${roots[1]}.json`, `${rootIn(first)}.json`];
  assert.deepEqual(readdirSync(place.path("traces/protocols")).sort(), names.sort());
  change(place);
  for (const [i, trace] of [first, second].entries()) {
    const said = await place.session("examine", trace, "--json");
    assert.deepEqual(verdictOf(said), [0, true, true, true]);
    assert.equal(at(document(said), "protocol", "root"), roots[i]);
  }
});

test("the packages that a workflow used are kept with it", async (t) => {
  const place = copied(t, true);
  const trace = await ran(place);
  assert.ok(JSON.stringify(lines(trace)[0]).includes('"capabilities"'), "the workflow uses a package");
  change(place);
  writeFileSync(place.path("pgs.json"), "{}");
  assert.deepEqual(verdictOf(await place.session("examine", trace, "--json")), [0, true, true, true]);
});

/** A workspace with a snapshot of the protocol. */
function trial(t: TestContext, protocol: Protocol, isSealed = true): Workspace {
  const place = workspace(t, { snapshot: null, capabilities: false });
  write(place, protocol, isSealed);
  return place;
}

function write({ path }: Workspace, protocol: Protocol, isSealed: boolean): void {
  rmSync(path("protocol_snapshot"), { recursive: true, force: true });
  for (const [file, bytes] of filesOf(protocol)) {
    const target = path(`protocol_snapshot${file.slice(TRIAL_SNAPSHOT.length)}`);
    mkdirSync(dirname(target), { recursive: true });
    if (isSealed || !file.endsWith("/seal.json")) writeFileSync(target, bytes);
  }
}

for (const isSealed of [true, false]) {
  test(`the protocols of nested runs are kept, each in its own file: ${isSealed ? "sealed" : "not sealed"}`, async (t) => {
    const protocol = calling("first", "second");
    const place = trial(t, protocol, isSealed);
    writeFileSync(place.path("payload.json"), '{"parcel":"P-1"}');
    const said = await place.session(
      "run",
      WORKFLOW,
      "--payload",
      "payload.json",
      "--no-png",
      "--no-md",
      "--json",
    );
    assert.equal(said.code, 0, said.out);
    const [trace = ""] = place.traces();
    const starts = lines(trace).filter(({ event_type }) => event_type === "execution_start");
    const roots = new Set(
      starts.map((start) => `${String(at(start, "payload", "snapshot", "closure_root"))}.json`),
    );
    assert.equal(starts.length, 3);
    assert.deepEqual(readdirSync(place.path("traces/protocols")).sort(), [...roots].sort());
    const { others = {}, ...rest } = protocol;
    const called = others[PARCEL] as JsonObject;
    write(place, { ...rest, others: { [PARCEL]: { ...called, summary: "Changed" } } }, isSealed);
    const examined = await place.session("examine", trace, "--json");
    assert.deepEqual(verdictOf(examined), [0, true, true, true]);
    assert.match(String(at(document(examined), "protocol", "kept")), /^traces\/protocols\//);
    rmSync(place.path("protocol_snapshot"), { recursive: true });
    assert.deepEqual(verdictOf(await place.session("examine", trace, "--json")), [0, true, true, true]);
  });
}

test("a run that waits goes on with the protocol that it began with, and says so", async (t) => {
  const protocol = asking({ key: "go" });
  const place = trial(t, protocol);
  const quick = ["--no-png", "--no-md"];
  assert.equal((await place.session("run", WORKFLOW, ...quick)).code, 6);
  const [trace = ""] = place.traces();
  write(place, { ...protocol, workflow: { ...protocol.workflow, summary: "Changed" } }, true);
  const said = await place.session("resume", trace, "--event", "go", ...quick);
  assert.equal(said.code, 0, said.err);
  assert.match(
    said.err,
    /^notice: the snapshot is another one now: the run goes on with traces\/protocols\/\w+\.json$/m,
  );
  assert.deepEqual(verdictOf(await place.session("examine", trace, "--json")), [0, true, true, true]);
  const states = lines(place.path("traces/ledger.jsonl")).map(({ state, head }) => [state, head]);
  const heads = lines(trace).flatMap(({ event_type, run, hash }) =>
    run === "0" && SESSION.has(String(event_type)) ? [hash] : [],
  );
  assert.deepEqual(
    states,
    ["RUNNING", "WAITING", "RUNNING", "COMPLETED"].map((state, i) => [state, heads[i]]),
  );
});

/** The events at which a run's state changes. */
const SESSION = new Set(["execution_start", "run_suspended", "run_resumed", "workflow_complete"]);
