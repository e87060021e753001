/** `pgs test`: the project's own scenarios, and what is said of scenarios that do not come out or cannot be read. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { portion, takingTurns } from "../support/portion.ts";
import { assertXml, elementsOf } from "../support/xml.ts";
import {
  assertHint,
  assertNothingLeft,
  assertRefused,
  at,
  document,
  exitOf,
  FIXTURES,
  fixture,
  PROJECT,
  RELEASE,
  SNAPSHOT,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const GRANT_TOOL = "agent_governance::WF_GRANT_TOOL_V0";
const REVOKE = "agent_governance::WF_REVOKE_GRANT_V0";
const ROLLBACK = "release_governance::WF_ROLLBACK_RELEASE_V0";
const OWN = join(PROJECT, "scenarios");

/** A workspace in which the files stand, fixtures beside them. */
function withFiles(t: TestContext, files: Readonly<Record<string, string>>): Workspace {
  const place = workspace(t);
  cpSync(FIXTURES, place.path("fixtures"), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(place.path(name)), { recursive: true });
    writeFileSync(place.path(name), text);
  }
  return place;
}

const GRANT = `# An agent asks.
scenario: A tool
criteria:
  - { id: C1, statement: The grant is made. }
given:
  data: { AGENT_LICENCES: { agent-scout: { tier: standard, state: active } } }
steps:
  - name: grant # the only one
    workflow: agent_governance::WF_GRANT_TOOL_V0
    payload:
      agent_id: agent-scout
      tool: run_report
      purpose: a report
      parameters: { max_rows: 10, layout: csv }
    expect:
      # What has to come out.
      outcome: SUCCESS
      exit_reason: COMPLETED
      stored: { TOOL_AUDIT: [{ record: { tool: run_report } }] }
    satisfies: [C1]
`;

it("the project's own scenarios come out, and take every edge of every workflow", async (t) => {
  const place = workspace(t);
  const said = await place.session("test", OWN, "--min", "100", "--json");
  const report = document(said);
  const different = (report["scenarios"] as JsonObject[]).filter(({ ok }) => ok === false);
  assert.deepEqual([said.code, said.err, different], [0, "", []]);
  const workflows = at(report, "coverage", "workflows") as JsonObject[];
  assert.equal(workflows.length, 5);
  for (const { workflow, percent } of workflows) assert.equal(percent, 100, String(workflow));
  const { total, hold } = report["criteria"] as JsonObject;
  assert.ok(Number(total) > 0);
  assert.equal(hold, total);
  assertNothingLeft(place);
});

