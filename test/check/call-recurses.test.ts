/** Workflows that call each other in a circle, however many there are in it, are found before any of them runs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { registry } from "../../src/capabilities/registry.ts";
import { readSnapshotModel } from "../../src/check/analysis/snapshot-model.ts";
import { callRecurses } from "../../src/check/rules/graph.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { contract, filesOf, memoryFiles, type Protocol, SNAPSHOT, WORKFLOW } from "../engine/trial.ts";

const OUTCOMES = ["SUCCESS", "NOT_FOUND", "BACKEND_ERROR"];

function calling(workflow: string): JsonObject {
  const core = { result_status_contract: { allowed: [...OUTCOMES, "VIOLATION"] }, inputs: { called: {} } };
  const step = {
    step: "call",
    side_effect: "capability_side_effects::CS_WORKFLOW_GATEWAY_V0",
    op: "EXECUTE",
    inputs: { workflow_code: workflow, payload: {} },
    on_result: Object.fromEntries(["VIOLATION", ...OUTCOMES].map((one) => [one, "exit"])),
  };
  return contract([step], core);
}

const workflow = (code: string, inputs: JsonObject): JsonObject => ({
  start_node: "START",
  nodes: {
    START: { type: "IN", next: { ACK: "CALL" } },
    CALL: { type: "CC", code, inputs, next: { default: "END" } },
    END: { type: "EXIT" },
  },
});

const nameOf = (i: number) => (i === 0 ? WORKFLOW : `trial::WF_NEXT_${i}_V0`);

/** Each workflow calls the next; the last one calls `last`. */
function chain(length: number, last: string, isGiven: boolean): Protocol {
  const called = (i: number) => (i + 1 < length ? nameOf(i + 1) : last);
  const each = Array.from({ length }, (_, i) => i);
  const cores = each.map((i) =>
    isGiven ? workflow("CC_ANY_V0", { called: called(i) }) : workflow(`CC_CALL_${i}_V0`, {}),
  );
  const [main, ...others] = cores as [JsonObject, ...JsonObject[]];
  return {
    workflow: main,
    others: Object.fromEntries(others.map((core, i) => [nameOf(i + 1), core])),
    contracts: isGiven
      ? { CC_ANY_V0: calling("$.inputs.called") }
      : Object.fromEntries(each.map((i) => [`CC_CALL_${i}_V0`, calling(called(i))])),
  };
}

async function recursing(protocol: Protocol): Promise<readonly string[]> {
  const subject = await readSnapshotModel(SNAPSHOT, memoryFiles(filesOf(protocol)), registry);
  assert.ok(subject.workflows.every(({ plan }) => plan !== null));
  return [...callRecurses.check(subject)].map(({ facts }) => `${facts?.["from"]} ${facts?.["to"]}`).sort();
}

for (const isGiven of [false, true]) {
  const how = isGiven ? "by a name that the node gives it" : "by name";
  for (const length of [1, 2, 3, 7]) {
    test(`${length} workflows, of which each calls the next ${how}, and the last the first`, async () => {
      const calls = Array.from({ length }, (_, i) => `${nameOf(i)} ${nameOf((i + 1) % length)}`);
      assert.deepEqual(await recursing(chain(length, WORKFLOW, isGiven)), calls.sort());
    });
  }

  test(`a chain that ends, ${how}, is no circle; what leads into one is not in it`, async () => {
    assert.deepEqual(await recursing(chain(4, "trial::WF_NONE_V0", isGiven)), []);
    assert.deepEqual(await recursing(chain(4, nameOf(2), isGiven)), [
      `${nameOf(2)} ${nameOf(3)}`,
      `${nameOf(3)} ${nameOf(2)}`,
    ]);
  });
}
