import assert from "node:assert/strict";
import { test } from "node:test";
import { asScenario } from "../../../src/scenarios/format/acceptance.ts";
import { readSource } from "../../../src/scenarios/format/source.ts";

const DOCUMENT = `scenario_code: ACCEPTANCE_X_V0
acceptance_intent:
  objective: It works.
  success_criteria:
    - { id: SC1, statement: It is made. }
    - { id: SC2, statement: It is kept. }
acceptance_scenario:
  steps:
    - step: s1
      workflow: a::WF_MAKE_V0
      payload: { n: { literal: 0 }, m: { ref: "$.steps.s0.store.HEADS.head" }, list: [{ ref: $.steps.s0.surface.id }] }
      satisfies: [SC1]
    - { step: s2, workflow: a::WF_KEEP_V0, expect_outcome: NOT_FOUND }
  observations:
    - { address: $.steps.s1.store.HEADS.count, expected: 2, satisfies: [SC2] }
    - { address: $.steps.s1.surface.sum.of, expected: { A: 1 }, satisfies: [SC1, SC2] }
`;

const scenario = asScenario(readSource("a.yaml", Buffer.from(DOCUMENT)));

test("an acceptance document is read as steps with what is expected and observed of them", () => {
  assert.deepEqual(scenario.value, {
    scenario: "ACCEPTANCE_X_V0",
    about: "It works.",
    criteria: [
      { id: "SC1", statement: "It is made." },
      { id: "SC2", statement: "It is kept." },
    ],
    steps: [
      {
        name: "s1",
        workflow: "a::WF_MAKE_V0",
        payload: { n: 0, m: "{{steps.s0.stored.HEADS.head}}", list: ["{{steps.s0.surface.id}}"] },
        expect: {
          outcome: "SUCCESS",
          stored: { HEADS: { $count: 2 } },
          surface: { sum: { of: { $exact: { A: 1 } } } },
        },
        satisfies: ["SC1", "SC2"],
      },
      { name: "s2", workflow: "a::WF_KEEP_V0", payload: {}, expect: { outcome: "NOT_FOUND" }, satisfies: [] },
    ],
  });
});

test("its places are told by the lines of the document", () => {
  assert.deepEqual(
    ["/criteria/1/id", "/steps/0/workflow", "/steps/1/expect"].map(scenario.lineOf),
    [6, 10, 13],
  );
});

test("an address that is none is refused where it stands", () => {
  const wrong = readSource(
    "a.yaml",
    Buffer.from(DOCUMENT.replace("$.steps.s1.store.HEADS.count", "$.stores.HEADS")),
  );
  assert.throws(
    () => asScenario(wrong),
    /SCENARIO_MALFORMED|observations\/0\/address should be .* \(a\.yaml:15\)/,
  );
});

test("another file is left as it is", () => {
  const source = readSource("b.yaml", Buffer.from("scenario: x\n"));
  assert.equal(asScenario(source), source);
});

test("it is not written into", () => {
  assert.throws(() => scenario.changed([]), /--update does not write/);
});
