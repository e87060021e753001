/** `pgs test` of runs that wait: how a scenario answers them and moves the clock, and what it is told. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { takingTurns } from "../support/portion.ts";
import { assertRefused, at, document, FIXTURES, fixture, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const WF = "release_governance::WF_APPROVE_RELEASE_V0";
const KEY = "APPROVAL_1460043638954917";
const TOM = "{ choice: approve, approver: tom@example.org }";
const FILE = "scenarios/a.scenario.yaml";

/** A workspace with a scenario of one step, which has these lines. */
function withStep(t: TestContext, lines: readonly string[], more = ""): Workspace {
  const place = workspace(t);
  cpSync(FIXTURES, place.path("fixtures"), { recursive: true });
  mkdirSync(place.path("scenarios"));
  const step = [
    "  - name: asked",
    `    workflow: ${WF}`,
    "    payload_file: ../fixtures/wf-approve-release/asked.json",
    ...lines.map((line) => `    ${line}`),
  ];
  const head = ["scenario: s", "given: { data: ../fixtures/data, clock: 2026-11-03T10:15:00Z }", "steps:"];
  writeFileSync(place.path(FILE), `${[...head, ...step].join("\n")}\n${more}`);
  return place;
}

const passing: readonly (readonly [about: string, lines: readonly string[]])[] = [
  ["it waits", ["expect: { status: WAITING, exit_code: 6, waits: [{ kind: EVENT, step: ask }] }"]],
  [
    "an answer is given whenever it is waited for",
    [`given: { answers_events: { ${KEY}: ${TOM} } }`, "expect: { exit_reason: COMPLETED, waits: [] }"],
  ],
  [
    "an event is delivered twice under one name",
    [
      "resume:",
      `  - { at: PT1H, event: ${KEY}, answer: ${TOM}, event_id: one }`,
      `  - { at: PT1H, event: ${KEY}, answer: ${TOM}, event_id: one }`,
      "expect: { exit_reason: COMPLETED }",
    ],
  ],
  [
    "the deadline passes",
    [
      "resume: [{ at: 2099-12-31T11:00:00Z }]",
      "expect: { status: WAITING, waits: [{ node: ASK_OPERATOR, due: 2099-12-31T15:00:00.000Z }] }",
    ],
  ],
  [
    "it is cancelled",
    [
      "resume: [{ cancel: { reason: no longer needed } }]",
      "expect: { status: CANCELLED, exit_code: 0, stored: { RELEASE_AUDIT: { $absent: true } } }",
    ],
  ],
  [
    "a refused session is expected",
    [
      `resume: [{ event: OTHER, answer: 1 }]`,
      "expect: { refusal: NO_SUCH_WAIT, exit_code: 2, status: WAITING }",
    ],
  ],
];

for (const [about, lines] of passing) {
  it(`a step comes out as expected: ${about}`, async (t) => {
    const said = await withStep(t, lines).session("test");
    assert.deepEqual([said.code, said.out], [0, "1 scenario, 1 step, 1 equal, 0 different\n"], said.out);
  });
}

const differing: readonly (readonly [
  about: string,
  lines: readonly string[],
  at: string,
  hint: readonly [pattern: RegExp, to: string] | null,
])[] = [
  [
    "an event with another key",
    [`resume: [{ event: ${KEY.slice(0, -1)}, answer: ${TOM} }]`, "expect: { events: { $any: true } }"],
    "/steps/0/resume/0",
    [/in scenarios\/a\.scenario\.yaml:7, change "(\w+)" to "(\w+)"/, "$2"],
  ],
  [
    "an answer that does not fit",
    [`resume: [{ event: ${KEY}, answer: maybe }]`, "expect: { events: { $any: true } }"],
    "/steps/0/resume/0",
    null,
  ],
  [
    "an entry after the end",
    [
      `given: { answers_events: { ${KEY}: ${TOM} } }`,
      "resume: [{ at: PT1H }]",
      "expect: { exit_reason: COMPLETED }",
    ],
    "/steps/0/resume/0",
    null,
  ],
  [
    "an answer for which the run never waits",
    ["given: { answers_events: { OTHER: yes } }", "expect: { status: WAITING }"],
    "/steps/0/given/answers_events/OTHER",
    null,
  ],
  ["another wait", ["expect: { waits: [{ node: ASK_OPERATOR }] }"], "/steps/0/expect/waits/0/node", null],
  ["a wait too much", ["expect: { waits: [] }"], "/steps/0/expect/waits/0", null],
];

for (const [about, lines, at, hint] of differing) {
  it(`a step differs, and says where: ${about}`, async (t) => {
    const place = withStep(t, lines);
    const said = await place.session("test");
    assert.equal(said.code, 7, said.out);
    assert.ok(said.out.includes(`\n  ${at}\n`), said.out);
    if (hint === null) return;
    const [, given = "", meant = ""] = hint[0].exec(said.out) ?? [];
    const text = readFileSync(place.path(FILE), "utf8");
    writeFileSync(place.path(FILE), text.replace(given, meant));
    assert.equal((await place.session("test")).code, 0, said.out);
  });
}

