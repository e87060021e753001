/** `pgs certify`: the project's own scenario vectors, and what is said of vectors that do not come out. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { changed, vector } from "../scenarios/playing.ts";
import { takingTurns } from "../support/portion.ts";
import { assertXml, elementsOf } from "../support/xml.ts";
import {
  assertHint,
  assertNothingLeft,
  assertRefused,
  at,
  document,
  PROJECT,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const GOOD = join(PROJECT, "test/vectors/good");
const STEP = "the same grant in a data root of its own";
const grant = vector("tool-grants", STEP);

function withVector(place: Workspace, value: Json, file = "vectors/v.json"): void {
  mkdirSync(place.path("vectors"), { recursive: true });
  writeFileSync(place.path(file), JSON.stringify(value, null, 2));
}

it("the project's own scenarios come out as they say, and take most edges of every workflow", async (t) => {
  const place = workspace(t);
  const said = await place.session("certify", GOOD, "--json");
  const report = document(said);
  const different = (report["scenarios"] as JsonObject[]).filter(({ ok }) => ok === false);
  assert.deepEqual([said.code, said.err, different], [0, "", []]);
  assert.deepEqual(report["steps"], { total: 96, equal: 96, different: 0, informative: 0, left_out: 0 });
  for (const { workflow, declared, taken } of at(report, "edges", "workflows") as JsonObject[]) {
    t.diagnostic(`${workflow}: ${taken} of ${declared} edges`);
    assert.ok(Number(taken) > Number(declared) * 0.6, `${workflow}: ${taken} of ${declared}`);
  }
  assertNothingLeft(place);
});

it("as text it counts steps and edges, and lists the edges not taken when asked", async (t) => {
  const place = workspace(t);
  const said = await place.session("certify", GOOD);
  assert.match(said.out, /^edges taken\n {2}agent_governance::WF_GRANT_TOOL_V0 +\d+\/36\n/);
  assert.match(said.out, /\n {2}all +\d+\/135\n\n5 scenarios, 96 steps, 96 equal, 0 different\n$/);
  assert.doesNotMatch(said.out, /-->/);
  const listed = await place.session("certify", GOOD, "--untaken");
  assert.match(listed.out, /\n {2}RECORD_GRANT --VIOLATION--> WITHDRAW_GRANT\n/);
});

it("a step that differs is shown with every place, and the certification is not given", async (t) => {
  const place = workspace(t);
  withVector(place, changed(grant, { "/steps/0/expect/exit_code": 1, "/steps/0/expect/path/1/outcome": "X" }));
  const said = await place.session("certify", "vectors", "--junit", "out.xml");
  assert.deepEqual([said.code, said.err], [7, ""]);
  const head = `DIFFERENT  tool_grants#${STEP}\n  agent_governance::WF_GRANT_TOOL_V0 in vectors/v.json\n`;
  assert.ok(said.out.startsWith(head), said.out);
  assert.match(said.out, /\n {2}\/expect\/exit_code\n {4}expected {2}1\n {4}found {5}0\n/);
  assert.match(said.out, /\n {2}\/expect\/path\/1\/outcome\n {4}expected {2}"X"\n {4}found {5}"SUCCESS"\n/);
  assert.match(said.out, /1 scenario, 1 step, 0 equal, 1 different\n$/);

  const xml = readFileSync(place.path("out.xml"), "utf8");
  assertXml(xml);
  assert.deepEqual(elementsOf(xml, "failure"), [
    { message: "differs at /expect/exit_code, /expect/path/1/outcome", type: "failure" },
  ]);
  assert.deepEqual(
    elementsOf(xml, "testcase").map(({ name, classname }) => [name, classname]),
    [[STEP, "agent_governance::WF_GRANT_TOOL_V0"]],
  );
});

test("what refuses several steps is said once", async (t) => {
  const place = workspace(t);
  const [step] = grant["steps"] as readonly JsonObject[];
  const steps = ["a", "b"].map((name) => ({ ...step, name, wf: "agent_governance::WF_NO_SUCH_V0" }));
  withVector(place, changed(grant, { "/steps": steps }));
  const { out } = await place.session("certify", "vectors");
  assert.equal(out.match(/refused: UNKNOWN_WORKFLOW /g)?.length, 1, out);
  assert.match(out, /^DIFFERENT {2}2 steps$/m);
});

test("a workflow that this build cannot compile is a difference, with every reason", async (t) => {
  const place = workspace(t);
  withVector(place, changed(grant, { "/steps/0/wf": "agent_governance::WF_NO_SUCH_V0" }));
  const said = await place.session("certify", "vectors", "--json");
  assert.equal(said.code, 7);
  const step = at(document(said), "scenarios", 0, "steps", 0) as JsonObject;
  assert.equal(step["verdict"], "different");
  assert.match(String(at(step, "refused", 0)), /^UNKNOWN_WORKFLOW /);
});

/** A step that spells 8 as a fraction, with another expectation. */
function spelling(expect: JsonObject, data_after: JsonObject): JsonObject {
  const payload = (grant["steps"] as never)[0]["payload"] as JsonObject;
  const payload_text = JSON.stringify({ ...payload, valid_hours: 8 }).replace(":8}", ":8.0}");
  return changed(grant, {
    "/steps/0/payload": undefined,
    "/steps/0/payload_text": payload_text,
    "/steps/0/expect": expect,
    "/steps/0/data_after": data_after,
  });
}

