/** `pgs runs`: the runs of the ledger that are asked for. */

import { counted } from "../../../errors/counted.ts";
import { LIST } from "../../../json/limits.ts";
import { selectRuns } from "../../../ledger/query.ts";
import type { RunTable } from "../../../ledger/run-table.ts";
import { meantName } from "../../../snapshot/require.ts";
import type { Context } from "../../context.ts";
import { EXIT } from "../../exit-codes.ts";
import { tracesRoot, withRuns } from "../../ledger.ts";
import { hintLines, plain, printError, printJson, printText, table } from "../../print.ts";
import { HEAD_ROW, runJson, runRow } from "../../views/runs.ts";
import type { RunsRequest } from "./command.ts";

/** Text lists no more than anybody reads, unless more are asked for; `--json` has all of them. */
export function listRuns(request: RunsRequest, context: Context): number {
  const { settings, platform } = context;
  const root = tracesRoot(context);
  const most = request.limit ?? (settings.json ? Number.POSITIVE_INFINITY : LIST.rows);
  const { wf: workflow, due: asked, ...rest } = request;
  const due = asked === true ? platform.clock.now() : asked;
  const query = { ...rest, workflow, due };
  const { rows, left, meant } = withRuns(root, (runs) => {
    const rows: JsonOrRow[] = [];
    let left = 0;
    for (const run of selectRuns(runs, query, root)) {
      if (rows.length < most) rows.push(settings.json ? runJson(run) : runRow(run));
      else left++;
    }
    const isNone = rows.length === 0 && left === 0;
    return { rows, left, meant: isNone && workflow !== undefined ? meantWorkflow(workflow, runs) : null };
  });
  if (settings.json) printJson(context, { traces: settings.traces, runs: rows, more: left });
  else printText(context, textOf(rows as readonly (readonly string[])[], left, settings.traces));
  if (meant !== null && !settings.json)
    printError(context, hintLines([`type --wf ${meant} instead of ${workflow}`]));
  return EXIT.SUCCESS;
}

/** Of those that have runs. */
function meantWorkflow(given: string, runs: RunTable): string | null {
  const names = new Set<string>();
  for (const { workflow } of runs.newestFirst()) names.add(workflow);
  return names.has(given) ? null : meantName(given, [...names]);
}

type JsonOrRow = ReturnType<typeof runJson> | ReturnType<typeof runRow>;

function textOf(rows: readonly (readonly string[])[], left: number, traces: string): string {
  if (rows.length === 0) return `no such run in ${plain(traces)}\n`;
  const rest = left === 0 ? "" : `… and ${counted(left, "run")} more: --limit N lists more of them\n`;
  return `${table([HEAD_ROW, ...rows], "")}${rest}`;
}
