/** Pieces of work on one file: in order, each with its own outcome, and together under one lock where that can be. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Hold, SharedLock } from "../../src/platform/lock/shared-lock.ts";

/** A lock that is counted, and that is not to be had as often as said. */
function countedLock({ busy = 0, goesOn = () => true }: { busy?: number; goesOn?: () => boolean } = {}) {
  const holds: number[] = [];
  let refused = 0;
  let isHeld = false;
  const hold: Hold = (work) => {
    assert.equal(isHeld, false, "held twice");
    if (refused < busy) {
      refused++;
      return null;
    }
    isHeld = true;
    holds.push(0);
    try {
      return { value: work() };
    } finally {
      isHeld = false;
    }
  };
  const lock = new SharedLock(hold, goesOn);
  const piece = (work: () => unknown) => () => {
    assert.equal(isHeld, true, "done without the lock");
    holds[holds.length - 1] = (holds.at(-1) ?? 0) + 1;
    return work();
  };
  return { holds, ask: (work: () => unknown, known = nothing) => lock.do(piece(work), known, 0) };
}

const nothing: Parameters<SharedLock["do"]>[1] = () => null;

test("pieces are done in order under few locks, and each has its own outcome", async () => {
  const plan = fc.record({ pieces: fc.array(fc.boolean(), { maxLength: 200 }), busy: fc.nat(2) });
  await fc.assert(
    fc.asyncProperty(plan, async ({ pieces, busy }) => {
      const { holds, ask } = countedLock({ busy });
      const order: number[] = [];
      const asked = pieces.map((fails, i) =>
        ask(() => {
          order.push(i);
          if (fails) throw new RangeError(String(i));
          return i;
        }),
      );
      const outcomes = await Promise.allSettled(asked);
      assert.deepEqual(order, [...pieces.keys()]);
      outcomes.forEach((outcome, i) => {
        if (outcome.status === "fulfilled") assert.deepEqual([outcome.value, pieces[i]], [i, false]);
        else assert.deepEqual([String(outcome.reason.message), pieces[i]], [String(i), true]);
      });
      assert.equal(holds.length, Math.ceil(pieces.length / 64), "64 share a lock");
    }),
    { numRuns: 25 },
  );
});

test("what is asked for while work is done is done after it", async () => {
  const { holds, ask } = countedLock();
  const order: string[] = [];
  const inner: Promise<unknown>[] = [];
  await ask(() => {
    inner.push(ask(() => order.push("inner")));
    order.push("outer");
  });
  await Promise.all(inner);
  assert.deepEqual(order, ["outer", "inner"]);
  assert.deepEqual(holds, [2]);
});

test("where the file is no longer the same, the next piece begins under a new lock", async () => {
  const { holds, ask } = countedLock({ goesOn: () => false });
  await Promise.all([1, 2, 3].map((n) => ask(() => n)));
  assert.deepEqual(holds, [1, 1, 1]);
});

test("what is known when it is its turn needs no lock", async () => {
  const { holds, ask } = countedLock();
  let isThere = false;
  const known = () => (isThere ? { value: "known" } : null);
  const make = () => {
    isThere = true;
    return "made";
  };
  assert.deepEqual(await Promise.all([ask(make, known), ask(make, known)]), ["made", "known"]);
  assert.equal(await ask(make, known), "known");
  assert.deepEqual(holds, [1]);
});

test("who has waited too long is refused, and nobody else for that", async () => {
  const refusal = new Error("locked");
  let now = 0;
  const hold: Hold = (work, deadline) => {
    if (++now > 3) return { value: work() };
    if (now > deadline) throw refusal;
    return null;
  };
  const lock = new SharedLock(hold, () => true);
  const outcomes = await Promise.allSettled([
    lock.do(() => "impatient", nothing, 1),
    lock.do(() => "patient", nothing, 9),
  ]);
  assert.deepEqual(outcomes, [
    { status: "rejected", reason: refusal },
    { status: "fulfilled", value: "patient" },
  ]);
});

test("where a lock cannot be given back, all that was done under it is refused, and what comes later is not", async () => {
  const refusal = new Error("not given back");
  let isBroken = true;
  const hold: Hold = (work) => {
    work();
    if (isBroken) throw refusal;
    return { value: undefined };
  };
  const lock = new SharedLock(hold, () => true);
  const outcomes = await Promise.allSettled([1, 2].map((n) => lock.do(() => n, nothing, 0)));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason),
    [refusal, refusal],
  );
  isBroken = false;
  assert.equal(await lock.do(() => 3, nothing, 0), 3);
});

test("what was confirmed keeps its outcome, and so does what failed by itself, whatever becomes of the lock", async () => {
  const refusal = new Error("not written");
  const own = new RangeError("own");
  const hold: Hold = (work) => {
    work();
    throw refusal;
  };
  const lock = new SharedLock(hold, () => true);
  const works = [
    () => 1,
    () => {
      throw own;
    },
    () => lock.confirm(),
    () => {
      throw own;
    },
    () => 5,
  ];
  const outcomes = await Promise.allSettled(works.map((work) => lock.do<unknown>(work, nothing, 0)));
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : outcome.reason)),
    [1, own, refusal, own, refusal],
  );
});
