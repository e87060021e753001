/** Every side effect has the operations and outcomes that its published artifact declares. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { registry } from "../../../src/capabilities/registry.ts";
import { sharedPath, skipWithout } from "../../support/shared.ts";

const FOLDER = "published/protocol_snapshot/artifacts/capability_side_effects";

interface Artifact {
  readonly fqdn_id: string;
  readonly cs_ir: {
    readonly cs_metadata: {
      readonly operations: {
        readonly operations: Record<string, { readonly result_status_values?: string[] }>;
      };
    };
  };
}

/** What an operation that declares nothing may answer (SPEC 4.6). */
const UNDECLARED = ["SUCCESS", "VIOLATION", "BACKEND_ERROR"];

const skip = skipWithout(FOLDER);
test("the published side effects", { skip }, async (t) => {
  const files = readdirSync(sharedPath(FOLDER)).filter((name) => name.includes("__CS_"));
  assert.equal(files.length, 8);
  for (const file of files) {
    const { fqdn_id, cs_ir } = JSON.parse(readFileSync(sharedPath(`${FOLDER}/${file}`), "utf8")) as Artifact;
    await t.test(`${fqdn_id} has the operations and outcomes of its artifact`, () => {
      const effect = registry.effect(fqdn_id);
      assert.ok(effect);
      const declared = cs_ir.cs_metadata.operations.operations;
      assert.deepEqual(Object.keys(effect.operations).sort(), Object.keys(declared).sort());
      for (const [op, { result_status_values = UNDECLARED }] of Object.entries(declared)) {
        assert.deepEqual(
          [...(effect.operations[op]?.outcomes ?? [])].sort(),
          [...result_status_values].sort(),
          op,
        );
      }
    });
  }
});
