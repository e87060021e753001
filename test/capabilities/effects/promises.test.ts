/** Every stored effect keeps what it declares: its examples, its semantics, its artifact. */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { csAppendonlyJsonl } from "../../../src/capabilities/effects/cs-appendonly-jsonl.ts";
import { csMutableJson } from "../../../src/capabilities/effects/cs-mutable-json.ts";
import { csNameRegistry } from "../../../src/capabilities/effects/cs-name-registry.ts";
import { csRegistry } from "../../../src/capabilities/effects/cs-registry.ts";
import type { StoreEffect, StoreExample } from "../../../src/capabilities/targets/store.ts";
import { StoreFault } from "../../../src/errors/ports.ts";
import { deepFreeze } from "../../../src/json/value.ts";
import { openStores } from "../../../src/storage/files/stores.ts";
import { isJson } from "../../support/is-json.ts";
import { withoutSpares } from "../../support/listing.ts";
import { countingDraw, freshStore, perform } from "./fresh-store.ts";

const effects: readonly StoreEffect[] = [csAppendonlyJsonl, csMutableJson, csNameRegistry, csRegistry];
const examples = effects.flatMap((effect) => effect.examples.map((example) => ({ effect, example })));

for (const { effect, example } of examples) {
  test(`${effect.code}: ${example.about}`, async (t) => {
    const at = freshStore(t, example.before);
    for (const { op, input, outcome, result = {} } of example.calls) {
      const performed = await perform(effect, op, deepFreeze(structuredClone(input)), at);
      assert.equal(performed.outcome, outcome, `${op} ${JSON.stringify(performed.reason)}`);
      const members = Object.entries(performed.result ?? {}).filter(([name]) => name in result);
      assert.deepEqual(Object.fromEntries(members), result, op);
      if (outcome !== "SUCCESS") assert.equal(performed.change, undefined, `${op} ${outcome} changes nothing`);
    }
  });
}

for (const { effect, example } of examples) {
  test(`${effect.code} keeps its promises while ${example.about}`, async (t) => {
    const at = freshStore(t, example.before);
    for (const { op, input } of example.calls) {
      const before = at.text();
      const { outcome } = await perform(effect, op, input, at);
      const after = at.text();
      const { semantics } = effect.operations[op] as StoreEffect["operations"][string];
      if (semantics === "reads" || outcome !== "SUCCESS") assert.equal(after, before, `${op} changes nothing`);
      if (semantics === "append-only") assert.ok(after?.startsWith(withoutTorn(before)) ?? before === null, op);
      if (semantics === "idempotent" && outcome === "SUCCESS") {
        await perform(effect, op, input, at);
        assert.equal(at.text(), after, `${op} twice is ${op} once`);
      }
      assert.deepEqual(withoutSpares(at.root), after === null ? [] : ["store"], "no lock and no draft is left");
    }
  });
}

function withoutTorn(text: string | null): string {
  const lines = (text ?? "").split("\n");
  const last = lines.at(-1) ?? "";
  return last === "" || isJson(last) ? (text ?? "") : (text ?? "").slice(0, -last.length);
}

for (const effect of effects) {
  test(`${effect.code} has an example of every outcome it declares`, () => {
    const shown = new Set(effect.examples.flatMap(({ calls }: StoreExample) => calls.map(callName)));
    for (const [op, { outcomes }] of Object.entries(effect.operations)) {
      for (const outcome of outcomes) {
        if (outcome !== "BACKEND_ERROR") assert.ok(shown.has(`${op} ${outcome}`), `${op} ${outcome}`);
      }
    }
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

const callName = ({ op, outcome }: StoreExample["calls"][number]) => `${op} ${outcome}`;

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
