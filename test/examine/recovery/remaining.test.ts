/** What may still write where a run stands: by the declared routes, from the step on that it stands at. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Standing } from "../../../src/examine/recovery/open-effects.ts";
import { expectedEnding, remainingWrites } from "../../../src/examine/recovery/remaining.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { appending, compileTrial, contract, type Protocol, passing } from "../../engine/trial.ts";

const exiting = { SUCCESS: "exit", VIOLATION: "exit", BACKEND_ERROR: "exit" };
const through = (code: string, next: JsonObject) => ({ type: "CC", code, next });

/** FIRST leads to SECOND, or by VIOLATION to OTHER, which leads back; SECOND to the end. */
const protocol: Protocol = {
  workflow: {
    start_node: "START",
    nodes: {
      START: { type: "IN", next: { ACK: "FIRST", NACK: "END" } },
      FIRST: through("CC_FIRST_V0", { SUCCESS: "SECOND", VIOLATION: "OTHER", default: "END" }),
      OTHER: through("CC_OTHER_V0", { SUCCESS: "FIRST", default: "END" }),
      SECOND: through("CC_SECOND_V0", { default: "END" }),
      END: { type: "EXIT" },
    },
  },
  contracts: {
    CC_FIRST_V0: contract([
      appending("a", {}),
      passing("pass", { value: 1 }, { on_result: { SUCCESS: "c", VIOLATION: "exit" } }),
      appending("b", {}),
      appending("c", {}),
    ]),
    CC_OTHER_V0: contract(
      [appending("d", {}), passing("stated", { value: "SUCCESS" }, { outputs: { result_status: "$.value" } })],
      {},
    ),
    CC_SECOND_V0: contract(
      [
        passing("judged", { value: 1 }, { on_result: { SUCCESS: "judge" } }),
        appending("e", {}, { on_result: exiting }),
      ],
      {
        evaluation: {
          judge: { condition: "$.capability_result.value == 1", on_true: "SUCCESS", on_false: "VIOLATION" },
        },
      },
    ),
  },
};

const at = (node: string, step: string | null = null, outcome: string | null = null): Standing => ({
  node,
  step,
  outcome,
});

const cases: readonly (readonly [about: string, standing: Standing | null, ahead: string])[] = [
  ["before the first node", null, "a b c e d"],
  ["a node that the plan does not have", at("NONE"), "a b c e d"],
  ["a node that has begun", at("SECOND"), "e"],
  ["a step that has begun", at("SECOND", "e"), "e"],
  ["the last step, ended", at("SECOND", "e", "SUCCESS"), ""],
  ["an evaluation, which ends its contract", at("SECOND", "judged", "SUCCESS"), ""],
  ["a step that jumps forward, in a circle", at("FIRST", "pass", "SUCCESS"), "c e d a b"],
  ["a step that exits", at("FIRST", "a", "BACKEND_ERROR"), ""],
  ["a step that goes on", at("FIRST", "b", "SUCCESS"), "c e d a b"],
  ["a step that states its outcome itself", at("OTHER", "stated", "VIOLATION"), "a b c e d"],
  ["a node that ended", at("FIRST", null, "SUCCESS"), "e"],
  ["a node that ended without a route", at("START", null, "OTHER"), ""],
  ["an exit", at("END"), ""],
];

for (const [about, standing, ahead] of cases) {
  test(`from ${about} on: ${ahead || "nothing"}`, async () => {
    const found = remainingWrites(await compileTrial(protocol), standing);
    assert.equal(found.map(({ step }) => step.name).join(" "), ahead);
  });
}

const endings: readonly (readonly [
  about: string,
  standing: Standing | null,
  last: string | null,
  end: string | null,
])[] = [
  ["before the first node", null, null, null],
  ["at a step whose end is not known", at("SECOND", "e"), "SUCCESS", null],
  ["behind the last step", at("SECOND", "e", "SUCCESS"), "SUCCESS", "COMPLETED"],
  ["behind a step that failed", at("SECOND", "e", "BACKEND_ERROR"), "SUCCESS", "EXIT_BACKEND_ERROR"],
  ["behind an evaluation", at("SECOND", "judged", "SUCCESS"), "SUCCESS", null],
  ["behind a node that leads to another", at("FIRST", null, "SUCCESS"), "SUCCESS", null],
  ["behind the last node", at("SECOND", null, "VIOLATION"), "VIOLATION", "EXIT_VIOLATION"],
  ["at an exit", at("END"), "NACK", "EXIT_REJECTED"],
  ["at an exit that nothing led to", at("END"), null, null],
];

for (const [about, standing, last, end] of endings) {
  test(`${about} a run ${end === null ? "may end in more than one way" : `is to end ${end}`}`, async () => {
    assert.equal(expectedEnding(await compileTrial(protocol), standing, last)?.exitReason ?? null, end);
  });
}
