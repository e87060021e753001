/**
 * Two builds, in turn: this tree, and a git ref that is built in a worktree of its own. `npm run bench:compare -- REF [PAIRS]`.
 * What slows the machine down slows both, so the ratio is taken pair by pair.
 */

import { type ExecFileSyncOptions, execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Measured, Measurement } from "./compare-one.ts";
import { spreadOf } from "./sample.ts";
import { child } from "./spawn.ts";
import { inScratch, root } from "./subject.ts";

const MEASUREMENTS: readonly (readonly [name: Measurement, what: string, unit: string])[] = [
  ["memory", "runs in memory", "runs/s"],
  ["disk", "runs on disk", "runs/s"],
  ["verified", "events verified", "events/s"],
  ["replayed", "steps replayed", "steps/s"],
  ["start", "start of the process", "ms"],
];

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

function measure(folder: string, scratch: string, number: number): Measured {
  const own = join(scratch, `measured-${number}`);
  mkdirSync(own);
  return child<Measured>("compare-one.ts", folder, scratch, own);
}

/** Whichever was first in a pair is second in the next one. */
function pairsOf(
  before: string,
  scratch: string,
  count: number,
): readonly (readonly [before: Measured, now: Measured])[] {
  return Array.from({ length: count }, (_, i) => {
    if (i % 2 === 0) {
      const first = measure(before, scratch, 2 * i);
      return [first, measure(root, scratch, 2 * i + 1)] as const;
    }
    const now = measure(root, scratch, 2 * i);
    return [measure(before, scratch, 2 * i + 1), now] as const;
  });
}

const rounded = (value: number) => value.toPrecision(4).padStart(9);

function rowOf(what: string, unit: string, samples: readonly number[]): string {
  const { median, p10, p90 } = spreadOf(samples);
  return `${what.padEnd(28)} ${[median, p10, p90].map(rounded).join(" ")}  ${unit}`;
}

/** A pair is two processes, each of which measures everything once. */
const [ref = "HEAD", pairCount = "9"] = process.argv.slice(2);
build(root);
await inScratch((scratch) =>
  withBuilt(ref, scratch, (before) => {
    writeFileSync(join(scratch, "package.json"), "{}");
    const pairs = pairsOf(before, scratch, Number(pairCount));
    console.log(`${pairs.length} pairs, in CPU time; median, p10 and p90; ratio pair by pair\n`);
    for (const [name, what, unit] of MEASUREMENTS) {
      console.log(
        rowOf(
          `${what}, ${ref}`,
          unit,
          pairs.map(([one]) => one[name]),
        ),
      );
      console.log(
        rowOf(
          `${what}, this tree`,
          unit,
          pairs.map(([, one]) => one[name]),
        ),
      );
      console.log(
        rowOf(
          "  ratio",
          "x",
          pairs.map(([one, now]) => now[name] / one[name]),
        ),
      );
    }
  }),
);
