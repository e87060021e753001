/** Many items, some at the same time: nothing is lost, begun out of order, or held without bound. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { inFlight } from "../../src/workspace/in-flight.ts";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const never = new AbortController().signal;

async function* from<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

async function all<T>(answers: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const one of answers) found.push(one);
  return found;
}

const ticks = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((resume) => setImmediate(resume));
};

test("every item is answered once, in order where that is asked for, and no more than the jobs are in progress", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(3), { maxLength: 40 }),
      fc.integer({ min: 1, max: 8 }),
      fc.boolean(),
      async (waits, jobs, isOrdered) => {
        let running = 0;
        const begun: number[] = [];
        const work = async (i: number) => {
          begun.push(i);
          assert.ok(++running <= jobs);
          await ticks(waits[i] ?? 0);
          running--;
          return i;
        };
        const answers = await all(inFlight(from(waits.keys()), work, { jobs, isOrdered, signal: never }));
        const expected = [...waits.keys()];
        assert.deepEqual(begun, expected);
        assert.deepEqual(isOrdered ? answers : answers.toSorted((a, b) => a - b), expected);
      },
    ),
    { numRuns: 60, seed: 7 },
  );
});

it("while the first item takes its time, only a bounded number of others is taken", async () => {
  let taken = 0;
  let release = () => undefined as unknown;
  const first = new Promise((resume) => {
    release = () => resume(undefined);
  });
  const items = (function* () {
    for (; taken < 10_000; ) yield taken++;
  })();
  const work = async (i: number) => {
    if (i === 0) await first;
    return i;
  };
  const answers = inFlight(from(items), work, { jobs: 4, isOrdered: true, signal: never });
  const next = answers.next();
  await ticks(500);
  assert.ok(taken <= 4 * 16 + 1, `${taken} taken`);
  release();
  assert.deepEqual((await next).value, 0);
  assert.equal((await all(answers)).length, 9999);
});

test("an abort takes no more items, also while an item is waited for, and what is in progress is answered", async () => {
  const stopping = new AbortController();
  async function* items() {
    yield 1;
    yield 2;
    await new Promise(() => undefined);
  }
  const answers = inFlight(items(), async (i) => i, { jobs: 2, isOrdered: true, signal: stopping.signal });
  assert.deepEqual([(await answers.next()).value, (await answers.next()).value], [1, 2]);
  const rest = answers.next();
  await ticks(3);
  stopping.abort();
  assert.equal((await rest).done, true);
});

test("what the items or the work throw comes after the answers before it", async () => {
  async function* failing() {
    yield 1;
    throw new Error("no more");
  }
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const one of inFlight(failing(), async (i) => i, { jobs: 3, isOrdered: true, signal: never }))
      seen.push(one);
  }, /no more/);
  assert.deepEqual(seen, [1]);
  const work = async (i: number) => {
    if (i === 2) throw new Error("broken");
    return i;
  };
  await assert.rejects(
    all(inFlight(from([1, 2, 3]), work, { jobs: 3, isOrdered: true, signal: never })),
    /broken/,
  );
});
