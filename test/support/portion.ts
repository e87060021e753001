/** Large spaces of cases: CI plays all of them, with `PGS_TEST_ALL=1`; otherwise a part, which differs from day to day. */

import type { TestContext } from "node:test";
import { below } from "../examine/matrix/choice.ts";

export const PLAYS_ALL = process.env["PGS_TEST_ALL"] === "1";

/** Chooses the part: the day, unless `PGS_TEST_SEED` names another. */
const SEED = process.env["PGS_TEST_SEED"] ?? new Date().toISOString().slice(0, 10);

/** All cases, or at most `most` of them, evenly spread; then the test prints the seed that chooses them again. */
export function portion<T>(
  t: Pick<TestContext, "diagnostic" | "name">,
  cases: readonly T[],
  most: number,
): readonly T[] {
  if (PLAYS_ALL || cases.length <= most) return cases;
  t.diagnostic(`${most} of ${cases.length} cases: PGS_TEST_SEED=${SEED} plays these again, PGS_TEST_ALL=1 all`);
  const step = cases.length / most;
  const first = below(1000, SEED, t.name, cases.length) / 1000;
  return Array.from({ length: most }, (_, i) => cases[Math.floor((i + first) * step)] as T);
}

/**
 * Whether a test that takes long is played: always with `PGS_TEST_ALL=1`, otherwise about every fourth day, each such
 * test on days of its own. Where it is not, the test is reported as skipped.
 */
export function isItsTurn(t: Pick<TestContext, "name" | "skip">, every = 4): boolean {
  if (PLAYS_ALL || below(every, "turn", SEED, t.name) === 0) return true;
  t.skip(`another day: PGS_TEST_SEED=${SEED} leaves it out, PGS_TEST_ALL=1 plays it`);
  return false;
}

/** How many cases a property draws: a quarter, unless everything is played. Each run draws others. */
export function draws(all: number): number {
  return PLAYS_ALL ? all : Math.ceil(all / 4);
}
