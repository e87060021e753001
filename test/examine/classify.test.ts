/** Every way in which a run can end has exactly one class. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { endAt } from "../../src/engine/advance.ts";
import { type RunCode, runTable } from "../../src/engine/errors.ts";
import type { NodeCategory, Stage } from "../../src/errors/base.ts";
import { classify, classOfEnding, classOfRefusal, type TraceClass } from "../../src/examine/classify.ts";
import type { ExitNode } from "../../src/plan/plan.ts";
import { addEvent, createSummary } from "../../src/trace/summary.ts";
import { appending, contract, oneContract, passing, runTrial, type Trial } from "../engine/trial.ts";

const CLASSES: readonly TraceClass[] = [
  "BUSINESS_VIOLATION",
  "ADMISSION_ERROR",
  "EXPRESSION_ERROR",
  "SCHEMA_ERROR",
  "BINDING_ERROR",
  "CT_STRUCTURE_ERROR",
  "CS_RUNTIME_ERROR",
  "GRAPH_STRUCTURE_ERROR",
];
const CATEGORIES: readonly NodeCategory[] = ["WF", "IN", "CC", "CT", "CS"];
const STAGES: readonly Stage[] = ["admission", "walk", "contract", "transform", "effect", "compile"];

/** Due to how the caller began the run, not to what it came to. */
const OF_THE_CALLER: readonly string[] = [
  "RUN_ABORTED",
  "DRY_RUN_REMOTE_EFFECT",
  "SECRETS_KEY_REQUIRED",
] satisfies RunCode[];

for (const code of [...Object.keys(runTable), "A_CODE_OF_ANOTHER_BUILD"]) {
  test(`a refusal with ${code} has one class, or none if it is due to the caller, wherever it arose, and never that of a business outcome`, () => {
    for (const node_category of CATEGORIES) {
      for (const stage of STAGES) {
        const found = classOfRefusal(code, { node_category, stage });
        if (OF_THE_CALLER.includes(code)) assert.equal(found, null);
        else assert.ok(found !== null && CLASSES.includes(found));
        assert.notEqual(found, "BUSINESS_VIOLATION");
      }
    }
  });
}

const where: readonly (readonly [code: RunCode, category: NodeCategory, stage: Stage, found: TraceClass])[] = [
  ["OUTCOME_NOT_ROUTED", "CC", "contract", "GRAPH_STRUCTURE_ERROR"],
  ["OUTCOME_NOT_DECLARED", "CC", "contract", "SCHEMA_ERROR"],
  ["OUTCOME_NOT_DECLARED", "CS", "effect", "CS_RUNTIME_ERROR"],
  ["NO_TRANSITION", "WF", "walk", "GRAPH_STRUCTURE_ERROR"],
  ["HOP_LIMIT", "WF", "walk", "GRAPH_STRUCTURE_ERROR"],
  ["PATH_UNRESOLVED", "CC", "contract", "BINDING_ERROR"],
  ["EXPRESSION_TYPE", "CC", "contract", "EXPRESSION_ERROR"],
  ["CAPABILITY_FAULT", "CT", "transform", "CT_STRUCTURE_ERROR"],
  ["CAPABILITY_FAULT", "CS", "effect", "CS_RUNTIME_ERROR"],
  ["STORE_CORRUPT", "WF", "admission", "ADMISSION_ERROR"],
  ["STORE_CORRUPT", "CS", "effect", "CS_RUNTIME_ERROR"],
];

for (const [code, node_category, stage, found] of where) {
  test(`${code} of a ${node_category} in the ${stage} stage is ${found}`, () => {
    assert.equal(classOfRefusal(code, { node_category, stage }), found);
  });
}

const OUTCOMES = [
  "SUCCESS",
  "ACK",
  "ALREADY_EXISTS",
  "NOT_FOUND",
  "VIOLATION",
  "BACKEND_ERROR",
  "NACK",
  "DENIED",
];

for (const reason of ["COMPLETED", "FAILED", "EXITED", null]) {
  test(`an EXIT for the reason ${reason} has a class for every outcome`, () => {
    const exit: ExitNode = { type: "EXIT", key: "END", reason, emit: [] };
    const found = OUTCOMES.map((outcome) => classOfEnding(endAt(exit, outcome)));
    const good = reason === "FAILED" ? "BUSINESS_VIOLATION" : null;
    const bad = "BUSINESS_VIOLATION";
    assert.deepEqual(found, [good, good, good, bad, bad, "CS_RUNTIME_ERROR", bad, bad]);
  });
}

test("a denial is the protocol's own answer", () => {
  assert.equal(classOfEnding({ status: "FAILED", outcome: null }), "BUSINESS_VIOLATION");
});

function classified({ events }: Trial) {
  const summary = createSummary();
  for (const event of events) addEvent(summary, event);
  return classify(summary);
}

test("the step that said why is the place of a declared unhappy way", async () => {
  const broken = appending("log", null, { inputs: {} });
  const trial = await runTrial(oneContract(contract([passing("look", { value: 1 }), broken])));
  assert.equal(trial.ending.outcome, "VIOLATION");
  const found = { class: "BUSINESS_VIOLATION", isStructural: false, node: "WORK", step: "log" };
  assert.deepEqual(classified(trial), found);
});

test("a refusal is structural, and its place the step that was refused", async () => {
  const trial = await runTrial(oneContract(contract([passing("look", { value: 1 }, { on_result: {} })])));
  const found = { class: "GRAPH_STRUCTURE_ERROR", isStructural: true, node: "WORK", step: "look" };
  assert.deepEqual(classified(trial), found);
});

test("a run that ended well has no class, one that has not ended none yet", async () => {
  const trial = await runTrial(oneContract(contract([passing("look", { value: 1 })])));
  assert.deepEqual(classified(trial), { class: null, isStructural: false, node: null, step: null });
  assert.equal(classified({ ...trial, events: trial.events.slice(0, -1) }), null);
});
