/** `pgs gate`: the project's own snapshot passes; of every other, the part that failed is named, in every report. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { GATE_PARTS } from "../../src/report/result.ts";
import { takingTurns } from "../support/portion.ts";
import { assertSarif, junitErrors } from "../support/schemas.ts";
import { assertXml, elementsOf } from "../support/xml.ts";
import { edit, reauthor, unsealedCopy } from "./reauthor.ts";
import { signersIn } from "./signed.ts";
import {
  assertHint,
  assertNothingLeft,
  assertRefused,
  document,
  FIXTURES,
  PROJECT,
  type Said,
  SNAPSHOT,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const OWN = join(PROJECT, "scenarios");

const READ_LICENCE = "artifacts/capability_contracts/agent_governance__CC_READ_LICENCE_V0.json";

/** One step; `reason` is what it is expected to end with. */
function scenario(place: Workspace, reason = "COMPLETED"): string {
  mkdirSync(place.path("few"));
  cpSync(FIXTURES, place.path("fixtures"), { recursive: true });
  const text = `scenario: A grant
given: { data: ../fixtures/data }
steps:
  - name: grant
    workflow: agent_governance::WF_GRANT_TOOL_V0
    payload_file: ../fixtures/wf-grant-tool/completed.json
    expect:
      exit_reason: ${reason}
`;
  writeFileSync(place.path("few/grant.scenario.yaml"), text);
  return "few";
}

/** A copy of the project's snapshot, with its seal, that may be changed. */
function copied(t: TestContext): Workspace {
  const place = workspace(t, { snapshot: null });
  cpSync(SNAPSHOT, place.path("protocol_snapshot"), { recursive: true });
  return place;
}

function parts(said: Said): readonly JsonObject[] {
  return document(said)["parts"] as readonly JsonObject[];
}

/** State by part. */
function states(said: Said): Readonly<Record<string, unknown>> {
  return Object.fromEntries(parts(said).map(({ part, state }) => [String(part), state]));
}

/** Everything a part says it found. */
function notices(said: Said, part: string): readonly JsonObject[] {
  return parts(said).find((one) => one["part"] === part)?.["notices"] as readonly JsonObject[];
}

const PASSED = {
  ...{ verify: "passed", check: "passed", capabilities: "passed" },
  ...{ conformance: "passed", test: "passed", coverage: "passed" },
};

