/** `pgs run`: the main job. */

import type { TraceEvent } from "../../../trace/event.ts";
import type { RecordedRun } from "../../../workspace/resume-run.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { readPayload } from "../../payload.ts";
import { plain, printError } from "../../print.ts";
import { reportRun } from "../../run-report.ts";
import { followLine } from "../../run-view.ts";
import { keyOptionOf } from "../../session.ts";
import { WORKFLOW_ARGUMENT } from "../../shared-options.ts";
import type { Stay } from "../../stay.ts";
import { untilInterrupt } from "../../stop.ts";
import { checkCombination, entropyFor, OPTIONS, prepare, type RunRequest } from "./prepare.ts";

export const run = defineCommand({
  details:
    "The trace is written to the traces folder as JSON Lines, Markdown and PNG. Hashes link its events: pgs examine finds every later change.",
  arguments: WORKFLOW_ARGUMENT,
  options: OPTIONS,
  shared: ["workspace", "snapshot", "data-root", "traces", "json", "quiet", "debug", "no-color"],
  examples: [
    [
      "pgs run release_governance::WF_RELEASE_CHANGE_V0 --payload change.json",
      "run the workflow with the payload in change.json",
    ],
    [
      "pgs run release_governance::WF_RELEASE_CHANGE_V0 --clock 2026-01-31T09:00:00Z --seed a --no-png",
      "run it reproducibly: the same snapshot, payload and data write the same trace",
    ],
  ],
  exitCodes: {
    SUCCESS: "the run, or every run of --payloads, ended in a success exit: COMPLETED, EXIT_ALREADY_EXISTS",
    BUSINESS: true,
    SNAPSHOT: true,
    REFUSED: true,
    STORAGE: "the run ended in EXIT_BACKEND_ERROR, or storage could not be used",
    WAITING: "the run waits, and pgs resume goes on with it",
    UNREAD: "the reader of standard output was gone before all lines of --payloads were done",
  },
  async action(request, context) {
    checkCombination(request);
    if (request.payloads !== undefined) {
      const { runPayloads } = await import("./payloads.ts");
      return runPayloads(request, request.payloads, await prepare(request, context), context);
    }
    return runOnce(request, context);
  },
});

async function runOnce(request: RunRequest, context: Context): Promise<number> {
  const { platform, settings } = context;
  const { follow, traceAccess: access } = request;
  const { plan, trust, session, execute } = await prepare(request, context);
  const payload = readPayload(request.payload, request, context);
  const isRootThere = platform.files.realPath(settings.dataRoot) !== null;
  const events: TraceEvent[] = [];
  const listen = (event: TraceEvent) => {
    if (follow) printError(context, `${followLine(event, request.dryRun)}\n`);
  };
  const stop = untilInterrupt(context);
  const { summary, notices, ...begun } = await execute({
    ...{ payload, stop },
    entropy: entropyFor(request.seed, plan, payload, context),
    listen(event) {
      events.push(event);
      listen(event);
    },
  });
  const { traceId, folder, head, ending } = begun;
  const going = { session, seed: request.seed, plan: async () => plan, stop, listen };
  const trace = `${folder}/${traceId}.jsonl`;
  const recorded = { head, ending, summary, events };
  const run = await stayed(recorded, { trace, going, milliseconds: request.wait }, context);
  stop.release();
  if (!isRootThere && settings.isDataRootNamed && platform.files.isFolder(settings.dataRoot))
    if (!settings.quiet) printError(context, `notice: the data root ${plain(settings.dataRoot)} is new\n`);
  const kinds = { md: !request.noMd, png: !request.noPng };
  const result = { traceId, folder, head: run.head, ending: run.ending };
  const reported = { ...run, plan, result, notices, trust, kinds, access, stopped: stop.exitCode };
  return reportRun({ ...reported, keyOption: keyOptionOf(request, session) }, context);
}

/** Most runs do not wait, and need no code for it. */
async function stayed(
  run: RecordedRun,
  { milliseconds, ...stay }: Omit<Stay, "milliseconds"> & { readonly milliseconds: number | undefined },
  context: Context,
): Promise<RecordedRun> {
  if (milliseconds === undefined || run.ending.status !== "WAITING") return run;
  return (await import("../../stay.ts")).stayWith(run, { ...stay, milliseconds }, context);
}