const malformed: readonly (readonly [about: string, lines: readonly string[], expected: RegExp])[] = [
  [
    "a misspelt member",
    ["resume: [{ evnt: K }]"],
    /\/steps\/0\/resume\/0\/evnt .*absent; .*hint: .*\bevent\b/s,
  ],
  [
    "a time that is none",
    ["resume: [{ at: tomorrow }]"],
    /\/steps\/0\/resume\/0\/at .*a duration such as PT2H/s,
  ],
  [
    "an answer without an event",
    ["resume: [{ answer: 1 }]"],
    /resume\/0\/answer .*hint: add event, or omit answer/s,
  ],
  [
    "an event that is cancelled",
    ["resume: [{ event: K, cancel: {} }]"],
    /resume\/0\/event .*hint: omit event, or omit cancel/s,
  ],
  [
    "a misspelt store",
    ["resume: [{ data: { RELEASE: null } }]"],
    /\/steps\/0\/resume\/0\/data\/RELEASE .*hint: did you mean RELEASE_AUDIT/s,
  ],
  [
    "an answer to no key",
    ["given: { answers_events: [] }"],
    /\/steps\/0\/given\/answers_events should be an object/,
  ],
];

for (const [about, lines, expected] of malformed) {
  test(`a scenario is refused: ${about}`, async (t) => {
    const said = await withStep(t, [...lines, "expect: { status: WAITING }"]).session("test");
    assertRefused(said, 2, "SCENARIO_MALFORMED");
    assert.match(said.err, expected);
  });
}

test("a later step may deliver to the key that an earlier one waited for", async (t) => {
  const later = [
    "  - name: answered",
    `    workflow: ${WF}`,
    "    payload_file: ../fixtures/wf-approve-release/asked.json",
    `    resume: [{ event: "{{steps.asked.waits[0].key}}", answer: ${TOM} }]`,
    "    expect: { exit_reason: COMPLETED }",
  ];
  const place = withStep(t, ["expect: { status: WAITING }"], `${later.join("\n")}\n`);
  assert.match((await place.session("test")).out, /^1 scenario, 2 steps, 2 equal/);
});

test("what a run that waits shows is recorded by --update", async (t) => {
  const place = withStep(t, ["expect: { waits: [{ key: OTHER }] }"]);
  assert.equal((await place.session("test", "--update")).code, 0);
  assert.match(readFileSync(place.path(FILE), "utf8"), new RegExp(`waits: \\[\\{ key: ${KEY} \\}\\]`));
});

/** The edges of the workflow that the traces took, and how often. */
async function covered(place: Workspace): Promise<readonly string[]> {
  const report = document(await place.session("coverage", "traces", "--json"));
  assert.deepEqual(at(report, "traces", "left_out"), []);
  const workflows = report["workflows"] as unknown as { workflow: string; edges: Edge[] }[];
  const edges = workflows.find(({ workflow }) => workflow === WF)?.edges ?? [];
  return edges.flatMap(({ from, count }) => (count === 0 ? [] : [`${from} ${count}`])).sort();
}

interface Edge {
  readonly from: string;
  readonly count: number;
}

it("of a recorded run that waits or was cancelled, the edges count up to there, and each once after it went on", async (t) => {
  const [place, trace] = await waiting(t);
  const upTo = await covered(place);
  assert.deepEqual(upTo, ["IN_APPROVAL_REQUESTED 1"]);
  const cancelled = place.path("cancelled.jsonl");
  cpSync(trace, cancelled);
  const said = await place.session("cancel", "cancelled.jsonl", "--no-png", "--no-md");
  assert.equal(said.code, 0, said.err);
  const answer = ["--event", KEY, "--answer", join(FIXTURES, "answers/approve.json")];
  const clock = ["--clock", "2026-11-03T11:15:00Z"];
  assert.equal((await place.session("resume", trace, ...answer, ...clock, "--no-png", "--no-md")).code, 0);
  const whole = await covered(place);
  assert.equal(whole.length, 7);
  assert.ok(
    whole.every((edge) => edge.endsWith(" 1")),
    whole.join(", "),
  );
  cpSync(cancelled, place.path("traces/cancelled.jsonl"));
  const both = await covered(place);
  assert.deepEqual(both, [...whole.map((edge) => (edge === upTo[0] ? edge.replace("1", "2") : edge))]);
});

