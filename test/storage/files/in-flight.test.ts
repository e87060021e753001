/** Many operations in flight in one process, on few stores: each is done once, whole, and in the order asked for. */

import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
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
import { failingWrites, replaced } from "../../support/failing-writes.ts";
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

const linesIn = (root: string, name: string) => readFileSync(join(root, name), "utf8").split("\n").slice(0, -1);
const inFlight = <T>(count: number, ask: (i: number) => Promise<T>) =>
  Array.from({ length: count }, (_, i) => ask(i));

test("of those who register one key at once, one does, and the others find it registered", async (t) => {
  const root = folder(t);
  writeFileSync(join(root, "registry.jsonl"), '{"key":"first","address":"a"}\n');
  const registry = openStores(root).at("registry.jsonl").open("registry");
  const register = (i: number) => registry.register("k", () => ({ key: "k", address: `a${i}` }));
  for (const round of [0, 1]) {
    const [one, ...others] = await Promise.all(inFlight(8, register));
    assert.deepEqual([one?.entry.address, ...others], [`a0`, ...Array(7).fill(null)], String(round));
    const removed = await Promise.all(inFlight(3, () => registry.deregister("a0")));
    assert.deepEqual(
      removed.map((removal) => removal?.change !== undefined),
      [true, false, false],
    );
  }
  assert.deepEqual(
    linesIn(root, "registry.jsonl").map((line) => JSON.parse(line).tombstone ?? false),
    [false, false, true, false, true],
  );
});

test("a torn line is cut off by the first of those in flight", async (t) => {
  const root = folder(t);
  const file = join(root, "log.jsonl");
  writeFileSync(file, "{}\n{}\n");
  const log = openStores(root).at("log.jsonl").open("log");
  const append = () => log.append((n) => ({ n }));
  await append();
  appendFileSync(file, '{"torn');
  const [first, ...others] = await Promise.all(inFlight(4, append));
  assert.deepEqual(first?.change.before, { lines: 3, torn_bytes: 6 });
  assert.deepEqual(
    others.map(({ change }) => change.before),
    [{ lines: 4 }, { lines: 5 }, { lines: 6 }],
  );
  assert.deepEqual(linesIn(root, "log.jsonl"), ["{}", "{}", ...[3, 4, 5, 6, 7].map((n) => `{"n":${n}}`)]);
});

test("what could not be written is neither registered nor counted, and nothing is made twice", async (t) => {
  const root = folder(t);
  for (const name of ["log.jsonl", "registry.jsonl"]) writeFileSync(join(root, name), '{"key":"first"}\n');
  const stores = openStores(root, { indexWorth: 1 });
  const [registry, log] = [stores.at("registry.jsonl").open("registry"), stores.at("log.jsonl").open("log")];
  let made = 0;
  const ask = async (i: number): Promise<JsonObject | undefined> => {
    made++;
    const added =
      i % 2 === 0
        ? await registry.register(`k${i}`, () => ({ key: `k${i}`, made: ++made }))
        : await log.append((n) => ({ n, made: ++made }));
    return added?.entry;
  };
  await Promise.all(inFlight(8, ask));
  const before = [linesIn(root, "registry.jsonl"), linesIn(root, "log.jsonl")];
  for (const how of [{ code: "EIO" }, { written: 30 }]) {
    const asked = made;
    const refused = await failingWrites(
      how,
      (bytes) => bytes.includes('"made"'),
      () => Promise.allSettled(inFlight(8, (i) => ask(i + 10))),
    );
    assert.ok(refused.every(({ status }) => status === "rejected"));
    assert.equal(made, asked + 16, "each was asked for and made once");
    assert.deepEqual([linesIn(root, "registry.jsonl"), linesIn(root, "log.jsonl")], before);
    for (const stores of [openStores(root, { indexWorth: 1 }), openStores(root)]) {
      const known = stores.at("registry.jsonl").open("registry");
      assert.deepEqual(
        [await known.count(), await known.exists("k10"), await known.exists("k6")],
        [5, false, true],
      );
    }
    assert.deepEqual([await registry.count(), await registry.exists("k10")], [5, false]);
  }
  const [again, ...numbers] = await Promise.all([
    registry.register("k10", () => ({ key: "k10" })),
    ask(1),
    ask(3),
  ]);
  assert.notEqual(again, null);
  assert.deepEqual(
    numbers.map((answer) => answer?.["n"]),
    [6, 7],
  );
});

test("a process that is killed while it writes what several have added leaves a beginning of it", async (t) => {
  const whole = Array.from({ length: 6 }, (_, i) => `{"n":${i + 2}}\n`).join("");
  for (let written = 0; written < whole.length; written++) {
    const root = folder(t);
    writeFileSync(join(root, "log.jsonl"), "{}\n");
    const log = openStores(root).at("log.jsonl").open("log");
    const killed = () => {
      throw new TypeError("killed");
    };
    const answers = await failingWrites(
      { written },
      (bytes) => bytes === whole,
      () =>
        replaced({ ftruncateSync: killed }, () =>
          Promise.allSettled(inFlight(6, () => log.append((n) => ({ n })))),
        ),
    );
    assert.ok(answers.every(({ status }) => status === "rejected"));
    assert.equal(readFileSync(join(root, "log.jsonl"), "utf8"), `{}\n${whole.slice(0, written)}`);
    // A last line that is whole but for its end counts.
    const left = Math.floor((written + 1) / 8);
    const next = await openStores(root)
      .at("log.jsonl")
      .open("log")
      .append((n) => ({ n }));
    assert.equal(next.change.after?.lines, left + 2);
    assert.equal(
      readFileSync(join(root, "log.jsonl"), "utf8"),
      `{}\n${whole.slice(0, 8 * left)}{"n":${left + 2}}\n`,
    );
  }
});
