/** What it costs to find a run again, and to begin one, where very many were. */

import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { firstRuns } from "./first-runs.ts";
import { layOutLedger, runId, waitKey } from "./ledger-folder.ts";
import { inTurn, type Measure, spreadOf } from "./sample.ts";
import { atMost, growthRows, type Row, type Section } from "./section.ts";
import { child, type Usage, usageOf } from "./spawn.ts";
import { mainSubject, nameCapabilities } from "./subject.ts";

const SIZES = [100, 100_000] as const;
/** Milliseconds of a whole process. */
const LIMIT = { filter: 400, prefix: 200 };
const BEGIN_LIMIT = 1.2;
/** How often the index is made anew. */
const COLD_ROUNDS = 5;

export async function ledger(scratch: string): Promise<readonly Section[]> {
  const subject = mainSubject(scratch);
  const folders = SIZES.map((size) => {
    const folder = join(scratch, `ledger-${size}`);
    mkdirSync(folder);
    nameCapabilities(subject, folder);
    if (subject.data !== null) cpSync(subject.data, join(folder, "data"), { recursive: true });
    layOutLedger(join(folder, "traces"), size);
    return folder;
  }) as [string, string];
  return [
    await finding(folders[1]),
    {
      title: "Beginning a run beside others, later runs of one process",
      about: `Runs of ${subject.name} into the traces folder; ratio to ${SIZES[0]} runs in it.`,
      rows: growthRows(laterRuns(scratch, folders), "µs", SIZES, BEGIN_LIMIT),
    },
    {
      title: "Beginning a run beside others, first run of a fresh process",
      about: `Whole process without pictures; ratio to ${SIZES[0]} runs in the traces folder.`,
      rows: growthRows(await firstRuns(subject, folders), "ms", SIZES, BEGIN_LIMIT),
    },
  ];
}

const laterRuns = (scratch: string, folders: readonly string[]) =>
  child<readonly number[][]>("ledger-runs.ts", scratch, ...folders);

async function finding(folder: string): Promise<Section> {
  const size = SIZES[1];
  const ask = (...argv: string[]) => [
    "runs",
    ...argv,
    "--traces",
    join(folder, "traces"),
    "--workspace",
    folder,
  ];
  const cases = [
    { what: "those in a state", argv: ask("--state", "FAILED"), limit: LIMIT.filter },
    { what: "those that wait for an event", argv: ask("--key", waitKey(size / 2)), limit: LIMIT.filter },
    { what: "those with a word", argv: ask("--text", "approval-5"), limit: LIMIT.filter },
    { what: "one, by the beginning of its id", argv: ask(runId(size / 2).slice(0, 22)), limit: LIMIT.prefix },
  ];
  // The first one makes the index.
  const cold = await usages({ cold: remade(cases[0]?.argv ?? [], join(folder, "traces/.pgs")) }, COLD_ROUNDS);
  const found = await usages(Object.fromEntries(cases.map(({ what, argv }) => [what, () => usageOf(argv)])));
  return {
    title: `Finding runs among ${size.toLocaleString("en")}`,
    about: "Whole process of `pgs runs`, and what the processors did for it, user and system together.",
    rows: [
      ...cases.flatMap(({ what, limit }) => usageRows(what, found[what] ?? [], limit)),
      ...usageRows(`those in a state, without an index (${COLD_ROUNDS} samples)`, cold["cold"] ?? []),
    ],
  };
}

function remade(argv: readonly string[], index: string): () => Usage {
  return () => {
    rmSync(index, { recursive: true, force: true });
    return usageOf(argv);
  };
}

async function usages(
  measures: Readonly<Record<string, () => Usage>>,
  rounds?: number,
): Promise<Readonly<Record<string, readonly Usage[]>>> {
  const taken: Record<string, Usage[]> = {};
  const entries = Object.entries(measures).map(([what, measure]): [string, Measure] => {
    const own: Usage[] = [];
    taken[what] = own;
    return [what, () => own.push(measure())];
  });
  await inTurn(Object.fromEntries(entries), rounds);
  return taken;
}

function usageRows(what: string, found: readonly Usage[], limit?: number): readonly Row[] {
  const wall = spreadOf(found.map((one) => one.wall));
  const goal = limit === undefined ? {} : { goal: atMost(wall.median, limit, " ms") };
  return [
    { what, ...wall, unit: "ms", ...goal },
    { what: "  processors", ...spreadOf(found.map((one) => one.cpu)), unit: "ms" },
  ];
}
