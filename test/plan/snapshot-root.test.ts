/** What a policy may say of the snapshot that an effect asks. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { compileTrial, contract, oneContract } from "../engine/trial.ts";

const QUERY = "capability_side_effects::CS_SNAPSHOT_QUERY_V0";

const asking = (policy: JsonObject | undefined) => {
  const onResult = { SUCCESS: "exit", VIOLATION: "exit", NOT_FOUND: "exit", BACKEND_ERROR: "exit" };
  const step = { step: "ask", side_effect: QUERY, op: "QUERY", inputs: {}, on_result: onResult };
  const core = contract([step], { result_status_contract: { allowed: Object.keys(onResult) } });
  return oneContract(core, {}, policy === undefined ? {} : { policies: { [QUERY]: policy } });
};

test("a run asks the snapshot that it runs on", async () => {
  for (const policy of [undefined, {}, { snapshot_root: "{{snapshot_root}}" }])
    await assert.doesNotReject(compileTrial(asking(policy)), JSON.stringify(policy));
});

test("a binding that names another snapshot is refused at its place", async () => {
  for (const snapshot_root of ["/elsewhere", "{{module_data_root}}", "", 7, {}]) {
    await assert.rejects(
      compileTrial(asking({ snapshot_root })),
      (error: { reasons?: readonly { code: string; pointer: string; hint?: string }[] }) => {
        const [reason] = error.reasons ?? [];
        assert.equal(reason?.code, "FOREIGN_SNAPSHOT");
        assert.equal(reason?.pointer, `/frontmatter/core/bindings/${QUERY}/policy/snapshot_root`);
        assert.ok(reason?.hint?.includes('"{{snapshot_root}}"'), reason?.hint);
        return true;
      },
    );
  }
});