it("the scenario that the documents show gives what it expects", async (t) => {
  const page = readFileSync(join(PROJECT, "docs/scenarios.md"), "utf8");
  const [, shown = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const [, file = ""] = /^# (scenarios\/\S+)$/m.exec(shown) ?? [];
  const place = withFiles(t, { [file]: shown });
  const said = await place.session("test");
  assert.equal(said.out, "1 scenario, 3 steps, 3 equal, 0 different, 1 of 1 criterion holds\n");
});

test("without an operand the scenarios of the workspace are played, or their absence is refused", async (t) => {
  const place = withFiles(t, { "s/scenarios/a.scenario.yaml": GRANT });
  symlinkSync(SNAPSHOT, place.path("s/protocol_snapshot"));
  assert.equal((await place.session("test", "--workspace", "s")).code, 0);
  const said = await place.session("test");
  assertRefused(said, 2, "SCENARIOS_MISSING");
  assert.match(said.err, /\(scenarios\)/);
});

test("a run that is denied against expectation is met with what admits it", async (t) => {
  const place = withFiles(t, { "s/a.scenario.yaml": DENIED });
  const said = await place.session("test", "s");
  assert.match(said.out, /^ {2}hint: send another change_id: EV_RELEASE_ROLLED_BACK_V0 is already recorded/m);
  assert.equal(said.out.match(/hint:/g)?.length, 1, "a denial that is expected needs none");
});

const DENIED = `scenario: A release after its rollback
given:
  data:
    RELEASE_AUDIT: [{ record: { event_code: EV_RELEASE_ROLLED_BACK_V0, change_id: CHG-2041 } }]
steps:
  - name: unexpected
    workflow: release_governance::WF_RELEASE_CHANGE_V0
    payload_file: ../fixtures/wf-release-change/completed.json
    expect: { exit_reason: COMPLETED }
  - name: expected
    workflow: release_governance::WF_RELEASE_CHANGE_V0
    payload_file: ../fixtures/wf-release-change/completed.json
    expect: { exit_reason: ADMISSION_DENIED, stored: { RELEASE_AUDIT: { $count: 2 } } }
`;

test("a step that does not come out is shown with both values, at its place in the file", async (t) => {
  const place = withFiles(t, {
    "s/a.scenario.yaml": GRANT.replace("exit_reason: COMPLETED", "exit_reason: DONE"),
  });
  const said = await place.session("test", "s", "--junit", "out.xml");
  assert.deepEqual([said.code, said.err], [7, ""]);
  assert.match(
    said.out,
    /^DIFFERENT {2}A tool#grant\n {2}agent_governance::WF_GRANT_TOOL_V0 in s\/a\.scenario\.yaml\n/,
  );
  assert.match(
    said.out,
    /\n {2}\/steps\/0\/expect\/exit_reason\n {4}expected {2}"DONE"\n {4}found {5}"COMPLETED"\n/,
  );
  assert.match(said.out, /\nNOT MET {2}A tool: C1 The grant is made\. \(different: grant\)\n/);
  assert.match(said.out, /\n1 scenario, 1 step, 0 equal, 1 different, 0 of 1 criterion holds\n$/);
  const xml = readFileSync(place.path("out.xml"), "utf8");
  assertXml(xml);
  assert.equal(elementsOf(xml, "failure")[0]?.["message"], "differs at /steps/0/expect/exit_reason");
});

test("a criterion that no step satisfies is not met", async (t) => {
  const place = withFiles(t, { "s/a.scenario.yaml": GRANT.replace("    satisfies: [C1]\n", "") });
  const said = await place.session("test", "s");
  assert.equal(said.code, 7);
  assert.match(said.out, /^NOT MET {2}A tool: C1 The grant is made\. \(no step satisfies it\)\n/);
});

const WRONG: readonly (readonly [
  what: string,
  from: string,
  to: string,
  message: RegExp,
  hint: RegExp | null,
])[] = [
  ["a misspelt member", "outcome:", "outcom:", /a\.scenario\.yaml:17\)/, /did you mean outcome\?/],
  [
    "a member of another type",
    "    payload:\n",
    "    actor: 7\n    payload:\n",
    /\/steps\/0\/actor should be a string/,
    null,
  ],
  [
    "a step without a workflow",
    "    workflow: agent_governance::WF_GRANT_TOOL_V0\n",
    "",
    /\/steps\/0\/workflow should be there/,
    null,
  ],
  ["no expectation at all", "    expect:", "    about: |", /\/steps\/0\/expect should be there/, /--update/],
  [
    "an unknown criterion",
    "[C1]",
    "[C11]",
    /\/steps\/0\/satisfies\/0 should be the id of a criterion/,
    /did you mean C1\?/,
  ],
  [
    "an unknown store",
    "AGENT_LICENCES",
    "AGENT_LICENSES",
    /\/given\/data\/AGENT_LICENSES should be/,
    /did you mean AGENT_LICENCES\?/,
  ],
  ["a clock that is none", "given:", "given:\n  clock: noon", /\/given\/clock should be a date and time/, null],
  [
    "a reference to no earlier step",
    "a report",
    '"{{steps.grant.payload.tool}}"',
    /\/payload\/purpose should be a reference to an earlier step, not grant/,
    null,
  ],
  [
    "a reference that is none",
    "a report",
    '"{{steps.}}"',
    /\/payload\/purpose should be \{\{steps\.NAME\.path\}\}/,
    null,
  ],
  [
    "a folder that is not there",
    "data: { AGENT",
    "data: nowhere\nrest: { AGENT",
    /rest should be absent/,
    null,
  ],
];

