/** What docs/capabilities.md shows can be loaded, and keeps what it declares. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { tryStoreEffect, tryTransform } from "../../../src/capabilities/trial.ts";
import { countingDraw, freshStore } from "../effects/fresh-store.ts";
import { load, manifest } from "./package-files.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/capabilities.md"), "utf8");
const examples = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, text]) => String(text));

test("the guide's transform and side effect keep what they declare", async (t) => {
  const [transform = "", effect = ""] = examples;
  const files = { "pgs.capabilities.json": manifest("ct.js", "cs.js"), "ct.js": transform, "cs.js": effect };
  const { transforms, effects } = await load(files);
  const [convert] = transforms;
  const [budget] = effects;
  assert.ok(convert !== undefined && budget !== undefined && "examples" in budget);
  assert.deepEqual(tryTransform(convert), []);
  const open = (before: string | undefined) => freshStore(t, before);
  const store = { ...budget, examples: budget.examples } as Parameters<typeof tryStoreEffect>[0];
  assert.deepEqual(await tryStoreEffect(store, { open, sources: countingDraw() }), []);
});

test("a store effect of a package reads, writes, and is found after a crash", async (t) => {
  const { effects } = await load({
    "pgs.capabilities.json": manifest("cs.js"),
    "cs.js": String(examples[1]),
  });
  const operation = effects[0]?.operations["SET"];
  assert.ok(operation?.target === "store" && operation.semantics !== "reads");
  const at = freshStore(t);
  const begun = { effectKey: "key", since: "2026-01-31T09:00:00.000Z", last: null };
  const sources = { ...at.sources, effectKey: "key" };
  const input = { budget: "travel", amount: 5 };
  assert.equal((await operation.probe(input, at.unseen(), begun)).state, "absent");
  const performed = await operation.perform(input, at.store, sources);
  assert.deepEqual([performed.outcome, performed.change], ["SUCCESS", { before: null, after: { travel: 5 } }]);
  assert.deepEqual(await operation.probe(input, at.unseen(), begun), {
    ...{ state: "done", isDated: false, answer: { result: {} }, evidence: { budget: "travel" } },
  });
  const other = await operation.probe({ budget: "travel", amount: 6 }, at.unseen(), begun);
  assert.equal(other.state, "unclear");
  assert.equal((await operation.perform({ budget: 7 }, at.store, sources)).outcome, "VIOLATION");
  at.write("{");
  await assert.rejects(operation.perform(input, at.unseen(), sources), { reason: "CORRUPT" });
});
