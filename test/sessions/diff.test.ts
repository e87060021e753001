/** `pgs diff`: two traces, or two snapshots, by meaning. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { calling } from "../engine/calling.ts";
import { runTrial } from "../engine/trial.ts";
import { takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { reauthor, unsealedCopy } from "./reauthor.ts";
import {
  assertHint,
  assertRefused,
  at,
  document,
  FIXTURES,
  fixture,
  RELEASE,
  tree,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const data = join(FIXTURES, "data");

/** The trace of a run in a workspace of its own, brought into `place`. */
async function traceOf(
  t: TestContext,
  place: Workspace,
  name: string,
  ...more: readonly string[]
): Promise<string> {
  const own = workspace(t, { data });
  const payload = more.includes("--payload") ? [] : ["--payload", fixture("wf-release-change/completed")];
  await own.session("run", "--wf", RELEASE, ...payload, "--no-png", "--no-md", "--quiet", ...more);
  const [trace] = own.traces();
  writeFileSync(place.path(name), readFileSync(trace as string));
  return name;
}

const differencesIn = (report: JsonObject) => report["differences"] as readonly JsonObject[];

it("two runs of one payload are equal: what was drawn is counted, and listed when asked", async (t) => {
  const place = workspace(t);
  const a = await traceOf(t, place, "a.jsonl", "--clock", "2026-03-02T10:00:00Z", "--seed", "one");
  const b = await traceOf(t, place, "b.jsonl", "--clock", "2027-03-02T10:00:00.321Z", "--seed", "two");
  const said = await place.session("diff", a, b);
  assert.deepEqual([said.code, said.err], [0, ""], said.out);
  assert.match(
    said.out,
    /^EQUAL\n {2}a {2}a\.jsonl\n {2}b {2}b\.jsonl\n\n0 differences, \d+ differences only in nondeterministic values/,
  );
  const listed = await place.session("diff", a, b, "--nondeterministic");
  assert.match(listed.out, /\/0\/REGISTER_RELEASE\/register\/result\/address\n {4}a {2}"ADDR_/);
  const report = document(await place.session("diff", a, b, "--nondeterministic", "--json"));
  assert.deepEqual([report["equal"], report["kind"], report["differences"]], [true, "trace", []]);
  assert.equal(
    (at(report, "nondeterministic", "differences") as unknown[]).length,
    at(report, "nondeterministic", "count"),
  );
});

test("another payload is told first where the paths diverge, then at every place", async (t) => {
  const place = workspace(t);
  const a = await traceOf(t, place, "a.jsonl");
  const b = await traceOf(t, place, "b.jsonl", "--payload", fixture("wf-release-change/quorum-not-met"));
  const said = await place.session("diff", a, b);
  assert.deepEqual([said.code, said.err], [7, ""]);
  assert.match(said.out, /^DIFFERENT\n/);
  assert.ok(said.out.indexOf("where the paths diverge") < said.out.indexOf("\npayload\n"), said.out);
  assert.match(said.out, /\n {4}b {2}"DENY_FOR_QUORUM --DENIED--> EXIT_DENIED"\n/);
  const report = document(await place.session("diff", a, b, "--json"));
  assert.equal(report["equal"], false);
  assert.equal(differencesIn(report)[0]?.["group"], "path");
  assert.deepEqual(await place.session("diff", a, b, "--quiet"), { code: 7, out: "", err: "" });
});

test("a trace that was changed is refused; one that was cut off is compared, and said to be", async (t) => {
  const place = workspace(t);
  const a = await traceOf(t, place, "a.jsonl");
  const text = readFileSync(place.path(a), "utf8");
  writeFileSync(place.path("changed.jsonl"), text.replace('"SUCCESS"', '"SUCCESs"'));
  const refused = await place.session("diff", a, "changed.jsonl");
  assertRefused(refused, 2, "TRACE_NOT_INTACT");
  assertHint(refused, /^pgs examine changed\.jsonl /);

  writeFileSync(place.path("cut.jsonl"), text.slice(0, -30));
  const said = await place.session("diff", a, "cut.jsonl");
  assert.equal(said.code, 7);
  assert.match(said.out, /\ncut\.jsonl ends after \d+ events without an ending/);
  assert.match(said.out, /\nhow they ended\n {2}\/0\/ending\n {4}a {2}\{.*\n {4}b {2}nothing\n/);
  const report = document(await place.session("diff", "cut.jsonl", "cut.jsonl", "--json"));
  assert.deepEqual([report["equal"], at(report, "a", "cut_off")], [true, true]);
});

test("a trace cut off while a nested run goes on is told run by run, and its last line may be torn", async (t) => {
  const place = workspace(t);
  const { text, events } = await runTrial(calling("call"), { parcel: "p1" });
  const lines = text.split("\n");
  const began = events.findIndex(({ run, event_type }) => run === "0.1" && event_type === "side_effect_start");
  writeFileSync(place.path("whole.jsonl"), text);
  writeFileSync(
    place.path("cut.jsonl"),
    `${lines.slice(0, began + 1).join("\n")}\n${lines[began + 1]?.slice(0, 40)}`,
  );
  const said = await place.session("diff", "whole.jsonl", "cut.jsonl");
  assert.deepEqual([said.code, said.err], [7, ""]);
  const notice = `cut.jsonl ends after ${began + 1} events without an ending: what it did not reach is shown as "nothing"`;
  assert.ok(said.out.includes(`\n${notice}\n`), said.out);
  assert.match(said.out, /\n {2}\/0\.1\/WORK\/log\/outcome\n {4}a {2}"SUCCESS"\n {4}b {2}nothing\n/);
  assert.match(said.out, /\n {2}\/0\.1\/ending\n(?:.*\n){2} {2}\/0\/ending\n/);
  const report = document(await place.session("diff", "whole.jsonl", "cut.jsonl", "--json"));
  assert.deepEqual([at(report, "a", "cut_off"), at(report, "b", "cut_off")], [false, true]);
  assert.ok(differencesIn(report).every((one) => "a" in one && !("b" in one)));
});

test("what is no trace is refused: an absent file, an empty one, another JSON file", async (t) => {
  const place = workspace(t);
  const a = await traceOf(t, place, "a.jsonl");
  assertRefused(await place.session("diff", a, "absent.jsonl"), 2, "FILE_MISSING");
  writeFileSync(place.path("empty.jsonl"), "");
  assertRefused(await place.session("diff", "empty.jsonl", a), 2, "TRACE_NOT_INTACT");
  writeFileSync(place.path("torn.jsonl"), '{"elapsed_us":0,"event_ty');
  assertRefused(await place.session("diff", "torn.jsonl", a), 2, "TRACE_NOT_INTACT");
  writeFileSync(place.path("other.jsonl"), '{"a":1}\n');
  const other = await place.session("diff", a, "other.jsonl");
  assertRefused(other, 2, "NOT_A_TRACE");
  assertHint(other, /pgs run/);
  const alone = await place.session("diff", a);
  assertRefused(alone, 2, "BAD_USAGE");
  assertHint(alone, /^type pgs diff --help$/);
});

for (const command of ["diff", "render", "export"] as const) {
  it(`${command} makes nothing of a binary file or a huge line, and says what it makes of another runtime's trace`, async (t) => {
    const place = workspace(t);
    const a = await traceOf(t, place, "a.jsonl");
    const format = ["--format", "reference-v0"];
    await place.session("export", a, ...format, "--out", "foreign.jsonl");
    writeFileSync(
      place.path("binary.jsonl"),
      new Uint8Array(4096).map((_, i) => i * 7),
    );
    writeFileSync(place.path("huge.jsonl"), `{"huge":"${"x".repeat(4_000_000)}"}\n`);
    const before = tree(place.folder);
    const others = command === "diff" ? [a] : command === "export" ? [...format, "--out", "out.jsonl"] : [];
    for (const file of ["binary.jsonl", "huge.jsonl"]) {
      const said = await place.session(command, file, ...others);
      assertRefused(said, 2, "NOT_A_TRACE");
      assert.ok(said.err.length < 400, `${said.err.length} characters`);
    }
    const foreign = await place.session(command, "foreign.jsonl", ...others);
    if (command === "diff") assert.deepEqual([foreign.code, foreign.err], [0, ""]);
    else {
      assertRefused(foreign, 2, "FOREIGN_TRACE");
      assertHint(foreign, /^pgs examine foreign\.jsonl /);
    }
    const folder = await place.session(command, "protocol_snapshot", ...others);
    const codes = { diff: "NOT_COMPARABLE", render: "TRACES_MISSING", export: "FILE_UNREADABLE" } as const;
    assertRefused(folder, 2, codes[command]);
    assertHint(folder, /file/);
    assert.deepEqual(tree(place.folder), before);
  });
}

/** The project's snapshot as `before`, and as `after` with a contract and a structure authored otherwise. */
function twoSnapshots(place: Workspace): void {
  for (const name of ["before", "after"]) unsealedCopy(place.path(name));
  reauthor(place.path("after"), "release_governance::CC_RECORD_RELEASE_DENIAL_V0", (text) =>
    text.replace("allowed: [DENIED, VIOLATION, BACKEND_ERROR]", "allowed: [VIOLATION, BACKEND_ERROR]"),
  );
  reauthor(place.path("after"), "release_governance::STRUCTURE_RELEASE_STORAGE_V0", (text) =>
    text.replace("/release_audit.jsonl", "/audit.jsonl"),
  );
}

it("a snapshot is equal to itself, sealed or not", async (t) => {
  const place = workspace(t);
  unsealedCopy(place.path("unsealed"));
  const said = await place.session("diff", "protocol_snapshot", "unsealed");
  assert.deepEqual([said.code, said.err], [0, ""]);
  assert.match(
    said.out,
    /^EQUAL\n {2}a {2}protocol_snapshot\n {2}b {2}unsealed\n\n0 differences, 0 breaking\n$/,
  );
});

it("what changed between two snapshots is told with file, pointer and whether it breaks", async (t) => {
  const place = workspace(t);
  twoSnapshots(place);
  const said = await place.session("diff", "before", "after");
  assert.deepEqual([said.code, said.err], [7, ""]);
  assert.match(said.out, /^DIFFERENT\n.*\n.*\n\nbreaking\n/);
  const file = "artifacts/capability_contracts/release_governance__CC_RECORD_RELEASE_DENIAL_V0.json";
  const where = `(${file} /frontmatter/core/result_status_contract/allowed/0)`;
  const line = `removed outcome release_governance::CC_RECORD_RELEASE_DENIAL_V0 DENIED  ${where}`;
  assert.ok(said.out.includes(`\n  ${line}\n    a  "DENIED"\n    b  nothing\n`), said.out);
  const report = document(await place.session("diff", "before", "after", "--json"));
  assert.deepEqual([report["equal"], report["kind"]], [false, "snapshot"]);
  const store = differencesIn(report).find(({ kind }) => kind === "store");
  assert.deepEqual(
    [store?.["name"], store?.["at"], store?.["change"], store?.["breaking"]],
    ["RELEASE_AUDIT", "/frontmatter/core/entity_stores/RELEASE_AUDIT/path", "changed", true],
  );
  // The other way round an outcome is gained, which breaks nothing.
  const back = document(await place.session("diff", "after", "before", "--json"));
  const outcome = differencesIn(back).find(({ kind }) => kind === "outcome");
  assert.deepEqual([outcome?.["change"], outcome?.["breaking"]], ["added", false]);
});

it("a trace and a snapshot are not compared, and neither is a folder that is none", async (t) => {
  const place = workspace(t);
  const a = await traceOf(t, place, "a.jsonl");
  const mixed = await place.session("diff", a, "protocol_snapshot");
  assertRefused(mixed, 2, "NOT_COMPARABLE");
  assert.match(mixed.err, /the folder protocol_snapshot .* the file a\.jsonl/);
  assertHint(mixed, /two traces \(files\), or two snapshots \(folders\)/);
  const absent = await place.session("diff", "protocol_snapshot", "absent");
  assertRefused(absent, 2, "FILE_MISSING");
  assert.match(absent.err, /the snapshot does not exist \(absent\)/);
  const none = await place.session("diff", "protocol_snapshot", ".");
  assertRefused(none, 3, "NOT_A_SNAPSHOT");
  assertHint(none, /artifacts\/.*jsonl/);
});

it("a run and its export are equal in what both tell; what the export leaves out is said", async (t) => {
  const place = workspace(t);
  const a = await traceOf(t, place, "a.jsonl");
  await place.session("export", a, "--format", "reference-v0", "--out", "v0.jsonl");
  const said = await place.session("diff", a, "v0.jsonl");
  assert.deepEqual([said.code, said.err], [0, ""], said.out);
  assert.match(
    said.out,
    /^EQUAL\n {2}a {2}a\.jsonl\n {2}b {2}v0\.jsonl\n\nformats {2}pgs\.trace\/1, reference-v0\.2\n/,
  );
  assert.match(said.out, /^not compared\n(?: {2}- \S.*\n)*? {2}- the outcomes of nodes/m);
  const other = await traceOf(t, place, "b.jsonl", "--payload", fixture("wf-release-change/quorum-not-met"));
  const differing = await place.session("diff", "v0.jsonl", other);
  assert.equal(differing.code, 7);
  assert.match(differing.out, /^DIFFERENT\n(?:.*\n)*where the paths diverge\n/);
  const report = document(await place.session("diff", "v0.jsonl", other, "--json"));
  assert.deepEqual([at(report, "a", "format"), at(report, "b", "format")], ["reference-v0.2", "pgs.trace/1"]);
  assert.deepEqual([report["equal"], differencesIn(report)[0]?.["group"]], [false, "path"]);
});

test("a foreign trace that was changed is refused, one without its end is compared and said to be", async (t) => {
  const place = workspace(t);
  const a = await traceOf(t, place, "a.jsonl");
  await place.session("export", a, "--format", "reference-v0", "--out", "v0.jsonl");
  const text = readFileSync(place.path("v0.jsonl"), "utf8");
  writeFileSync(place.path("changed.jsonl"), text.replace('"node_start"', '"node_stirt"'));
  assertRefused(await place.session("diff", "v0.jsonl", "changed.jsonl"), 2, "TRACE_NOT_INTACT");
  writeFileSync(place.path("cut.jsonl"), text.replace(/[^\n]*\n$/, ""));
  const said = await place.session("diff", "v0.jsonl", "cut.jsonl");
  assert.equal(said.code, 7);
  assert.match(said.out, /^cut\.jsonl has no ending: its recorded part is compared$/m);
  assert.match(said.out, /^ {2}\/0\/ended\n {4}a {2}true\n {4}b {2}false$/m);
  assertRefused(await place.session("diff", a, "v0.jsonl", "--nondeterministic"), 2, "BAD_USAGE");
  assertRefused(await place.session("diff", "v0.jsonl", "nowhere.jsonl"), 2, "FILE_MISSING");
});

const references = "reference-traces";

test("traces of both reference runtimes are compared, each with itself and with the other's", {
  skip: skipWithout(references),
}, async (t) => {
  const place = workspace(t);
  const diff = async (a: string, b: string) => {
    const said = await place.session(
      "diff",
      ...[a, b].map((name) => sharedPath(`${references}/${name}.jsonl`)),
      "--json",
    );
    const report = document(said);
    return [said.code, differencesIn(report).map((one) => one["at"])];
  };
  assert.deepEqual(await diff("v0.2/COMPLETED-0", "v0.2/COMPLETED-0"), [0, []]);
  assert.deepEqual(await diff("v0.3/ERROR-1", "v0.3/ERROR-1"), [0, []]);
  // The same workflow with the same way to its end, as both runtimes tell it.
  assert.deepEqual(await diff("v0.2/EXIT_ALREADY_EXISTS-0", "v0.3/ALREADY_EXISTS-0"), [0, []]);
  assert.deepEqual(await diff("v0.2/COMPLETED-1", "v0.2/EXIT_BACKEND_ERROR-1"), [
    7,
    ["/0/CC_REGISTER_ACTOR_KYC_V0/outcome", "/0/path/3", "/0/ending", "/0/class"],
  ]);
});
