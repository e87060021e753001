/** Every effect that calls workflows does what its examples say, whatever the called ones are. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { csConcurrentWorkflows } from "../../../src/capabilities/effects/cs-concurrent-workflows.ts";
import { csWorkflowGateway } from "../../../src/capabilities/effects/cs-workflow-gateway.ts";
import { csWorkflowLoop } from "../../../src/capabilities/effects/cs-workflow-loop.ts";
import type { ChildResult } from "../../../src/capabilities/target.ts";
import type { CallEffect } from "../../../src/capabilities/targets/workflows.ts";
import { deepFreeze } from "../../../src/json/value.ts";

const effects: readonly CallEffect[] = [csConcurrentWorkflows, csWorkflowGateway, csWorkflowLoop];

const ENDINGS: Record<ChildResult["end"], readonly [outcome: string | null, exit: string]> = {
  succeeded: ["SUCCESS", "COMPLETED"],
  failed: ["VIOLATION", "EXIT_VIOLATION"],
  "not-found": ["NOT_FOUND", "EXIT_NOT_FOUND"],
  storage: ["BACKEND_ERROR", "EXIT_BACKEND_ERROR"],
  refused: [null, "HOP_LIMIT"],
  unknown: [null, "WORKFLOW_UNKNOWN"],
};

function called(end: ChildResult["end"]): ChildResult {
  const [outcome, exit_reason_code] = ENDINGS[end];
  const status = end === "succeeded" ? "SUCCESS" : "FAILED";
  return { end, result: { status, outcome, exit_reason_code, results: {} } };
}

for (const effect of effects) {
  for (const { about, op, input, children, outcome, result = {} } of effect.examples) {
    test(`${effect.code}: ${about}`, async () => {
      const left = [...children];
      const operation = effect.operations[op];
      assert.ok(operation);
      const performed = await operation.perform(deepFreeze(structuredClone(input)), {
        async call(workflow, payload) {
          const expected = left.shift();
          assert.deepEqual({ workflow, payload }, { workflow: expected?.workflow, payload: expected?.payload });
          return called(expected?.end as ChildResult["end"]);
        },
        together: (works) => Promise.all(works.map((begin) => begin())),
      });
      assert.equal(performed.outcome, outcome, JSON.stringify(performed.reason));
      assert.deepEqual(left, [], "every declared child was called");
      const members = Object.entries(performed.result ?? {}).filter(([name]) => name in result);
      assert.deepEqual(Object.fromEntries(members), result);
      if (outcome === "VIOLATION") assert.notEqual(performed.reason, undefined, "a violation says why");
    });
  }

  test(`${effect.code} has an example of every outcome it declares`, () => {
    const shown = new Set(effect.examples.map(({ op, outcome }) => `${op} ${outcome}`));
    for (const [op, { outcomes }] of Object.entries(effect.operations)) {
      // Of a run that breaks off by itself, the engine knows more: the sessions show it.
      for (const one of outcomes)
        if (one !== "BACKEND_ERROR") assert.ok(shown.has(`${op} ${one}`), `${op} ${one}`);
    }
  });
}