for (const [what, from, to, message, hint] of WRONG) {
  test(`${what} is refused at its place before anything is played`, async (t) => {
    const place = withFiles(t, { "s/a.scenario.yaml": GRANT.replace(from, to) });
    const said = await place.session("test", "s");
    assertRefused(said, 2, "SCENARIO_MALFORMED");
    assert.match(said.err, message);
    assert.match(said.err, /\(s\/a\.scenario\.yaml:\d+\)\n/);
    if (hint !== null) assertHint(said, hint);
  });
}

test("a file that is no YAML, or no JSON, is refused on its line", async (t) => {
  const place = withFiles(t, {
    "y/a.scenario.yaml": "scenario: x\nscenario: y\n",
    "j/a.scenario.json": '{\n  "scenario": "x",\n}\n',
    "none/readme.yaml": "steps: []\n",
  });
  const yaml = await place.session("test", "y");
  assertRefused(yaml, 2, "SCENARIO_UNREADABLE");
  assert.match(yaml.err, /a key occurs twice in one mapping \(y\/a\.scenario\.yaml:2\)/);
  assert.match((await place.session("test", "j")).err, /it is not JSON \(j\/a\.scenario\.json:3\)/);
  assertRefused(await place.session("test", "none"), 2, "NO_SCENARIOS");
  assertRefused(await place.session("test", "nowhere"), 2, "SCENARIOS_MISSING");
  assertRefused(await place.session("test", "y/a.scenario.yaml", "--filter", "x"), 2, "SCENARIO_UNREADABLE");
});

test("a filter leaves the scenarios with the text in their name, and refuses one that leaves none", async (t) => {
  const place = withFiles(t, {
    "s/a.scenario.yaml": GRANT,
    "s/b.scenario.yaml": GRANT.replace("scenario: A tool", "scenario: Another"),
  });
  const said = await place.session("test", "s", "--filter", "Another");
  assert.match(said.out, /^1 scenario, 1 step, 1 equal, 0 different/);
  assertRefused(await place.session("test", "s", "--filter", "neither"), 2, "NO_SUCH_SCENARIO");
});

const TWO = `${GRANT}  - name: revoke
    workflow: agent_governance::WF_REVOKE_GRANT_V0
    payload: { grant_id: "{{steps.grant.results.REGISTER_GRANT.GRANT_ID}}", revoked_by: o@example.org, reason: x }
    expect: { outcome: SUCCESS }
`;

test("a reference to what an earlier step left is put in its place; one that reaches nothing fails its step", async (t) => {
  const place = withFiles(t, {
    "good/a.scenario.yaml": TWO.replace("GRANT_ID}", "grant_id}"),
    "bad/a.scenario.yaml": TWO,
  });
  assert.equal((await place.session("test", "good")).code, 0);
  const said = await place.session("test", "bad");
  assert.equal(said.code, 7);
  assert.match(said.out, /\n {2}refused: REFERENCE_UNRESOLVED .* \(bad\/a\.scenario\.yaml:23\)\n/);
  assert.match(
    said.out,
    /\n {2}\/steps\/1\/payload\/grant_id\n {4}expected {2}"\{\{steps\.grant\.[^"]+"\n {4}found {5}nothing\n/,
  );
});

it("a staged answer that no step asks for fails its step", async (t) => {
  const given =
    "    given: { answers: { RECORD_GRANT.append_grant: BACKEND_ERROR, RECORD_GRANT.apend: VIOLATION } }\n    expect:";
  const place = withFiles(t, { "s/a.scenario.yaml": GRANT.replace("    expect:", given) });
  const said = await place.session("test", "s", "--coverage");
  assert.match(
    said.out,
    /\/steps\/0\/given\/answers\/RECORD_GRANT\.apend\n {4}expected {2}"asked for by the run"/,
  );
  assert.match(
    said.out,
    /\/steps\/0\/expect\/exit_reason\n {4}expected {2}"COMPLETED"\n {4}found {5}"EXIT_FAILED"/,
  );
  assert.match(said.out, /\n {2}\d+ of the edges only in runs with a stubbed result\n/);
});

