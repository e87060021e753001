/** `pgs query`: the questions at the command line, right and wrong. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { QUERIES } from "../../src/query/questions.ts";
import { asSnapshot, smallWorkflow } from "../plan/small-workflow.ts";
import { takingTurns } from "../support/portion.ts";
import { edit, reauthor, unsealedCopy } from "./reauthor.ts";
import { ownSnapshot } from "./signed.ts";
import { assertHint, assertRefused, at, document, PROJECT, type Said, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const GRANT = "agent_governance::WF_GRANT_TOOL_V0";
const RECORD = "agent_governance::CC_RECORD_GRANT_V0";

/** A question of every kind that is answered with something. */
const QUESTIONS: readonly (readonly string[])[] = [
  ["refs", RECORD],
  ["deps", RECORD],
  ["deps", GRANT, "--transitive"],
  ["path", GRANT, "CS_REGISTRY_V0"],
  ["impact", "CS_REGISTRY_V0"],
  ["stores"],
  ["stores", "TOOL_AUDIT"],
  ["events"],
  ["events", "EV_TOOL_GRANTED_V0"],
  ["outcomes", GRANT],
  ["actors"],
  ["search", "a", "grant"],
  ["explain", GRANT],
];

function answered(said: Said): string {
  assert.deepEqual([said.code, said.err], [0, ""], said.out);
  return said.out;
}

it("every question is answered in text and as a document, which names the question", async (t) => {
  const place = workspace(t);
  assert.deepEqual([...new Set(QUESTIONS.map(([form]) => form))].sort(), [...QUERIES].sort());
  for (const question of QUESTIONS) {
    assert.notEqual(answered(await place.session("query", ...question)), "", question.join(" "));
    const said = await place.session("query", ...question, "--json");
    answered(said);
    assert.equal(document(said)["query"], question[0]);
  }
  const quiet = await place.session("query", "refs", RECORD, "--quiet");
  assert.deepEqual(quiet, { code: 0, out: "", err: "" });
});

test("the names are those of the snapshot, all or of one kind", async (t) => {
  const place = workspace(t);
  const all = answered(await place.session("query", "names"))
    .trim()
    .split("\n");
  const workflows = answered(await place.session("query", "names", "WF"))
    .trim()
    .split("\n");
  assert.deepEqual([...all].sort(), all);
  assert.deepEqual(
    workflows,
    all.filter((name) => name.includes("::WF_")),
  );
  const listed = at(document(await place.session("list", "--json")), "workflows") as readonly JsonObject[];
  assert.deepEqual(
    workflows,
    listed.map(({ workflow }) => workflow),
  );
  assert.deepEqual(at(document(await place.session("query", "names", "--json")), "names"), all);
});

test("a code that one artifact has is its name", async (t) => {
  const place = workspace(t);
  const byCode = answered(await place.session("query", "refs", "CC_RECORD_GRANT_V0"));
  assert.equal(byCode, answered(await place.session("query", "refs", RECORD)));
});

it("what is written wrong is refused with the name that is meant, and the hint helps", async (t) => {
  const place = workspace(t);
  const wrong = [
    [["refs", "CC_RECORD_GRNT_V0"], "NAME_UNKNOWN"],
    [["refs", "agent_governance:CC_RECORD_GRANT_V0"], "NAME_UNKNOWN"],
    [["explain", "WF_GRANT_TOL_V0"], "NAME_UNKNOWN"],
    [["stores", "TOOL_AUDT"], "NAME_UNKNOWN"],
    [["events", "EV_TOOL_GRANTD_V0"], "NAME_UNKNOWN"],
    [["outcomes", "CC_RECORD_GRANT_V0"], "NOT_A_WORKFLOW"],
  ] as const;
  for (const [question, code] of wrong) {
    const said = await place.session("query", ...question);
    assertRefused(said, 2, code);
    const meant = /^hint: type (\S+) instead/m.exec(said.err)?.[1];
    assert.ok(meant !== undefined, said.err);
    assert.notEqual(answered(await place.session("query", question[0], meant)), "");
  }
});