const firstStep = (whole: JsonObject) => (whole["steps"] as readonly JsonObject[])[0] as JsonObject;
const step = firstStep(grant);
const refusing = firstStep(vector("tool-grants", "nothing in it is right"));
const { violation_detail: _, ...rejected } = refusing["expect"] as JsonObject;

it("a step that turns on how a number is spelled is shown and does not count", async (t) => {
  const place = workspace(t);
  withVector(place, spelling({ ...rejected, violations: ["/valid_hours"] }, {}));
  const said = await place.session("certify", "vectors");
  assert.deepEqual([said.code, /^INFORMATIVE /.test(said.out)], [0, true], said.out);
  assert.match(said.out, /\n {2}note: by value these are whole numbers: \/valid_hours 8\.0\n/);
  assert.match(said.out, /, 0 different, 1 informative\n$/);
  const xml = await place.session("certify", "vectors", "--junit", "-");
  assertXml(xml.out);
  assert.match(xml.out, /<skipped>informative: differs at \/expect\/status/);
});

it("a step with such a number that differs otherwise counts", async (t) => {
  const place = workspace(t);
  withVector(place, spelling({ ...rejected, violations: ["/tool"] }, {}));
  const said = await place.session("certify", "vectors");
  assert.deepEqual([said.code, /^DIFFERENT /.test(said.out)], [7, true], said.out);
  withVector(
    place,
    spelling({ ...(step["expect"] as JsonObject), exit_code: 3 }, step["data_after"] as JsonObject),
  );
  const other = await place.session("certify", "vectors", "--json");
  const differences = at(document(other), "scenarios", 0, "steps", 0, "differences") as readonly JsonObject[];
  assert.deepEqual(
    differences.map(({ at: place }) => place),
    ["/expect/exit_code"],
    "what the trial with another number left behind is undone",
  );
});

test("steps that do not apply are left out, other JSON files ignored, and both are counted", async (t) => {
  const place = workspace(t);
  const steps = [
    { name: "not here", not_applicable: "there is no such option" },
    ...(grant["steps"] as Json[]),
  ];
  withVector(place, { ...grant, steps });
  withVector(place, [1, 2], "vectors/list.json");
  withVector(place, { name: "x" }, "vectors/other.json");
  const said = await place.session("certify", "vectors");
  assert.deepEqual([said.code, said.err], [0, ""]);
  assert.match(
    said.out,
    /1 scenario, 2 steps, 1 equal, 0 different, 1 left out, 2 other JSON files ignored\n$/,
  );
  const report = document(await place.session("certify", "vectors", "--json"));
  assert.deepEqual(report["other_files"], ["vectors/list.json", "vectors/other.json"]);
});

it("vectors are found in folders below, and played in the order of their names", async (t) => {
  const place = workspace(t);
  cpSync(GOOD, place.path("vectors/deep/er"), { recursive: true });
  withVector(place, grant, "vectors/z.json");
  const report = document(await place.session("certify", "vectors", "--json"));
  assert.deepEqual(
    (report["scenarios"] as JsonObject[]).map(({ file }) => file),
    ["release-approval", "release-lifecycle", "release-retries", "release-storage", "tool-grants"]
      .map((name) => `vectors/deep/er/${name}.json`)
      .concat("vectors/z.json"),
  );
});

test("a folder without vectors, a malformed vector and an unreadable one are refused", async (t) => {
  const place = workspace(t);
  assertRefused(await place.session("certify", "vectors"), 2, "VECTORS_MISSING");
  withVector(place, { name: "x" }, "vectors/other.json");
  const none = await place.session("certify", "vectors");
  assertRefused(none, 2, "NO_VECTORS");
  assertHint(none, /scenario/);

  withVector(place, changed(grant, { "/steps/0/expect/exit_cod": 0 }));
  const malformed = await place.session("certify", "vectors");
  assertRefused(malformed, 2, "VECTOR_MALFORMED");
  assert.match(malformed.err, /\/steps\/0\/expect\/exit_cod should be absent.*\(vectors\/v\.json:\d+\)/);

  for (const [text, what] of [
    ['{"scenario":', "not JSON"],
    ['{"scenario":"a","scenario":"b"}', "twice"],
    [Buffer.from([0x7b, 0xff]), "UTF-8"],
  ] as const) {
    writeFileSync(place.path("vectors/v.json"), text);
    const said = await place.session("certify", "vectors");
    assertRefused(said, 2, "VECTOR_UNREADABLE");
    assert.match(said.err, new RegExp(what));
  }
});

test("the snapshot is held to its seal before a vector is played", async (t) => {
  const place = workspace(t);
  withVector(place, grant);
  const said = await place.session("certify", "vectors", "--expect-seal", "0".repeat(64));
  assertRefused(said, 3, "SEAL_UNEXPECTED_ROOT");
  const missing = await place.session("certify", "vectors", "--snapshot", "nowhere");
  assertRefused(missing, 3, "SNAPSHOT_MISSING");
});
