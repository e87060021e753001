/** `pgs coverage`: what of the declared workflows was never exercised by the runs of some traces? */

import { catalogue } from "../certify/catalogue.ts";
import { type Coverage, coverageOf, type Outcomes } from "../certify/coverage.ts";
import { countTrace, type LeftOut } from "../certify/recorded.ts";
import { UsageFault } from "../faults.ts";
import { type CommonOptions, type Context, shortPath } from "./context.ts";
import { type CoverageFiles, checkCoverageFiles, leaveCoverage } from "./coverage-files.ts";
import { coverageJson, coverageText, isBelow } from "./coverage-report.ts";
import { EXIT } from "./exit-codes.ts";
import { open } from "./load.ts";
import { painter } from "./paint.ts";
import { readGiven } from "./read-given.ts";
import { plain, printJson } from "./report.ts";

export interface CoverageOptions extends CommonOptions, CoverageFiles {
  readonly expectSeal?: string;
  readonly min?: number;
  readonly untaken?: boolean;
}

/** A trace that is not intact is something found; one of another snapshot is only said. */
export async function coverageCommand(
  options: CoverageOptions,
  context: Context,
  ...places: readonly string[]
): Promise<number> {
  checkCoverageFiles(options);
  const files = tracesAt(places, context);
  const snapshot = await open(context, options);
  const workflows = catalogue(snapshot);
  const outcomes: Outcomes = new Map();
  const leftOut: LeftOut[] = [];
  for (const file of files) {
    const left = await countTrace(file, readGiven(file, "the trace", context), workflows, outcomes);
    if (left !== null) leftOut.push(left);
    if (left?.code === "FOREIGN" && places.includes(file)) {
      throw new UsageFault("TRACE_FOREIGN", { file, why: left.why });
    }
  }
  const coverage = await coverageOf(workflows, outcomes);
  await leaveCoverage(options, coverage, snapshot, context);
  const counted = files.length - leftOut.length;
  await tell({ coverage, counted, leftOut, min: options.min ?? null }, options.untaken ?? false, context);
  const isFound = isBelow(coverage, options.min) || leftOut.some(({ code }) => code === "NOT_INTACT");
  return isFound ? EXIT.FOUND : EXIT.SUCCESS;
}

/** Every jsonl below a folder, and what is named itself. @throws UsageFault */
function tracesAt(places: readonly string[], { world, path }: Context): readonly string[] {
  const { files, cwd } = world;
  return places.flatMap((place) => {
    const at = path(place);
    if (!files.isFolder(at)) return [place];
    const found = files.list(at).filter(({ path: one }) => one.endsWith(".jsonl"));
    if (found.length === 0) throw new UsageFault("TRACES_MISSING", { path: place });
    return found.map(({ path: one }) => shortPath(`${at}/${one}`, cwd));
  });
}

interface Told {
  readonly coverage: readonly Coverage[];
  readonly counted: number;
  readonly leftOut: readonly LeftOut[];
  readonly min: number | null;
}

async function tell(
  { coverage, counted, leftOut, min }: Told,
  listsUntaken: boolean,
  context: Context,
): Promise<void> {
  const { world, settings } = context;
  const traces = { counted, left_out: leftOut };
  if (settings.json) return printJson(context, { traces, ...(coverageJson(coverage) as object) });
  if (settings.quiet) return;
  const paint = await painter(settings);
  const left = leftOut.map(
    ({ file, why }) => `${paint("bad", "NOT COUNTED")}  ${plain(file)}: ${plain(why)}\n`,
  );
  const ends = `${counted} ${counted === 1 ? "trace" : "traces"} counted`;
  world.out(`${left.join("")}${coverageText(coverage, listsUntaken, min)}\n${ends}\n`);
}