test("a part of several names is answered with all of them, and a text without sense with where names are listed", async (t) => {
  const place = workspace(t);
  const several = await place.session("query", "refs", "CC_RECORD_R");
  assertRefused(several, 2, "NAME_UNKNOWN");
  for (const name of answered(await place.session("query", "names", "CC"))
    .trim()
    .split("\n"))
    assert.equal(several.err.includes(name), name.includes("CC_RECORD_R"), name);
  const none = await place.session("query", "refs", "CC_XYZZY");
  assertHint(none, /^type pgs query names, which prints every artifact; /);
});

test("too many names, too few, and an option of another question are refused with the right line", async (t) => {
  const place = workspace(t);
  const lines: readonly (readonly [readonly string[], RegExp])[] = [
    [["refs"], /^type pgs query refs ARTIFACT$/],
    [["refs", "a", "b"], /^type pgs query refs ARTIFACT$/],
    [["path", "a"], /^type pgs query path FROM TO$/],
    [["stores", "a", "b"], /^type pgs query stores \[STORE\]$/],
    [["actors", "a"], /^type pgs query actors$/],
    [["search"], /^type pgs query search TEXT$/],
    [["refs", RECORD, "--transitive"], /^omit --transitive$/],
    [["names", "XX"], /^type pgs query names AC, /],
    [["who"], /^type refs or deps /],
  ];
  for (const [question, hint] of lines) {
    const said = await place.session("query", ...question);
    assertRefused(said, 2, "BAD_USAGE");
    assertHint(said, hint);
  }
});

test("a place is in the Markdown of the workspace where there is some, else in that of the artifact", async (t) => {
  const place = workspace(t);
  const question = ["query", "refs", RECORD, "--json"];
  const [without] = at(document(await place.session(...question)), "mentions") as readonly JsonObject[];
  assert.equal(without?.["authored"], undefined);
  cpSync(join(PROJECT, "protocol"), place.path("protocol"), { recursive: true });
  const file = "protocol/workflows/agent_governance__WF_GRANT_TOOL_V0.md";
  const [with_] = at(document(await place.session(...question)), "mentions") as readonly JsonObject[];
  assert.deepEqual(with_?.["authored"], { file, line: without?.["line"] });
  edit(place.path(file), (text) => `\n${text}`);
  const [moved] = at(document(await place.session(...question)), "mentions") as readonly JsonObject[];
  assert.deepEqual(moved?.["authored"], { file, line: Number(without?.["line"]) + 1 });
  assert.equal(moved?.["line"], without?.["line"]);
});

test("a snapshot that was changed answers nothing", async (t) => {
  const place = ownSnapshot(t);
  edit(place.path("protocol_snapshot/artifacts/workflows/agent_governance__WF_GRANT_TOOL_V0.json"), (text) =>
    text.replace("EXIT_GRANTED", "EXIT_GRANTET"),
  );
  const said = await place.session("query", "refs", RECORD);
  assert.deepEqual([said.code, said.out], [3, ""]);
});

it("a diff of snapshots has the workflows that execute what differs, and none for what no run decides by", async (t) => {
  const place = ownSnapshot(t);
  unsealedCopy(place.path("next"));
  const workflows = async () =>
    at(document(await place.session("diff", "protocol_snapshot", "next", "--json")), "workflows");
  assert.deepEqual(await workflows(), []);
  reauthor(place.path("next"), RECORD, (text) => text.replace("summary: Write", "summary: Note"));
  assert.deepEqual(await workflows(), []);
  reauthor(place.path("next"), RECORD, (text) => text.replace("          tier: $.inputs.tier\n", ""));
  assert.deepEqual(await workflows(), [
    { workflow: GRANT, state: "kept", breaking: true, artifacts: [RECORD] },
  ]);
  const impact = document(await place.session("query", "impact", RECORD, "--json"));
  const executed = (at(impact, "workflows") as readonly JsonObject[]).map(({ workflow }) => workflow);
  assert.deepEqual(executed, [GRANT]);
  const said = await place.session("diff", "protocol_snapshot", "next");
  assert.match(
    said.out,
    new RegExp(`\nworkflows that execute what differs\n {2}${GRANT} +kept +breaking +CC_RECORD_GRANT_V0\n`),
  );
});

