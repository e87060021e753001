/** Many operations in flight in one process, on few stores: each is done once, whole, and in the order asked for. */

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { csAppendonlyJsonl } from "../../../src/capabilities/effects/cs-appendonly-jsonl.ts";
import { csMutableJson } from "../../../src/capabilities/effects/cs-mutable-json.ts";
import { csNameRegistry } from "../../../src/capabilities/effects/cs-name-registry.ts";
import { csRegistry } from "../../../src/capabilities/effects/cs-registry.ts";
import type { Performed } from "../../../src/capabilities/target.ts";
import type { StoreEffect } from "../../../src/capabilities/targets/store.ts";
import { StoreFault } from "../../../src/errors/ports.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { openStores } from "../../../src/storage/files/stores.ts";
import type { Stores } from "../../../src/storage/stores.ts";
import { countingDraw, effectKeyOf, perform } from "../../capabilities/effects/fresh-store.ts";
import { withoutSpares } from "../../support/listing.ts";
import { lockText, running } from "../../support/lock-text.ts";
import { takingTurns } from "../../support/portion.ts";

const it = takingTurns(import.meta.url);

const COUNT = 64;
const STORES = ["log.jsonl", "names", "registry.jsonl", "state"];

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "pgs-flight-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

type Call = readonly [effect: StoreEffect, path: string, op: string, input: JsonObject];

/** What the i-th caller asks for: whether it succeeds, and what it leaves, depends on all calls before. */
function callOf(i: number): Call {
  const n = Math.floor(i / 4);
  const calls: readonly Call[] = [
    [
      csRegistry,
      "registry.jsonl",
      n % 3 === 2 ? "DEREGISTER" : "REGISTER",
      { key: `k${n % 5}`, key_or_address: `k${n % 5}` },
    ],
    [csAppendonlyJsonl, "log.jsonl", "APPEND", { record: { n } }],
    [csMutableJson, "state", "UPDATE_WHERE", { filter: { n }, updates: { n: n + 1, [`by${n}`]: i } }],
    [csNameRegistry, "names", "WRITE", { name: `n${n % 5}`, resource_addresses: [`a${n}`] }],
  ];
  return calls[i % calls.length] as Call;
}

function ask(stores: Stores, i: number): Promise<Performed> {
  const [effect, path, op, input] = callOf(i);
  const sources = countingDraw("2026-01-31T09:00:00.000Z");
  return perform(effect, op, input, { store: stores.at(path), sources, effectKey: effectKeyOf(i) });
}

async function openWithCounter(root: string): Promise<Stores> {
  const stores = openStores(root);
  await stores.at("state").open("document").put("counter", { n: 0 });
  return stores;
}

const lockOf = (root: string, name: string) => join(root, `${name}.lock`);

/** Another process takes the locks of the stores. */
function lockByOther(root: string, names: readonly string[] = STORES): void {
  for (const name of names) symlinkSync(lockText(running(process.ppid)), lockOf(root, name));
}

function unlock(root: string): void {
  for (const name of STORES) rmSync(lockOf(root, name), { force: true });
}

const contentsOf = (root: string) => STORES.map((name) => readFileSync(join(root, name), "utf8"));

it(`${COUNT} operations in flight leave, and return, what they do one after the other`, async (t) => {
  const [one, other] = [folder(t), folder(t)];
  const inTurn: Performed[] = [];
  const alone = await openWithCounter(other);
  for (let i = 0; i < COUNT; i++) inTurn.push(await ask(alone, i));
  const stores = await openWithCounter(one);
  assert.deepEqual(await Promise.all(Array.from({ length: COUNT }, (_, i) => ask(stores, i))), inTurn);
  assert.deepEqual(contentsOf(one), contentsOf(other));
  assert.deepEqual(withoutSpares(one), STORES);
});

it(`${COUNT} operations that wait for another process keep their order`, async (t) => {
  const [one, other] = [folder(t), folder(t)];
  const inTurn: Performed[] = [];
  const alone = await openWithCounter(other);
  for (let i = 0; i < COUNT; i++) inTurn.push(await ask(alone, i));
  const stores = await openWithCounter(one);
  lockByOther(one);
  const asked: Promise<Performed>[] = [];
  for (let i = 0; i < COUNT; i++) {
    asked.push(ask(stores, i));
    // The later ones come while the earlier ones have begun to try again and again.
    if (i % 4 === 0) await pause(1);
  }
  unlock(one);
  assert.deepEqual(await Promise.all(asked), inTurn);
  assert.deepEqual(contentsOf(one), contentsOf(other));
});

test("a store that another process has locked holds up nothing but itself", async (t) => {
  const root = folder(t);
  const stores = await openWithCounter(root);
  lockByOther(root, ["log.jsonl"]);
  const log = stores.at("log.jsonl").open("log");
  let isAdded = false;
  const waiting = log
    .append(() => ({ record: {} }))
    .then(() => {
      isAdded = true;
    });
  for (const i of [0, 2, 3]) assert.equal((await ask(stores, i)).outcome, "SUCCESS");
  assert.deepEqual(await log.entries(null), [], "reading takes no lock");
  assert.equal(isAdded, false);
  assert.deepEqual(withoutSpares(root), ["log.jsonl.lock", "names", "registry.jsonl", "state"]);
  unlinkSync(lockOf(root, "log.jsonl"));
  await waiting;
  assert.equal(isAdded, true);
});

test("an operation that fails keeps none of those behind it from its turn", async (t) => {
  const root = folder(t);
  const registry = openStores(root).at("registry.jsonl").open("registry");
  const defect = new TypeError("ours");
  const refuse = () => {
    throw defect;
  };
  const ended = await Promise.allSettled([
    registry.register("a", () => ({ key: "a" })),
    registry.register("b", refuse),
    registry.register("c", () => ({ key: "c" })),
  ]);
  assert.deepEqual(
    ended.map((one) => (one.status === "rejected" ? one.reason : one.status)),
    ["fulfilled", defect, "fulfilled"],
  );
  assert.equal(await registry.count(), 2);
  assert.deepEqual(
    readdirSync(root).filter((name) => name.endsWith(".lock")),
    [],
  );
});

it("all that wait for a lock give up when their time is over, in order, and name the process that holds it", async (t) => {
  const root = folder(t);
  const log = openStores(root, { lockTimeout: 50 }).at("log.jsonl").open("log");
  lockByOther(root, ["log.jsonl"]);
  const order: number[] = [];
  const asked = Array.from({ length: COUNT }, (_, i) =>
    log
      .append(() => ({}))
      .catch((error: unknown) => {
        order.push(i);
        return error;
      }),
  );
  for (const error of await Promise.all(asked)) {
    assert.ok(error instanceof StoreFault && error.reason === "LOCKED", String(error));
    assert.equal(error.facts["pid"], process.ppid);
  }
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
  unlock(root);
  assert.deepEqual((await log.append(() => ({ record: {} }))).change, {
    before: { lines: 0 },
    after: { lines: 1 },
  });
});
