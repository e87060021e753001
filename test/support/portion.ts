/** Large spaces of cases: CI plays all of them, with `PGS_TEST_ALL=1`; otherwise a part, which differs from day to day. */

import { join, relative } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { below } from "../examine/matrix/choice.ts";

export const PLAYS_ALL = process.env["PGS_TEST_ALL"] === "1";

/** Chooses the part: the day, unless `PGS_TEST_SEED` names another. */
export const SEED = process.env["PGS_TEST_SEED"] ?? new Date().toISOString().slice(0, 10);

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

/** After so many days, every test that takes turns was played. */
export const ROUND = 7;

/** Days since 1970, or a number for a seed that is no date: the same in every run with this seed. */
const DAY = /^\d{4}-\d\d-\d\d$/.test(SEED) ? Date.parse(SEED) / 86_400_000 : below(ROUND, SEED);

type Body = (t: TestContext) => void | Promise<void>;

interface Options {
  readonly skip?: boolean | string;
  readonly timeout?: number;
}

/** `test`, for tests that take turns. */
export interface TestTurn {
  (name: string, body: Body): void;
  (name: string, options: Options, body: Body): void;
}

/**
 * `test` for the tests of a file that take long, or are many: of `ROUND` of them that follow each other one is played
 * each day, and all with `PGS_TEST_ALL=1`. The others are reported as skipped. `file` is the `import.meta.url` of the file.
 */
export function takingTurns(file: string): TestTurn {
  const name = relative(join(import.meta.dirname, ".."), fileURLToPath(file));
  let place = below(ROUND, name);
  return (name: string, ...rest: [Body] | [Options, Body]) => {
    const [options, body] = rest.length === 1 ? [{}, rest[0]] : rest;
    const isPlayed = PLAYS_ALL || (DAY + place++) % ROUND === 0;
    test(name, { ...options, skip: options.skip || (isPlayed ? false : ANOTHER_DAY) }, body);
  };
}

const ANOTHER_DAY = `another day: PGS_TEST_SEED=${SEED} leaves it out, PGS_TEST_ALL=1 plays it`;

/** How many cases a property draws: a quarter, unless everything is played. Each run draws others. */
export function draws(all: number): number {
  return PLAYS_ALL ? all : Math.ceil(all / 4);
}

/** The seed as a number, for what is drawn by it. */
export function seedNumber(): number {
  return below(2 ** 31, SEED);
}