test("edges taken after a wait are counted, each once", async (t) => {
  const place = withStep(t, [
    `given: { answers_events: { ${KEY}: ${TOM} } }`,
    "expect: { exit_reason: COMPLETED }",
  ]);
  const report = document(await place.session("test", "--coverage", "--json"));
  const { workflows } = report["coverage"] as unknown as {
    workflows: { workflow: string; edges: { from: string; outcome: string; count: number }[] }[];
  };
  const edges = workflows.find(({ workflow }) => workflow === WF)?.edges ?? [];
  const taken = edges.filter(({ count }) => count > 0);
  assert.deepEqual(taken.map(({ from, outcome, count }) => [from, outcome, count]).sort(), [
    ["ASK_SECOND_PERSON", "SUCCESS", 1],
    ["AWAIT_RELEASE_TIME", "SUCCESS", 1],
    ["CHECK_SECOND_PERSON", "SUCCESS", 1],
    ["IN_APPROVAL_REQUESTED", "ACK", 1],
    ["RECORD_RELEASE", "SUCCESS", 1],
    ["REGISTER_RELEASE", "SUCCESS", 1],
    ["SET_ENVIRONMENT_STATE", "SUCCESS", 1],
  ]);
});

/** The trace of a run that waits. */
async function waiting(t: TestContext): Promise<readonly [Workspace, string]> {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  mkdirSync(place.path("scenarios"));
  const payload = ["--payload", fixture("wf-approve-release/asked")];
  const clock = ["--clock", "2026-11-03T10:15:00Z"];
  const said = await place.session("run", WF, ...payload, ...clock, "--no-png", "--no-md");
  assert.equal(said.code, 6, said.err);
  const [trace = ""] = place.traces();
  return [place, trace];
}

test("the hint of a wait whose answer has fields says which, and what it says is taken", async (t) => {
  const [place, trace] = await waiting(t);
  const said = await place.session("examine", trace);
  assert.match(
    said.out,
    /FILE holds a JSON object with choice \("approve" or "decline"\), approver \(string\)/,
  );
  writeFileSync(place.path("FILE"), JSON.stringify({ choice: "approve", approver: "tom@example.org" }));
  const answer = ["--event", KEY, "--answer", "FILE", "--clock", "2026-11-03T11:15:00Z"];
  const resumed = await place.session("resume", trace, ...answer, "--no-png", "--no-md");
  assert.equal(resumed.code, 0, resumed.err);
});

test("a run that waits becomes a scenario that expects what it waits for", async (t) => {
  const [place, trace] = await waiting(t);
  const made = await place.session("test", "--from-trace", trace, FILE);
  assert.deepEqual([made.code, made.err], [0, ""], made.out);
  const text = readFileSync(place.path(FILE), "utf8");
  assert.match(text, /status: WAITING/);
  assert.ok(text.includes(`key: ${KEY}`) && !text.includes("effect_key"), text);
  assert.equal((await place.session("test")).code, 0);
});

it("a run that was answered becomes a scenario that answers it", async (t) => {
  const [place, trace] = await waiting(t);
  const answer = ["--event", KEY, "--answer", join(FIXTURES, "answers/approve.json")];
  const clock = ["--clock", "2026-11-03T11:15:00Z"];
  const said = await place.session("resume", trace, ...answer, ...clock, "--no-png", "--no-md");
  assert.equal(said.code, 0, said.err);
  const made = await place.session("test", "--from-trace", trace, FILE);
  assert.deepEqual([made.code, made.err], [0, ""], made.out);
  const text = readFileSync(place.path(FILE), "utf8");
  assert.match(text, /resume:\n.*at: 2026-11-03T11:15:00\.000Z\n.*event: APPROVAL_/s);
  writeFileSync(place.path(FILE), text.replace("approve", "decline"));
  assert.equal((await place.session("test")).code, 7, "the answer decides how it ends");
});

it("a run that was answered, and tried again after a pause, becomes a scenario with an answer for each attempt", async (t) => {
  const [place, trace] = await waiting(t);
  const world = { sleep: async () => undefined };
  const at = (time: string) => ["--clock", `2026-11-03T${time}Z`, "--no-png", "--no-md"];
  const store = place.path("data/release_governance/releases.jsonl");
  mkdirSync(store);
  const answer = ["--event", KEY, "--answer", join(FIXTURES, "answers/approve.json")];
  const paused = await place.sessionIn(world, "resume", trace, ...answer, ...at("11:15:00"));
  assert.equal(paused.code, 6, paused.err);
  rmSync(store, { recursive: true });
  const ended = await place.sessionIn(world, "resume", trace, ...at("11:16:00"));
  assert.equal(ended.code, 0, ended.err);
  const made = await place.session("test", "--from-trace", trace, FILE);
  assert.deepEqual([made.code, made.err], [0, ""], made.out);
  const text = readFileSync(place.path(FILE), "utf8");
  assert.match(text, /:\n\s+- outcome: BACKEND_ERROR\n.*- outcome: BACKEND_ERROR\n.*- outcome: SUCCESS\n/s);
  assert.match(text, /- at: 2026-11-03T11:16:00\.000Z\n/);
  assert.equal((await place.session("test")).code, 0);
  writeFileSync(place.path(FILE), text.replace("outcome: BACKEND_ERROR", "outcome: BACKEND_EROR"));
  const misspelt = await place.session("test");
  assert.match(misspelt.out, /change "?BACKEND_EROR"? to "?BACKEND_ERROR"?/);
});