it("the project's own snapshot passes every part, and its scenarios take every edge", async (t) => {
  const place = workspace(t);
  const required = GATE_PARTS.flatMap((part) => ["--require", part]);
  const reports = ["--junit", "junit.xml", "--sarif", "gate.sarif", "--summary", "summary.md"];
  const said = await place.session("gate", "--scenarios", OWN, "--json", ...required, ...reports);
  assert.deepEqual([said.code, said.err], [0, ""]);
  assert.deepEqual(states(said), PASSED);
  const coverage = parts(said).find(({ part }) => part === "coverage");
  assert.match(
    String(coverage?.["counted"]),
    /^(\d+) of \1 edges of 5 workflows taken, at least 100 % of each/,
  );
  assert.deepEqual(
    parts(said).flatMap((one) => one["notices"]),
    [],
  );
  const xml = readFileSync(place.path("junit.xml"), "utf8");
  assertXml(xml);
  assert.deepEqual([await junitErrors(xml, "jenkins"), await junitErrors(xml, "ant")], [[], []]);
  assert.deepEqual(
    [...new Set(elementsOf(xml, "testsuite").map((suite) => suite["package"]))],
    GATE_PARTS.map((part) => `pgs.${part}`),
  );
  assertSarif(readFileSync(place.path("gate.sarif"), "utf8"));
  assert.match(readFileSync(place.path("summary.md"), "utf8"), /^## pgs gate: passed\n/);
  assertNothingLeft(place);
});

it("as text there is one line for every part", async (t) => {
  const place = workspace(t);
  const said = await place.session("gate", "--scenarios", scenario(place), "--min", "0");
  assert.equal(said.code, 0, said.err);
  assert.deepEqual(
    said.out.split("\n").map((line) => line.split(/ {2,}/).slice(0, 2).join(" ")),
    [
      ...["passed verify", "passed check", "passed capabilities"],
      ...["passed conformance", "passed test", "passed coverage", ""],
    ],
  );
});

it("a changed byte fails verify and whatever reads the file, and every report names the place", async (t) => {
  const place = copied(t);
  edit(place.path(`protocol_snapshot/${READ_LICENCE}`), (text) => text.replace("is_active", "is_passive"));
  const reports = ["--junit", "junit.xml", "--sarif", "gate.sarif"];
  const said = await place.session("gate", "--scenarios", scenario(place), "--min", "0", "--json", ...reports);
  assert.equal(said.code, 7, said.err);
  const failed = { verify: "failed", check: "failed", test: "failed", coverage: "failed" };
  assert.deepEqual(states(said), { ...PASSED, ...failed });
  assert.deepEqual(
    [notices(said, "verify")[0]?.["rule"], notices(said, "verify")[0]?.["file"]],
    ["SEALED_FILE_CHANGED", `protocol_snapshot/${READ_LICENCE}`],
  );
  const xml = readFileSync(place.path("junit.xml"), "utf8");
  assert.deepEqual(await junitErrors(xml, "jenkins"), []);
  assert.equal(elementsOf(xml, "testsuite").find(({ name }) => name === "verify")?.["failures"], "2");
  const sarif = assertSarif(readFileSync(place.path("gate.sarif"), "utf8"));
  assert.ok(JSON.stringify(sarif).includes(`"uri":"protocol_snapshot/${READ_LICENCE}"`));
});

it("a scenario that comes out otherwise fails test, at its line, and no other part", async (t) => {
  const place = workspace(t);
  const options = ["--scenarios", scenario(place, "EXIT_DENIED"), "--min", "0"];
  const said = await place.session("gate", ...options, "--json");
  assert.equal(said.code, 7, said.err);
  assert.deepEqual(states(said), { ...PASSED, test: "failed" });
  const [notice] = notices(said, "test");
  assert.deepEqual(
    [notice?.["rule"], notice?.["file"], notice?.["line"], notice?.["pointer"]],
    ["step-differs", "few/grant.scenario.yaml", 8, "/steps/0/expect/exit_reason"],
  );
  const told = await place.session("gate", ...options);
  assert.equal(told.code, 7);
  assert.match(told.out, /^DIFFERENT {2}A grant#grant\n/);
  assert.match(told.out, /^FAILED +test +1 scenario, 1 step, 0 equal, 1 different$/m);
});

it("edges that no scenario takes fail coverage where they are too many, else they are only noted", async (t) => {
  const place = workspace(t);
  const options = ["gate", "--scenarios", scenario(place), "--json"];
  const said = await place.session(...options);
  assert.equal(said.code, 7, said.err);
  assert.deepEqual(states(said), { ...PASSED, coverage: "failed" });
  for (const { rule, level, file, line, pointer } of notices(said, "coverage")) {
    assert.deepEqual([rule, level, typeof line], ["edge-never-taken", "error", "number"]);
    assert.match(String(file), /^protocol_snapshot\/artifacts\/workflows\/\w+\.json$/);
    assert.match(String(pointer), /^\/frontmatter\/core\/nodes\/\w+\/next\/\w+$/);
  }
  const noted = await place.session(...options, "--min", "0");
  assert.equal(noted.code, 0, noted.err);
  const levels = notices(noted, "coverage").map(({ level }) => level);
  assert.equal(levels.length, notices(said, "coverage").length);
  assert.deepEqual([...new Set(levels)], ["note"]);
});

it("a verdict that nobody reads fails check", async (t) => {
  const place = workspace(t, { snapshot: null });
  unsealedCopy(place.path("protocol_snapshot"));
  const contract = "release_governance::CC_CHECK_FREEZE_WINDOW_V0";
  reauthor(place.path("protocol_snapshot"), contract, (text) =>
    text.replace("SUCCESS: judge_freeze", "SUCCESS: exit"),
  );
  const said = await place.session("gate", "--scenarios", scenario(place), "--min", "0", "--json");
  assert.equal(said.code, 7, said.err);
  assert.deepEqual(states(said), { ...PASSED, check: "failed", conformance: "skipped" });
  const found = notices(said, "check").find(({ rule }) => rule === "unused-boolean-result");
  assert.deepEqual([found?.["level"], found?.["artifact"]], ["error", contract]);
});

it("a part that has nothing to look at is left out and said so; where it is required, it fails", async (t) => {
  const place = workspace(t);
  const said = await place.session("gate", "--json", "--junit", "junit.xml");
  assert.equal(said.code, 0, said.err);
  assert.deepEqual(states(said), { ...PASSED, test: "skipped", coverage: "skipped" });
  assert.match(String(parts(said)[4]?.["counted"]), /^no scenarios in scenarios; --scenarios DIR names them$/);
  const xml = readFileSync(place.path("junit.xml"), "utf8");
  assert.deepEqual(await junitErrors(xml, "jenkins"), []);
  assert.match(xml, /<skipped>no scenarios in scenarios/);

  const required = await place.session("gate", "--require", "coverage");
  assert.equal(required.code, 7, required.err);
  assert.match(required.out, /^left out +test +no scenarios/m);
  assert.match(required.out, /^FAILED +coverage +no scenarios/m);
});

it("scenarios that are named and not there are refused, whatever is required", async (t) => {
  const place = workspace(t);
  assertRefused(await place.session("gate", "--scenarios", "nowhere"), 2, "SCENARIOS_MISSING");
  mkdirSync(place.path("empty"));
  assertRefused(await place.session("gate", "--scenarios", "empty"), 2, "NO_SCENARIOS");
});

it("a scenario file that means nothing fails test and coverage, at its line", async (t) => {
  const place = workspace(t);
  const few = scenario(place);
  edit(place.path("few/grant.scenario.yaml"), (text) => text.replace("exit_reason", "exit_raeson"));
  const said = await place.session("gate", "--scenarios", few, "--json");
  assert.equal(said.code, 7, said.err);
  assert.deepEqual(states(said), { ...PASSED, test: "failed", coverage: "failed" });
  const [notice] = notices(said, "test");
  assert.deepEqual(
    [notice?.["rule"], notice?.["file"], notice?.["line"]],
    ["SCENARIO_MALFORMED", "few/grant.scenario.yaml", 8],
  );
});

test("a snapshot that is not there is refused, and so is what the command line cannot mean", async (t) => {
  const place = workspace(t);
  assertRefused(await place.session("gate", "--snapshot", "nowhere"), 3, "SNAPSHOT_MISSING");
  for (const options of [
    ["--min", "101"],
    ["--require", "everything"],
    ["--fail-on", "mistakes"],
    ["--junit", "-", "--sarif", "-"],
    ["--github", "--summary", "-"],
    ["--junit", "one", "--sarif", "./one"],
  ]) {
    assertRefused(await place.session("gate", ...options), 2, "BAD_USAGE");
  }
  const said = await place.session("gate", "--github", "--sarif", "-");
  assertRefused(said, 2, "BAD_USAGE");
  assertHint(said, /^name another file with --sarif FILE$/);
  assert.equal((await place.session("gate", "--json", "--github")).code, 2);
});

it("a signature that is required and not there fails verify, and nothing is run", async (t) => {
  const place = workspace(t);
  const [signer] = signersIn(place, "anna");
  const options = ["--scenarios", scenario(place), "--key", signer?.publicFile ?? "", "--json"];
  const said = await place.session("gate", ...options);
  assert.equal(said.code, 7, said.err);
  const failed = {
    ...{ verify: "failed", capabilities: "failed", conformance: "failed" },
    ...{ test: "failed", coverage: "failed" },
  };
  assert.deepEqual(states(said), { ...PASSED, ...failed });
  for (const part of Object.keys(failed)) assert.match(String(notices(said, part)[0]?.["rule"]), /^SIGNATURE/);
});

it("the JSON document is one for another program, too", async (t) => {
  const place = workspace(t);
  const { out } = await place.binary("gate", "--scenarios", scenario(place), "--json");
  const python = spawnSync("python3", ["-m", "json.tool"], { input: out, encoding: "utf8" });
  if (python.error !== undefined) return t.skip("python3 is not here");
  assert.equal(python.status, 0, python.stderr);
  assert.deepEqual(JSON.parse(python.stdout), JSON.parse(out));
});

it("in a job of GitHub Actions, files are named from the checkout, and the step's summary is added to", async (t) => {
  const place = copied(t);
  edit(place.path(`protocol_snapshot/${READ_LICENCE}`), (text) => text.replace("is_active", "is_passive"));
  const summary = place.path("step-summary.md");
  writeFileSync(summary, "# Before\n");
  const above = join(place.folder, "..");
  const env = { GITHUB_WORKSPACE: `${above}/`, GITHUB_STEP_SUMMARY: summary };
  const said = await place.sessionIn({ env }, "gate", "--github");
  assert.equal(said.code, 7, said.err);
  const folder = place.folder.slice(above.length + 1);
  const [first] = said.out.split("\n");
  assert.ok(first?.startsWith(`::error file=${folder}/protocol_snapshot/${READ_LICENCE},line=`), first);
  assert.match(readFileSync(summary, "utf8"), /^# Before\n## pgs gate: failed\n/);
});

it("every command that comes to a verdict leaves the same reports", async (t) => {
  const place = workspace(t);
  const few = scenario(place);
  await place.session("run", "--wf", "agent_governance::WF_REVOKE_GRANT_V0", "--no-png", "--no-md");
  cpSync(join(PROJECT, "test/vectors/good/tool-grants.json"), place.path("vectors/tool-grants.json"));
  const commands = {
    verify: ["verify"],
    check: ["check"],
    conformance: ["conformance"],
    certify: ["certify", "vectors"],
    test: ["test", few],
    coverage: ["coverage", "traces"],
  };
  for (const [name, argv] of Object.entries(commands)) {
    const reports = ["--junit", `${name}.xml`, "--sarif", `${name}.sarif`, "--summary", `${name}.md`];
    const said = await place.session(...argv, "--quiet", "--github", ...reports);
    assert.equal(said.code, 0, `${name}: ${said.err}`);
    const xml = readFileSync(place.path(`${name}.xml`), "utf8");
    assert.deepEqual(await junitErrors(xml, "jenkins"), [], name);
    assert.ok(elementsOf(xml, "testcase").length > 0, name);
    assertSarif(readFileSync(place.path(`${name}.sarif`), "utf8"));
    assert.ok(readFileSync(place.path(`${name}.md`), "utf8").startsWith(`## pgs ${name}: passed\n`), name);
    for (const line of said.out.split("\n").slice(0, -1)) assert.match(line, /^::notice /, name);
  }
});

it("a report that is printed stands alone on standard output", async (t) => {
  const place = workspace(t);
  assertSarif((await place.session("verify", "--sarif", "-")).out);
  assertXml((await place.session("verify", "--junit", "-")).out);
  assert.match((await place.session("verify", "--summary", "-")).out, /^## pgs verify: passed\n/);
  assertRefused(await place.session("verify", "--summary", "."), 2, "REPORT_UNWRITABLE");
});
