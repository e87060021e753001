/** Documents are written whole, all of them or with what was written on record; after a crash they are completed. */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { csTextArtifact } from "../../../src/capabilities/effects/cs-text-artifact.ts";
import { replay } from "../../../src/examine/replay/replay.ts";
import type { Json, JsonObject } from "../../../src/json/value.ts";
import { memoryStores } from "../../../src/storage/files/memory-stores.ts";
import { openStores } from "../../../src/storage/files/stores.ts";
import { compileTrial, contract, eventsOf, memoryData, oneContract, runPlan } from "../../engine/trial.ts";
import { examined, killed, storedIn } from "../../examine/recovery/killed.ts";
import { withoutSpares } from "../../support/listing.ts";
import { freshStore } from "./fresh-store.ts";

const { WRITE_ALL } = csTextArtifact.operations;

function onDisk(t: TestContext) {
  const { root } = freshStore(t);
  const folder = openStores(root).texts("out");
  const write = (documents: Json, isOnDevice = false) => WRITE_ALL.perform({ documents }, folder, isOnDevice);
  return { root, write, probe: (documents: Json) => WRITE_ALL.probe({ documents }, folder) };
}

const A = { path: "a.md", text: "# A\n" };
const B = { path: "deep/b.md", text: "Ж😀" };

test("every document is written below the folder, others stay, and a second time changes nothing", async (t) => {
  const { root, write } = onDisk(t);
  mkdirSync(join(root, "out"));
  writeFileSync(join(root, "out/kept.md"), "kept");
  const first = await write([A, B], true);
  assert.deepEqual(first.result, { written: 2, paths: ["a.md", "deep/b.md"] });
  assert.deepEqual(first.change?.before, { "a.md": null, "deep/b.md": null });
  assert.equal(readFileSync(join(root, "out/deep/b.md"), "utf8"), "Ж😀");
  const second = await write([A, { ...B, path: "./deep/../deep/b.md" }]);
  assert.deepEqual(second.result, first.result);
  assert.deepEqual(second.change, { before: {}, after: {} });
  assert.deepEqual(withoutSpares(join(root, "out")), ["a.md", "deep", "kept.md"]);
});

const refused: Readonly<Record<string, readonly [Json, string]>> = {
  "none at all": [[], "NO_DOCUMENTS"],
  "no text": [[A, { path: "b.md" }], "NOT_A_DOCUMENT"],
  "no object": [[A, "b.md"], "NOT_A_DOCUMENT"],
  "a path twice": [[A, { path: "x/../a.md", text: "" }], "PATH_TWICE"],
  ...Object.fromEntries(
    ["../a", "x/../../a", "/a", "", " ", ".", "x/..", "a/", "..", "a\\b", "C:a", "a\0"].map((path) => [
      `the path ${JSON.stringify(path)}`,
      [[A, { path, text: "" }], "PATH_ESCAPES"] as const,
    ]),
  ),
};

for (const [about, [documents, code]] of Object.entries(refused)) {
  test(`${about}: VIOLATION, and nothing is written`, async (t) => {
    const { root, write, probe } = onDisk(t);
    const { outcome, reason, change } = await write(documents);
    assert.deepEqual([outcome, reason?.["code"], change], ["VIOLATION", code, undefined]);
    assert.ok(!existsSync(join(root, "out")));
    assert.equal((await probe(documents)).state, "absent");
  });
}

test("no text of any form leads out of the folder", async () => {
  const part = fc.constantFrom("..", ".", "a", "", "/", "\\", ":", "\0", "é", "...");
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
      const stores = memoryStores();
      const documents = [{ path: parts.join("/"), text: "x" }];
      const { outcome } = await WRITE_ALL.perform({ documents }, stores.texts("out"), false);
      const written = stores.written();
      assert.ok(
        written.every((name) => name.startsWith("out/")),
        written.join(),
      );
      assert.equal(outcome === "SUCCESS", written.length === 1);
    }),
    { numRuns: 200 },
  );
});

