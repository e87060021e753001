/** Examining what other runtimes wrote: every reference trace, and exports of this one. */

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { portion, takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { REFERENCE_CLASSES } from "./reference-classes.ts";
import { assertRefused, at, document, FIXTURES, fixture, RELEASE, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const FOLDER = "reference-traces";
const skip = skipWithout(FOLDER) || skipWithout("published/protocol_snapshot");
const traces = ["v0.2", "v0.3"].flatMap((version) => {
  const folder = sharedPath(`${FOLDER}/${version}`);
  return existsSync(folder) ? readdirSync(folder).map((name) => ({ version, name })) : [];
});

test("there are 48 reference traces, each with its class", { skip }, () => {
  const names = traces.map(({ version, name }) => `${version}/${name}`);
  assert.equal(names.length, 48);
  assert.deepEqual(Object.keys(REFERENCE_CLASSES).sort(), names.sort());
});

for (const { version, name } of portion({ name: "foreign", diagnostic: console.log }, traces, 12)) {
  it(`${version}/${name} is read, held against the published graph, and ends as its name says`, {
    skip,
  }, async (t) => {
    const place = workspace(t, { snapshot: sharedPath("published/protocol_snapshot") });
    const file = sharedPath(`${FOLDER}/${version}/${name}`);
    const said = await place.session("examine", file, "--json", "--snapshot", "protocol_snapshot");
    const found = document(said);
    const events = readFileSync(file, "utf8").trimEnd().split("\n").length;
    const isChained = version === "v0.2";
    assert.deepEqual([found["format"], found["events"]], [`reference-${version}`, events]);
    assert.deepEqual(found["chain"], isChained ? { ok: true, covered: events - 1 } : null);
    assert.ok((found["unproven"] as string[]).length > 0);

    const ending = name.slice(0, name.lastIndexOf("-"));
    if (ending === "NONE") {
      // A contract that was run alone names no workflow, so there is no graph.
      assert.deepEqual([said.code, found["ending"], found["allowed"]], [7, null, null]);
      assert.deepEqual(at(found, "findings", 0, "code"), "NO_WORKFLOW");
    } else {
      const code = found["ok"] === true ? 0 : 7;
      assert.deepEqual([said.code, found["findings"], found["allowed"]], [code, [], true]);
      assert.equal(at(found, "ending", isChained ? "reason" : "status"), ending);
    }
  });

  it(`${version}/${name} has the class that trace and graph tell, and fails where the run failed`, {
    skip,
  }, async (t) => {
    const place = workspace(t, { snapshot: sharedPath("published/protocol_snapshot") });
    const file = sharedPath(`${FOLDER}/${version}/${name}`);
    const found = document(await place.session("examine", file, "--json", "--snapshot", "protocol_snapshot"));
    const { class: word, structural, known, node } = found["classification"] as JsonObject;
    const manner = structural === null ? "unknown" : structural ? "broke off" : "declared";
    const row = [known === true ? (word ?? "none") : "untold", manner, node];
    assert.deepEqual(row, REFERENCE_CLASSES[`${version}/${name}`]);
    assert.equal(found["ok"], manner === "declared");
    const said = (found["unproven"] as string[]).filter((one) => one.startsWith("the class of "));
    assert.equal(said.length, known === true ? 0 : 1);
  });
}

/** The export of one run, in the workspace. */
async function exported(place: Workspace): Promise<string> {
  const payload = fixture("wf-release-change/completed");
  const run = await place.session("run", "--wf", RELEASE, "--payload", payload, "--no-png", "--json");
  const trace = at(document(run), "trace", "jsonl") as string;
  await place.session("export", trace, "--format", "reference-v0", "--out", "v0.jsonl");
  return "v0.jsonl";
}

test("an export of this runner is read as any other trace of its format", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const said = await place.session("examine", await exported(place));
  assert.deepEqual([said.code, said.err], [0, ""]);
  assert.match(said.out, /^READ {2}v0\.jsonl\n {2}format +reference-v0\.2, \d+ events\n/);
  assert.match(said.out, /^ {2}chain +intact, \d+ events covered, not the last$/m);
  assert.match(said.out, /^ended {2}SUCCESS COMPLETED$/m);
  assert.match(said.out, /^ {2}EVALUATE_QUORUM +completed$/m);
  assert.match(said.out, /^not proven by such a trace\n(?: {2}- \S.*\n){7}$/m);
});

test("a changed line, a missing snapshot and a head are told apart", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const file = await exported(place);
  const codes = async (...argv: readonly string[]) => {
    const said = await place.session("examine", file, "--json", ...argv);
    const found = document(said)["findings"] as JsonObject[];
    assert.equal(said.code, 7);
    return found.map(({ code }) => code);
  };
  assert.deepEqual(await codes("--snapshot", "nowhere"), ["NO_SNAPSHOT"]);
  assert.deepEqual(await codes("--expect-seal", "0".repeat(64)), ["SNAPSHOT_REFUSED"]);
  assertRefused(await place.session("examine", file, "--head", "0".repeat(64)), 2, "BAD_USAGE");
  assertRefused(await place.session("examine", file, "--steps"), 2, "BAD_USAGE");
  const text = readFileSync(place.path(file), "utf8");
  writeFileSync(place.path(file), text.replace('"WF_RELEASE_CHANGE_V0"', '"WF_NOBODY_KNOWS_V0"'));
  assert.deepEqual(await codes(), ["BAD_LINK", "UNKNOWN_WORKFLOW"]);
});

it("the class is told in words, with what broke and where", { skip }, async (t) => {
  const place = workspace(t, { snapshot: sharedPath("published/protocol_snapshot") });
  const told = async (name: string) => {
    const said = await place.session("examine", sharedPath(`${FOLDER}/${name}.jsonl`));
    return { code: said.code, lines: said.out.split("\n") };
  };
  const denied = await told("v0.2/ADMISSION_DENIED-1");
  assert.equal(denied.code, 0);
  assert.ok(denied.lines.includes("class  BUSINESS_VIOLATION, a path that the protocol declares"));
  const broken = await told("v0.2/EXECUTION_ERROR-1");
  assert.equal(broken.code, 7);
  assert.ok(broken.lines.includes("class  CS_RUNTIME_ERROR, the run failed, at CC_REGISTER_ACTOR_KYC_V0"));
  assert.ok(broken.lines.includes("CAPABILITY_DISPATCH_FAILED  CC_REGISTER_ACTOR_KYC_V0"));
  const worded = await told("v0.3/ERROR-1");
  assert.ok(worded.lines.includes("class  unknown, the run failed"));
  assert.match(worded.lines.at(-2) as string, /^ {2}- the class of the failure: /);
  assert.ok((await told("v0.2/COMPLETED-1")).lines.includes("class  none, the run succeeded"));
});
