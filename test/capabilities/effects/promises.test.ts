/** Every effect that has examples keeps what it declares: its examples, its semantics, its artifact. */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { builtInEffects } from "../../../src/capabilities/built-in.ts";
import { csAwait } from "../../../src/capabilities/effects/cs-await.ts";
import { csSnapshotQuery } from "../../../src/capabilities/effects/cs-snapshot-query.ts";
import { csTextArtifact } from "../../../src/capabilities/effects/cs-text-artifact.ts";
import { isShownEffect, tryShownEffect } from "../../../src/capabilities/shown-trial.ts";
import type { EffectExample } from "../../../src/capabilities/target.ts";
import type { StoreEffect } from "../../../src/capabilities/targets/store.ts";
import type { WaitExample } from "../../../src/capabilities/targets/wait.ts";
import { tryStoreEffect } from "../../../src/capabilities/trial.ts";
import { tryWaitEffect } from "../../../src/capabilities/wait-trial.ts";
import { StoreFault } from "../../../src/errors/ports.ts";
import { openStores } from "../../../src/storage/files/stores.ts";
import { withoutSpares } from "../../support/listing.ts";
import { countingDraw, type FreshStore, freshStore, perform } from "./fresh-store.ts";

const effects = builtInEffects().filter((effect): effect is StoreEffect =>
  Object.values(effect.operations).every(({ target }) => target === "store"),
);

for (const effect of effects) {
  test(`${effect.code} keeps what it declares`, async (t) => {
    const opened: FreshStore[] = [];
    const open = (before: string | undefined) => {
      const at = freshStore(t, before);
      opened.push(at);
      return at;
    };
    assert.deepEqual(await tryStoreEffect(effect, { open, sources: countingDraw() }), []);
    for (const at of opened)
      assert.deepEqual(
        withoutSpares(at.root),
        at.text() === null ? [] : ["store"],
        "no lock and no draft is left",
      );
  });

  test(`${effect.code} reports storage that cannot be used, by name and system code`, async (t) => {
    const { root } = freshStore(t);
    mkdirSync(join(root, "folder"));
    writeFileSync(join(root, "file"), "");
    const unusable = {
      folder: /^EISDIR$/,
      "file/below": /^ENOTDIR$|^EEXIST$/,
      [`${"x".repeat(300)}`]: /^ENAMETOOLONG$/,
    };
    for (const [path, errno] of Object.entries(unusable)) {
      for (const op of Object.keys(effect.operations)) {
        const facts = await storageFacts(effect, op, path, root);
        assert.equal(facts.file, path, op);
        assert.match(String(facts.errno), errno, `${op} ${path}`);
        assert.ok(!JSON.stringify(facts).includes(root));
      }
    }
    assert.deepEqual(withoutSpares(root), ["file", "folder"]);
  });
}

/** What the fault says, or the reason where the operation answers it itself. */
async function storageFacts(
  effect: StoreEffect,
  op: string,
  path: string,
  root: string,
): Promise<{ file?: unknown; errno?: unknown }> {
  const input = effect.examples
    .flatMap(({ calls }) => calls)
    .find((call) => call.op === op && call.outcome === "SUCCESS")?.input;
  assert.ok(input);
  try {
    const store = openStores(root).at(path);
    const performed = await perform(effect, op, { ...input, keys: ["a"] }, { store, sources: countingDraw() });
    assert.equal(performed.outcome, "BACKEND_ERROR", `${op} ${path}`);
    return performed.reason ?? {};
  } catch (error) {
    assert.ok(error instanceof StoreFault, String(error));
    return error.facts;
  }
}

for (const effect of builtInEffects().filter(isShownEffect)) {
  test(`${effect.code} keeps what it declares`, async () => {
    assert.deepEqual(await tryShownEffect(effect), []);
  });
}

test("an example that a shown effect does not follow is named, and an outcome without one", async () => {
  const brokenBy = async (effect: typeof csTextArtifact, change: Partial<EffectExample>) => {
    const [example, ...others] = effect.examples as readonly EffectExample[];
    assert.ok(example !== undefined && others.length > 0);
    const broken = await tryShownEffect({ ...effect, examples: [{ ...example, ...change }] });
    return broken.map(({ message }) => message);
  };
  const missing = "WRITE_ALL: it has no example of VIOLATION";
  assert.deepEqual(await brokenBy(csTextArtifact, {}), [missing]);
  const breaches: readonly (readonly [Partial<EffectExample>, RegExp])[] = [
    [{ op: "WRITE" }, /^WRITE: the effect has no such operation$/],
    [{ outcome: "VIOLATION", result: {} }, /it ends in SUCCESS instead of VIOLATION$/],
    [{ result: { written: 3 } }, /its result is \{"written":2,.*\} instead of \{"written":3\}$/],
    [{ documents: { "b.txt": "" } }, /it leaves the documents \{.*"c.txt":"kept"/],
  ];
  for (const [change, message] of breaches)
    assert.match((await brokenBy(csTextArtifact, change))[0] ?? "", message);
  const examples = csSnapshotQuery.examples.map((example) => ({ ...example, given: {} }));
  const ungiven = await tryShownEffect({ ...csSnapshotQuery, examples });
  assert.equal(ungiven[0]?.message, "QUERY: it reached for answer, which the example does not give");
});

test("the effect that waits keeps what it declares", () => {
  assert.deepEqual(tryWaitEffect(csAwait), []);
});

test("an example that an effect that waits does not follow is named, and an outcome without one", () => {
  const [asked, counted, passed] = csAwait.examples as readonly WaitExample[] as [
    WaitExample,
    WaitExample,
    WaitExample,
  ];
  const brokenBy = (example: WaitExample) =>
    tryWaitEffect({ ...csAwait, examples: [example] })
      .filter(({ example: about }) => about !== null)
      .map(({ message }) => message);
  assert.deepEqual(brokenBy({ ...asked, wait: null }), [`EVENT: it waits as ${JSON.stringify(asked.wait)}`]);
  assert.deepEqual(brokenBy({ ...passed, wait: counted.wait }), ["EVENT: it does not wait"]);
  assert.deepEqual(brokenBy({ ...passed, ends: [{ outcome: "SUCCESS" }] }), [
    "EVENT: it ends in TIMED_OUT instead of SUCCESS",
  ]);
  assert.deepEqual(brokenBy({ ...passed, ends: [{ outcome: "TIMED_OUT", result: { late: true } }] }), [
    'EVENT: its result is {} instead of {"late":true}',
  ]);
  const { TIME } = csAwait.operations;
  assert.deepEqual(tryWaitEffect({ ...csAwait, operations: { TIME }, examples: [] }), [
    { example: null, message: "TIME: it has no example of SUCCESS" },
    { example: null, message: "TIME: it has no example of VIOLATION" },
  ]);
});
