/** Every side effect has the operations and outcomes that the published artifacts declare, of either generation. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { registry } from "../../../src/capabilities/registry.ts";
import { sharedPath, skipWithout } from "../../support/shared.ts";

const FOLDER = "published/protocol_snapshot/artifacts/capability_side_effects";
const ARCHIVE = "assembled/v5-subset.tar.xz";
const IN_ARCHIVE = "subset/canonical/platform/capability_side_effects";

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

function artifactsIn(folder: string): readonly Artifact[] {
  const files = readdirSync(folder).filter((name) => name.includes("__CS_"));
  return files.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Artifact);
}

/** Operations and outcomes that are declared and that this build does not have. */
function lackingIn({ fqdn_id, cs_ir }: Artifact): readonly string[] {
  const { operations = {} } = registry.effect(fqdn_id) ?? {};
  const declared = Object.entries(cs_ir.cs_metadata.operations.operations);
  return declared.flatMap(([op, { result_status_values = UNDECLARED }]) => {
    const outcomes = operations[op]?.outcomes;
    if (outcomes === undefined) return [`${fqdn_id} ${op}`];
    const alike = [...outcomes].sort().join() === [...result_status_values].sort().join();
    return alike ? [] : [`${fqdn_id} ${op}: ${outcomes}`];
  });
}

test("the published side effects are all there", { skip: skipWithout(FOLDER) }, () => {
  const artifacts = artifactsIn(sharedPath(FOLDER));
  assert.equal(artifacts.length, 8);
  assert.deepEqual(artifacts.flatMap(lackingIn), []);
});

/** Without an implementation in this build. */
const LACKING = ["capability_side_effects::CS_TEXT_ARTIFACT_V0 LIST"];

test("the side effects of the successor are all there", { skip: skipWithout(ARCHIVE) }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), "pgs-assembled-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync("tar", ["-xJf", sharedPath(ARCHIVE), "-C", folder, `./${IN_ARCHIVE}`]);
  const artifacts = artifactsIn(join(folder, IN_ARCHIVE));
  assert.equal(artifacts.length, 6);
  assert.deepEqual(artifacts.flatMap(lackingIn).sort(), LACKING);
});
