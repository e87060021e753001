/** Workflows that others supersede, and the actor under which a workflow is declared to run. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { actorOf, requireInForce } from "../../src/plan/in-force.ts";
import { compileTrial, type Protocol, WORKFLOW } from "../engine/trial.ts";

const nodes = { START: { type: "IN", next: { ACK: "END" } }, END: { type: "EXIT" } };

const declaring = (beside: JsonObject, core: JsonObject = {}): Protocol => ({
  workflow: { start_node: "START", nodes, ...core },
  beside: { [WORKFLOW]: beside },
});

test("a workflow that others supersede compiles, and is refused before it runs, with their full names", async () => {
  for (const [declared, names] of [
    ["WF_B_V0", ["trial::WF_B_V0"]],
    [
      ["other::WF_B_V0", "WF_C_V1"],
      ["other::WF_B_V0", "trial::WF_C_V1"],
    ],
  ] as const) {
    const plan = await compileTrial(declaring({ superseded_by: declared }));
    assert.deepEqual(plan.supersededBy, names);
    assert.throws(
      () => requireInForce(plan),
      (error: { code?: string; hint?: string }) => {
        assert.equal(error.code, "WORKFLOW_SUPERSEDED");
        for (const name of names) assert.ok(error.hint?.includes(name), error.hint);
        return true;
      },
    );
  }
});

test("a workflow that supersedes others, or that none supersedes, is in force", async () => {
  for (const beside of [{}, { superseded_by: [] }, { supersedes: "WF_A_V0" }]) {
    const plan = await compileTrial(declaring(beside));
    assert.doesNotThrow(() => requireInForce(plan));
  }
});

test("a called workflow that is superseded is refused", async () => {
  const successor = { superseded_by: ["WF_NEW_V0"] };
  const protocol = declaring({});
  const others = { "trial::WF_OLD_V0": { start_node: "START", nodes } };
  const plan = await compileTrial({ ...protocol, others, beside: { "trial::WF_OLD_V0": successor } });
  await assert.rejects(plan.called("trial::WF_OLD_V0"), { code: "WORKFLOW_REFUSED" });
});

test("whom the caller states is recorded, else the declared actor, else nobody", async () => {
  const declared = await compileTrial(declaring({}, { actor_context: "AC_CLERK_V0" }));
  const silent = await compileTrial(declaring({}));
  assert.equal(actorOf(declared, undefined), "trial::AC_CLERK_V0");
  assert.equal(actorOf(declared, "trial::AC_OTHER_V0"), "trial::AC_OTHER_V0");
  assert.equal(actorOf(silent, undefined), undefined);
});
