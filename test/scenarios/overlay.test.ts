import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { overlaid } from "../../src/scenarios/overlay.ts";
import type { Fqdn } from "../../src/snapshot/fqdn.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { artifact, contentsOf, FOLDER, memoryFiles, OWN_SNAPSHOT, sealed } from "../snapshot/memory-files.ts";

const NEW = "trial::WF_NEW_V0" as Fqdn;
const [path, text] = artifact(NEW, "core: { start_node: a, nodes: {} }");
const overlay = new Map([[path, JSON.parse(text) as JsonObject]]);
const files = memoryFiles(sealed(contentsOf(OWN_SNAPSHOT)));

test("an artifact that is laid over is listed and read; the others stay as they are", async () => {
  const snapshot = await openSnapshot(FOLDER, overlaid(FOLDER, overlay, files));
  const base = await openSnapshot(FOLDER, files);
  assert.deepEqual(snapshot.names("WF"), [...base.names("WF"), NEW].sort());
  assert.equal(snapshot.artifact(NEW)?.fqdn, NEW);
  const known = base.names("CC")[0] as Fqdn;
  assert.equal(snapshot.artifact(known)?.sha256, base.artifact(known)?.sha256);
});

test("what comes of it is not the sealed snapshot any more", async () => {
  const [base, other] = [
    await openSnapshot(FOLDER, files),
    await openSnapshot(FOLDER, overlaid(FOLDER, overlay, files)),
  ];
  assert.deepEqual([base.state, other.state], ["sealed", "verified"]);
});