it("an update writes what came out, keeps every comment, and marks what each run draws anew", async (t) => {
  const before = GRANT.replace("exit_reason: COMPLETED", "exit_reason: DONE # in the end").replace(
    "[{ record: { tool: run_report } }]",
    "[]",
  );
  const place = withFiles(t, { "s/a.scenario.yaml": before });
  const said = await place.session("test", "s", "--update");
  assert.equal(said.code, 0, said.out);
  assert.match(said.out, /, 2 places updated\n$/);
  const after = readFileSync(place.path("s/a.scenario.yaml"), "utf8");
  for (const comment of before.match(/# .*/g) ?? []) assert.ok(after.includes(comment), comment);
  assert.match(after, /exit_reason: COMPLETED # in the end\n/);
  assert.match(after, /tool: run_report/);
  assert.match(after, /\$any: true/);
  const again = await place.session("test", "s", "--update");
  assert.equal(again.code, 0);
  assert.equal(readFileSync(place.path("s/a.scenario.yaml"), "utf8"), after);
});

test("an update fills an expectation that names nothing", async (t) => {
  const place = withFiles(t, {
    "s/a.scenario.yaml": GRANT.replace(/expect:.*\n(?: {6}.*\n)*/, "expect: {}\n"),
  });
  assert.equal((await place.session("test", "s", "--update")).code, 0);
  assert.match(readFileSync(place.path("s/a.scenario.yaml"), "utf8"), /exit_reason: COMPLETED/);
});

test("an update gives a step without an expectation one, in JSON too", async (t) => {
  const step = { name: "ask", workflow: "agent_governance::WF_GRANT_TOOL_V0" };
  const place = withFiles(t, { "s/a.scenario.json": JSON.stringify({ scenario: "J", steps: [step] }) });
  assert.equal((await place.session("test", "s", "--update")).code, 0);
  const written = JSON.parse(readFileSync(place.path("s/a.scenario.json"), "utf8")) as unknown;
  assert.deepEqual(at(written, "steps", 0, "expect"), {
    outcome: "NACK",
    exit_reason: "EXIT_REJECTED",
    path: ["IN_TOOL_REQUESTED", "EXIT_REJECTED"],
    violations: ["/agent_id", "/parameters", "/purpose", "/tool"],
  });
});

it("several threads tell the same as one, in the same order", async (t) => {
  const place = workspace(t);
  const told = async (jobs: string) => {
    const said = await place.binaryIn(
      { TMPDIR: place.folder },
      "test",
      OWN,
      "--filter",
      "tool",
      "--coverage",
      "--jobs",
      jobs,
    );
    assert.equal(said.code, 0, said.err);
    return said.out;
  };
  const [one, three] = await Promise.all([told("1"), told("3")]);
  assert.equal(three, one);
  assert.deepEqual(
    readdirSync(place.folder).filter((name) => name.startsWith("pgs-")),
    [],
  );
});

const SIGNALS = [
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

for (const [signal, code] of portion({ name: "signals", diagnostic: console.log }, SIGNALS, 1)) {
  it(`while it watches, a changed scenario is tested again; ${signal} leaves nothing behind`, async (t) => {
    const place = withFiles(t, { "s/a.scenario.yaml": GRANT, "tmp/keep": "" });
    const child = place.startIn({ TMPDIR: place.path("tmp") }, "test", "s", "--watch");
    t.after(() => child.kill("SIGKILL"));
    const heard = listening(child.stdout, child.stderr);
    await heard(/watching s and the snapshot/);
    writeFileSync(place.path("s/a.scenario.yaml"), GRANT.replace("outcome: SUCCESS", "outcome: DENIED"));
    const out = await heard(/1 different[\s\S]*watching s/);
    assert.match(
      out,
      /^1 scenario, 1 step, 1 equal[\s\S]*\/steps\/0\/expect\/outcome\n {4}expected {2}"DENIED"/m,
    );
    child.kill(signal);
    assert.equal(exitOf(await once(child, "close")), code);
    assert.deepEqual(readdirSync(place.path("tmp")), ["keep"]);
  });
}

type Stream = NodeJS.ReadableStream | null;

/** Waits until everything that was said so far matches. */
function listening(...streams: readonly Stream[]): (pattern: RegExp) => Promise<string> {
  let text = "";
  let check = () => {};
  for (const stream of streams) {
    stream?.on("data", (piece: Buffer) => {
      text += piece.toString();
      check();
    });
  }
  return (pattern) =>
    new Promise((resolve) => {
      check = () => {
        if (pattern.test(text)) resolve(text);
      };
      check();
    });
}

const RUNS: readonly (readonly [
  what: string,
  ...runs: readonly (readonly [workflow: string, payload: string])[],
])[] = [
  ["a release", [RELEASE, "wf-release-change/completed"]],
  [
    "a release that is there already",
    [RELEASE, "wf-release-change/completed"],
    [RELEASE, "wf-release-change/completed"],
  ],
  ["a release that too few approved", [RELEASE, "wf-release-change/quorum-not-met"]],
  ["a release in a frozen environment", [RELEASE, "wf-release-change/frozen"]],
  [
    "a grant that is taken back",
    [GRANT_TOOL, "wf-grant-tool/completed"],
    [REVOKE, "wf-revoke-grant/completed"],
  ],
  ["a grant that its intent rejects", [GRANT_TOOL, "wf-grant-tool/nack-everything-wrong"]],
  [
    "a release that admission denies",
    [RELEASE, "wf-release-change/completed"],
    [ROLLBACK, "wf-rollback-release/completed"],
    [RELEASE, "wf-release-change/completed"],
  ],
  ["a grant", [GRANT_TOOL, "wf-grant-tool/completed"]],
];

test("the trace of a run becomes a scenario that passes", async (suite) => {
  for (const [what, ...runs] of portion(suite, RUNS, 1))
    await suite.test(what, async (t) => {
      const place = workspace(t, { data: join(FIXTURES, "data") });
      mkdirSync(place.path("scenarios"));
      let trace = "";
      for (const [workflow, payload] of runs) {
        const said = await place.session(
          "run",
          workflow,
          "--payload",
          fixture(payload),
          "--no-png",
          "--no-md",
          "--json",
        );
        trace = at(document(said), "trace", "jsonl") as string;
      }
      const made = await place.session("test", "--from-trace", trace);
      assert.deepEqual([made.code, made.err], [0, ""], made.out);
      const verdict = "1 scenario, 1 step, 1 equal, 0 different\n";
      const [, written = ""] = /^written to (.+)\n$/.exec(made.out.slice(verdict.length)) ?? [];
      assert.ok(made.out.startsWith(verdict) && existsSync(place.path(written)), made.out);
      const again = await place.session("test", written);
      assert.equal(again.out, verdict);
      assertRefused(await place.session("test", "--from-trace", trace), 2, "SCENARIO_NOT_MADE");
      const [file = ""] = readdirSync(place.path("scenarios"));
      const changed = readFileSync(place.path(`scenarios/${file}`), "utf8").replace(
        /exit_reason: .*/,
        "exit_reason: ELSE",
      );
      writeFileSync(place.path(`scenarios/${file}`), changed);
      assert.equal((await place.session("test")).code, 7, "its expectations hold it to something");
    });
});

test("a run whose payload was suppressed, and one that has not ended, become no scenario", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  mkdirSync(place.path("scenarios"));
  const payload = fixture("wf-rollback-release/completed");
  await place.session("run", ROLLBACK, "--payload", payload, "--no-png", "--no-md");
  const [trace = ""] = place.traces();
  assertRefused(await place.session("test", "--from-trace", trace), 2, "SCENARIO_NOT_MADE");
  writeFileSync(place.path("cut.jsonl"), readFileSync(trace, "utf8").split("\n").slice(0, 4).join("\n"));
  assert.equal((await place.session("test", "--from-trace", "cut.jsonl")).code, 2);
  assert.deepEqual(readdirSync(place.path("scenarios")), []);
});
