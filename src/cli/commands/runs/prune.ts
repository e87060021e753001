/** `pgs runs prune`: removes the traces of runs that ended long ago. */

import { counted } from "../../../errors/counted.ts";
import { KEPT_BECAUSE, type KeptBecause, noneKept, type Pruned, pruneRuns } from "../../../ledger/prune.ts";
import type { Context } from "../../context.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { hasLedger, tracesRoot } from "../../ledger.ts";
import { plain, printJson, printText, shownOf, table } from "../../print.ts";
import type { RunsRequest } from "./command.ts";

export async function prune(request: RunsRequest, context: Context): Promise<number> {
  const { platform, settings } = context;
  const { olderThan, state, keep = 0, dryRun: isDryRun, attested } = request;
  if (olderThan === undefined) {
    const message = "prune needs --older-than";
    throw new UsageFault("BAD_USAGE", {
      message,
      hint: "type pgs runs prune --older-than P30D, or another duration",
    });
  }
  const root = tracesRoot(context);
  const now = () => platform.clock.now();
  const asked = { before: now() - olderThan, state, keep, attested, isDryRun };
  const pruned = hasLedger(root)
    ? await pruneRuns(asked, { root, now, lockTrace: (file) => platform.lockTraceFile(file) })
    : { runs: [], kept: noneKept() };
  if (settings.json) printJson(context, toJson(pruned, isDryRun));
  else if (!settings.quiet) printText(context, toText(pruned, isDryRun));
  return EXIT.SUCCESS;
}

function toJson({ runs, kept }: Pruned, isDryRun: boolean): unknown {
  return {
    dry_run: isDryRun,
    bytes: bytesOf(runs),
    kept,
    pruned: runs.map(({ changed, ...run }) => ({ ...run, changed: new Date(changed).toISOString() })),
  };
}

const bytesOf = (runs: Pruned["runs"]) => runs.reduce((sum, { bytes }) => sum + bytes, 0);

const REASONS: Readonly<Record<KeptBecause, string>> = {
  running: "running",
  waiting: "waiting",
  interrupted: "interrupted (pgs resume goes on with them; --state INTERRUPTED removes them)",
  marked: "with a bookmark",
  irregular: "with a link or another irregular file in the place of the trace",
  attested: "attested (--attested removes them, too)",
  newest: "among those to keep",
};

function toText({ runs, kept }: Pruned, isDryRun: boolean): string {
  const { shown, rest } = shownOf(runs);
  const rows = shown.map(({ id, state, changed, bytes }) => [
    plain(id),
    state,
    new Date(changed).toISOString(),
    counted(bytes, "byte"),
  ]);
  const stay = KEPT_BECAUSE.filter((because) => kept[because] > 0).map(
    (because) => `${kept[because]} ${REASONS[because]}`,
  );
  const sum = `${counted(runs.length, "trace")} ${isDryRun ? "would be removed" : "removed"}, ${counted(bytesOf(runs), "byte")}`;
  return `${table(rows, "")}${rest}${sum}${stay.length === 0 ? "" : `; kept: ${stay.join(", ")}`}\n`;
}
