/** An overlay behaves as the data root would, and the data root stays as it is. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { csAppendonlyJsonl } from "../../../src/capabilities/effects/cs-appendonly-jsonl.ts";
import { csMutableJson } from "../../../src/capabilities/effects/cs-mutable-json.ts";
import { csNameRegistry } from "../../../src/capabilities/effects/cs-name-registry.ts";
import { csRegistry } from "../../../src/capabilities/effects/cs-registry.ts";
import type { StoreEffect } from "../../../src/capabilities/targets/store.ts";
import { overlayRoot } from "../../../src/storage/files/overlay-root.ts";
import { fileStore, fileStores } from "../../../src/storage/files/stores.ts";
import { countingDraw, effectKeyOf, perform } from "../../capabilities/effects/fresh-store.ts";
import { memoryData } from "../../engine/trial.ts";
import { storedIn } from "../../examine/recovery/killed.ts";

const effects: readonly StoreEffect[] = [csAppendonlyJsonl, csMutableJson, csNameRegistry, csRegistry];

for (const effect of effects) {
  test(`${effect.code} answers on an overlay what it would answer, and nothing is written`, async () => {
    for (const { before, calls } of effect.examples) {
      const data = memoryData(before === undefined ? {} : { store: before });
      const real = memoryData(storedIn(data));
      const overlay = fileStores(data.root).overlay();
      const at = { store: overlay.at("store"), sources: countingDraw() };
      const wanted = { store: fileStore(real.root.store("store")), sources: countingDraw() };
      for (const [i, { op, input }] of calls.entries()) {
        const effectKey = effectKeyOf(i);
        const answer = await perform(effect, op, input, { ...at, effectKey });
        assert.deepEqual(answer, await perform(effect, op, input, { ...wanted, effectKey }), op);
        assert.equal(String(await overlay.content("store")), String(real.root.store("store").read()), op);
      }
      assert.deepEqual(storedIn(data), before === undefined ? {} : { store: before });
    }
  });
}

const write = fc.oneof(
  fc.record({ kind: fc.constant("append" as const), text: fc.string({ maxLength: 40 }) }),
  fc.record({ kind: fc.constant("replace" as const), text: fc.string({ maxLength: 40 }) }),
  fc.record({ kind: fc.constant("truncate" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
);

test("whatever is written to an overlay is read back from it, whole and in part", async () => {
  const property = fc.property(
    fc.option(fc.string()),
    fc.array(write),
    fc.nat(20),
    (before, writes, offset) => {
      const stored = before === null ? {} : { store: before };
      const data = memoryData(stored);
      const real = memoryData(stored).root.store("store");
      const store = overlayRoot(data.root).store("store");
      for (const one of writes) {
        const size = Math.floor(("share" in one ? one.share : 0) * (real.read()?.length ?? 0));
        for (const to of [store, real]) {
          if (one.kind === "truncate") to.truncate(size);
          else to[one.kind](one.text);
        }
        assert.equal(String(store.read()), String(real.read()));
        assert.equal(String(store.readAt(offset, 7)), String(real.readAt(offset, 7)));
        let rest = "";
        store.readFrom(offset, (piece) => {
          rest += Buffer.from(piece).toString("latin1");
        });
        assert.equal(rest, Buffer.from(real.read() ?? []).toString("latin1", offset));
        assert.equal(store.stamp()?.size, real.stamp()?.size);
      }
      assert.deepEqual(storedIn(data), stored);
    },
  );
  fc.assert(property);
});

test("an overlay's journals hold what was written to it, in their order", async () => {
  const data = memoryData({ "b.jsonl": "b\n", "c.json": "{}" });
  const apart = overlayRoot(data.root);
  apart.store("b.jsonl").append("more\n");
  apart.store("a.jsonl").append("a\n");
  apart.store("z.json").replace("{}");
  const journals = [...apart.journals()].map((name) => [name, String(apart.store(name).read())]);
  assert.deepEqual(journals, [
    ["a.jsonl", "a\n"],
    ["b.jsonl", "b\nmore\n"],
  ]);
  assert.deepEqual([...data.files.keys()], ["b.jsonl", "c.json"]);
});
