import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTurn } from "../../src/platform/next-turn.ts";
import { sharedSync } from "../../src/platform/shared-sync.ts";

/** Synchronisations that end when they are told to. */
function controlled(hasOthers?: () => boolean) {
  const begun: { end(error?: Error): void }[] = [];
  const sync = sharedSync(
    () =>
      new Promise<void>((resolve, reject) => {
        begun.push({ end: (error) => (error === undefined ? resolve() : reject(error)) });
      }),
    hasOthers,
  );
  return { begun, sync };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("who asks while a synchronisation is under way shares the next one, and is not answered before it", async () => {
  const { begun, sync } = controlled();
  const answered: number[] = [];
  const ask = (who: number) => sync().then(() => answered.push(who));
  const others: Promise<number>[] = [];
  const first = sync().then(() => {
    answered.push(0);
    // Asked between the end of one and the beginning of the next.
    others.push(ask(3));
  });
  others.push(ask(1), ask(2));
  assert.equal(begun.length, 1);
  begun[0]?.end();
  await first;
  await settled();
  assert.deepEqual([begun.length, answered], [2, [0]]);
  const last = ask(4);
  begun[1]?.end();
  await Promise.all(others);
  await settled();
  assert.deepEqual([begun.length, answered], [3, [0, 1, 2, 3]]);
  begun[2]?.end();
  await last;
});

test("one that fails fails for all who share it, and the next is tried all the same", async () => {
  const { begun, sync } = controlled();
  const first = sync();
  const others = [sync(), sync()];
  begun[0]?.end(new Error("first"));
  await assert.rejects(first, /first/);
  await settled();
  begun[1]?.end(new Error("second"));
  for (const one of others) await assert.rejects(one, /second/);
  const last = sync();
  begun[2]?.end();
  await last;
});

test("where others may ask, one begins with the next turn, and serves all who asked until then", async () => {
  let hasOthers = true;
  const { begun, sync } = controlled(() => hasOthers);
  const all = [sync(), Promise.resolve().then(sync)];
  await null;
  assert.equal(begun.length, 0);
  await settled();
  assert.equal(begun.length, 1);
  const next = [sync(), sync()];
  begun[0]?.end();
  await Promise.all(all);
  next.push(sync());
  assert.equal(begun.length, 1);
  await settled();
  assert.equal(begun.length, 2);
  begun[1]?.end();
  await Promise.all(next);
  hasOthers = false;
  const alone = sync();
  assert.equal(begun.length, 3);
  begun[2]?.end();
  await alone;
});

test("all who wait for the next turn go on together", async () => {
  const order: string[] = [];
  const one = async (who: string) => {
    await nextTurn();
    order.push(`${who} goes on`);
    await null;
    order.push(`${who} waits`);
  };
  await Promise.all(["one", "other"].map(one));
  assert.deepEqual(order, ["one goes on", "other goes on", "one waits", "other waits"]);
});