const ASK = "capability_side_effects::CS_SNAPSHOT_QUERY_V0";

/** The small workflow, whose contract asks the snapshot one question and publishes the answer. */
function asking(question: JsonObject): { [name: string]: Json } {
  const { "test::CC_X_V0": contract, "test::RB_X_V0": binding, ...rest } = smallWorkflow();
  const step = {
    ...{ step: "ask", side_effect: ASK, op: "QUERY", inputs: question },
    outputs: { answer: "$.capability_result.result" },
    on_result: { SUCCESS: "exit", NOT_FOUND: "exit", VIOLATION: "exit", BACKEND_ERROR: "exit" },
  };
  const allowed = ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"];
  const core = { ...contract.core, outputs: { answer: {} }, pipeline: [step], evaluation: {} };
  const status = { allowed, on_input_failure: "VIOLATION" };
  const workflow = rest["test::WF_X_V0"];
  workflow.core.nodes.DO.next = {
    SUCCESS: "END",
    NOT_FOUND: "OUT",
    VIOLATION: "OUT",
    BACKEND_ERROR: "OUT",
  } as never;
  return {
    ...rest,
    "test::CC_X_V0": { ...contract, core: { ...core, result_status_contract: status } },
    "test::RB_X_V0": { ...binding, core: { ...binding.core, bindings: { [ASK]: {} } } },
    [ASK]: {
      cs_code: "CS_SNAPSHOT_QUERY_V0",
      core: { operations: { QUERY: { result_status_values: allowed } }, policy: { operations: [] } },
      implementation: { module: "m", callable: "c" },
    },
  };
}

test("a run that asks its snapshot gets what pgs query answers, and the trace is replayed", async (t) => {
  const place = workspace(t, { snapshot: null });
  const ask = async (question: JsonObject) => {
    for (const [path, bytes] of asSnapshot(asking(question))) {
      mkdirSync(dirname(place.path(`protocol_snapshot/${path}`)), { recursive: true });
      writeFileSync(place.path(`protocol_snapshot/${path}`), bytes);
    }
    writeFileSync(place.path("payload.json"), JSON.stringify({ a: "x" }));
    return place.session(
      "run",
      "--wf",
      "test::WF_X_V0",
      "--payload",
      "payload.json",
      "--no-png",
      "--no-md",
      "--json",
    );
  };
  const said = await ask({ operation: "refs", params: { artifact: "test::CC_X_V0" } });
  assert.equal(said.code, 0, said.out);
  const answer = at(document(said), "results", "DO", "answer");
  assert.deepEqual(answer, document(await place.session("query", "refs", "CC_X_V0", "--json")));
  const trace = place.traces().at(-1) ?? "";
  assert.equal((await place.session("examine", trace)).code, 0);
  const unknown = await ask({ operation: "refs", params: { artifact: "CC_NOTHING_V0" } });
  assert.equal(at(document(unknown), "outcome"), "NOT_FOUND");
});

test("an artifact where a workflow is wanted is refused with the question that finds its workflows", async (t) => {
  const place = workspace(t);
  for (const command of ["plan", "run"]) {
    const said = await place.session(command, RECORD);
    assertRefused(said, 2, "UNKNOWN_WORKFLOW");
    const line = /^hint: type pgs (.*), which prints the workflows that execute it$/m.exec(said.err)?.[1] ?? "";
    assert.ok(answered(await place.session(...line.split(" "))).includes(GRANT));
  }
  assertHint(await place.session("show", "x::CC_Y_V0"), /^type pgs query names, which prints /);
});

test("pgs explain of a workflow is refused with the question that explains it", async (t) => {
  const place = workspace(t);
  const said = await place.session("explain", GRANT);
  assertRefused(said, 2, "BAD_USAGE");
  const line = /^hint: type pgs (.*)$/m.exec(said.err)?.[1] ?? "";
  assert.match(answered(await place.session(...line.split(" "))), new RegExp(`^${GRANT} `));
});