test("a link out of the data root is refused, as it is of every store", async (t) => {
  const { root, write } = onDisk(t);
  mkdirSync(join(root, "out"));
  symlinkSync("/tmp", join(root, "out/link"));
  await assert.rejects(write([{ path: "link/a.md", text: "" }]), { code: "STORE_PATH_ESCAPES" });
});

test("where the storage fails midway, the change says what was written, and no document is torn", async (t) => {
  const { root, write, probe } = onDisk(t);
  mkdirSync(join(root, "out/deep"), { recursive: true });
  mkdirSync(join(root, "out/deep/b.md"));
  const { outcome, reason, change, result } = await write([A, B]);
  assert.deepEqual([outcome, reason?.["code"], result], ["BACKEND_ERROR", "STORE_UNREADABLE", undefined]);
  assert.deepEqual(Object.keys(change?.after ?? {}), ["a.md"]);
  await assert.rejects(probe([A, B]), { facts: { file: "out/deep/b.md", errno: "EISDIR" } });
  assert.deepEqual(readdirSync(join(root, "out/deep")), ["b.md"], "no draft is left");
});

const publishing = (documents: Json, policy: JsonObject) =>
  compileTrial(
    oneContract(
      contract([
        {
          step: "publish",
          side_effect: csTextArtifact.code,
          op: "WRITE_ALL",
          inputs: { documents },
          on_result: { SUCCESS: "exit", VIOLATION: "exit", BACKEND_ERROR: "exit" },
        },
      ]),
      {},
      { policies: { [csTextArtifact.code]: policy } },
    ),
  );

const ROOT = { root: "{{module_data_root}}/construction" };

test("the root of the policy is below the data root, and a replay needs no store", async () => {
  const plan = await publishing([A, B], ROOT);
  const trial = await runPlan(plan, {});
  assert.equal(trial.ending.outcome, "SUCCESS");
  assert.deepEqual(storedIn(trial.data), { "construction/a.md": A.text, "construction/deep/b.md": B.text });
  assert.equal((await replay(plan, trial.events)).finding, null);
  await assert.rejects(publishing([A], { root: "{{module_data_root}}/../out" }), {
    code: "WORKFLOW_DOES_NOT_COMPILE",
  });
});

test("a root that does not say that it is below the data root is none", async () => {
  const trial = await runPlan(await publishing([A], { root: "/srv/out" }), {});
  const [end] = eventsOf(trial, "side_effect_end");
  assert.deepEqual(end?.payload.reason, { code: "NO_PATH" });
});

test("killed anywhere, every document is old or new, and running again writes all", async () => {
  const plan = await publishing([A, B], ROOT);
  const before = { "construction/a.md": "old", "construction/other.md": "kept" };
  const { crashes, whole } = await killed(plan, {}, before);
  const states = new Set<string>();
  for (const crash of crashes) {
    for (const [path, text] of Object.entries(storedIn(crash.data)))
      assert.ok([storedIn(whole)[path], (before as JsonObject)[path]].includes(text), `${crash.about} ${path}`);
    const { open } = await examined(crash);
    for (const { found } of open) states.add(found.state);
    const data = memoryData(storedIn(crash.data));
    await runPlan(plan, {}, { data });
    assert.deepEqual(storedIn(data), storedIn(whole), crash.about);
  }
  assert.deepEqual([...states].sort(), ["done", "unclear"]);
});

test("what is there of the documents is seen: none, some, or all", async (t) => {
  const { root, write, probe } = onDisk(t);
  const shown = async (documents: Json) => {
    const { state, evidence, ...more } = await probe(documents);
    return { state, evidence, because: "because" in more ? more.because : null };
  };
  assert.deepEqual(await shown([A, B]), {
    ...{ state: "absent", because: null, evidence: { documents: 2, there: 0, as_written: 0 } },
  });
  await write([A]);
  assert.deepEqual(await shown([A, B]), {
    ...{ state: "unclear", because: "SOME_WRITTEN" },
    evidence: { documents: 2, there: 1, as_written: 1, other: ["deep/b.md"] },
  });
  await write([A, B]);
  assert.equal((await shown([A, B])).state, "done");
  writeFileSync(join(root, "out/a.md"), "theirs");
  assert.ok(!JSON.stringify(await shown([A, B])).includes("theirs"));
});
