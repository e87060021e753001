/**
 * Two builds, in turn: this tree, and a git ref that is built in a worktree of its own.
 * `npm run bench:compare -- REF [MEASUREMENT…] [--pairs N] [--fail-slower RATIO]`
 * What slows the machine down slows both, so the ratio is taken pair by pair. A measurement is slower or faster when its
 * ratio differs from 1 by more than the noise; with `--fail-slower`, one whose processor time is slower than that ends it with 1.
 */

import { type ExecFileSyncOptions, execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Cost, MEASUREMENT_NAMES, MEASUREMENTS, type Measured, type Measurement } from "./measurements.ts";
import { noiseOf, type Spread, spreadOf } from "./sample.ts";
import { child } from "./spawn.ts";
import { inScratch, root } from "./subject.ts";

const USAGE = `usage: npm run bench:compare -- REF [${MEASUREMENT_NAMES.join(" | ")}]… [--pairs N] [--fail-slower RATIO]`;

function build(folder: string): void {
  const options: ExecFileSyncOptions = { cwd: folder, stdio: ["ignore", "ignore", "inherit"] };
  execFileSync(process.execPath, ["bin/build.mjs"], options);
}

/** The tree of the ref, built; removed again at the end. */
async function withBuilt<T>(
  ref: string,
  scratch: string,
  work: (folder: string) => T | Promise<T>,
): Promise<T> {
  const folder = join(scratch, "ref");
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: root, stdio: "pipe" });
  git("worktree", "add", "--detach", folder, ref);
  try {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    build(folder);
    return await work(folder);
  } finally {
    git("worktree", "remove", "--force", folder);
  }
}

interface Pair {
  readonly before: Measured;
  readonly now: Measured;
}

/** Whichever was first in a pair is second in the next one. */
function pairsOf(
  before: string,
  scratch: string,
  count: number,
  names: readonly Measurement[],
): readonly Pair[] {
  let number = 0;
  const measure = (folder: string) => {
    const own = join(scratch, `measured-${++number}`);
    mkdirSync(own);
    return child<Measured>("compare-one.ts", folder, scratch, own, ...names);
  };
  return Array.from({ length: count }, (_, i): Pair => {
    if (i % 2 === 0) {
      const first = measure(before);
      return { before: first, now: measure(root) };
    }
    const now = measure(root);
    return { before: measure(before), now };
  });
}

interface Comparison {
  readonly what: string;
  readonly before: number;
  readonly now: number;
  /** Pair by pair, now to before: above 1 is slower. */
  readonly ratio: Spread;
  /** Half of the interval in which the ratio lies. */
  readonly noise: number;
  readonly pairs: number;
}

function compared(what: string, pairs: readonly Pair[], costIn: (measured: Measured) => number): Comparison {
  const ratios = pairs.map(({ before, now }) => costIn(now) / costIn(before));
  const median = (of: keyof Pair) => spreadOf(pairs.map((pair) => costIn(pair[of]))).median;
  return {
    ...{ what, before: median("before"), now: median("now") },
    ...{ ratio: spreadOf(ratios), noise: noiseOf(ratios), pairs: pairs.length },
  };
}

/** So few samples tell nothing of where their median lies. */
const LEAST_PAIRS = 6;

function verdictOf({ ratio, noise, pairs }: Comparison): string {
  if (pairs < LEAST_PAIRS) return "too few pairs";
  if (Math.abs(ratio.median - 1) <= noise) return "no difference";
  return ratio.median > 1 ? "slower" : "faster";
}

const rounded = (value: number) => (value < 1000 ? value.toFixed(2) : value.toFixed(0)).padStart(9);
const asRatio = (value: number) => `${value.toFixed(3)}x`.padStart(8);

function toLine(comparison: Comparison): string {
  const { what, before, now, ratio, noise } = comparison;
  const ratios = [ratio.median, ratio.p10, ratio.p90].map(asRatio).join(" ");
  return `${what.padEnd(62)} ${rounded(before)} ${rounded(now)} µs ${ratios}  ±${noise.toFixed(3)}  ${verdictOf(comparison)}`;
}

interface Request {
  readonly ref: string;
  readonly names: readonly Measurement[];
  readonly pairs: number;
  readonly failSlower: number;
}

function request(): Request {
  const options = {
    pairs: { type: "string", default: "9" },
    "fail-slower": { type: "string", default: "Infinity" },
  } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const [ref, ...given] = positionals;
  const isKnown = (name: string): name is Measurement => Object.hasOwn(MEASUREMENTS, name);
  const names = given.filter(isKnown);
  const [pairs, failSlower] = [Number(values.pairs), Number(values["fail-slower"])];
  if (ref === undefined || names.length < given.length || !(pairs >= 1) || !(failSlower > 0)) {
    console.error(USAGE);
    process.exit(2);
  }
  return { ref, names: names.length === 0 ? MEASUREMENT_NAMES : names, pairs, failSlower };
}

/** Prints the comparisons; answers those of processor time. */
function printed({ ref, names }: Request, pairs: readonly Pair[]): readonly Comparison[] {
  console.log(
    `${pairs.length} pairs; medians of ${ref} and of this tree; their ratio pair by pair, p10, p90, noise\n`,
  );
  return names.flatMap((name) => {
    const what = MEASUREMENTS[name];
    if (pairs.some((pair) => !pair.before[name] || !pair.now[name])) {
      const without = pairs.every((pair) => pair.now[name]) ? ref : "this tree";
      console.log(`${what}: left out, ${without} does not have it`);
      return [];
    }
    const [cpu, wall] = (["cpu", "wall"] as const).map((key) =>
      compared(`${what}, ${key === "cpu" ? "processors" : "from start to end"}`, pairs, (measured) => {
        return (measured[name] as Cost)[key];
      }),
    ) as [Comparison, Comparison];
    console.log(`${toLine(cpu)}\n${toLine(wall)}`);
    return [cpu];
  });
}

/** A pair is two processes, each of which measures everything once. */
async function compareTrees(asked: Request): Promise<void> {
  build(root);
  await inScratch((scratch) =>
    withBuilt(asked.ref, scratch, (before) => {
      writeFileSync(join(scratch, "package.json"), "{}");
      const comparisons = printed(asked, pairsOf(before, scratch, asked.pairs, asked.names));
      const slower = comparisons.filter((one) => {
        return verdictOf(one) === "slower" && one.ratio.median > asked.failSlower;
      });
      for (const { what, ratio } of slower)
        console.error(`slower than ${asked.failSlower}x: ${what}, ${ratio.median.toFixed(3)}x`);
      process.exitCode = slower.length > 0 ? 1 : 0;
    }),
  );
}

await compareTrees(request());
