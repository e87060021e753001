/** `pgs run`: the main job. */

import { Fault } from "../../../errors/base.ts";
import type { Plan } from "../../../plan/plan.ts";
import type { TraceEvent } from "../../../trace/event.ts";
import { refusalOf, type Summary } from "../../../trace/summary.ts";
import { runWorkflow } from "../../../workspace/run-workflow.ts";
import { painter } from "../../colour.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT, exitCodeOfRun } from "../../exit-codes.ts";
import { open } from "../../load.ts";
import { readPayload } from "../../payload.ts";
import { hintLines, plain, printError, printText, refusalText } from "../../print.ts";
import { filesText, followLine, type Report, type TraceFiles, toJsonText, toText } from "../../run-view.ts";
import { WORKFLOW_ARGUMENT } from "../../shared-options.ts";
import type { Trust } from "../../trust.ts";
import { checkCombination, entropyFor, OPTIONS, prepare, type RunRequest } from "./prepare.ts";
import { render } from "./render.ts";

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
  const { plan, trust, environment } = await prepare(request, context);
  const payload = readPayload(request.payload, request, context);
  const isRootThere = platform.files.realPath(settings.dataRoot) !== null;
  const events: TraceEvent[] = [];
  const { summary, ...result } = await runWorkflow({
    ...environment,
    payload,
    entropy: entropyFor(request.seed, plan, payload, context),
    listen(event) {
      events.push(event);
      if (follow) printError(context, `${followLine(event)}\n`);
    },
  });
  if (!isRootThere && settings.isDataRootNamed && platform.files.isFolder(settings.dataRoot))
    if (!settings.quiet) printError(context, `notice: the data root ${plain(settings.dataRoot)} is new\n`);
  const exitCode = exitCodeOfRun(result.ending);
  const hints = exitCode === EXIT.SUCCESS ? [] : await hintsOf(summary, plan, trust, context);
  const base = `${result.folder}/${result.traceId}`;
  const printFiles = await printReport(
    { plan, result, summary, exitCode, hints, jsonl: `${base}.jsonl` },
    context,
  );
  const kinds = { md: !request.noMd, png: !request.noPng };
  printFiles(await render({ kinds, access, plan, events, base }, context));
  return exitCode;
}

/** Prints how the run ended before anything is drawn; the function that it gives prints which renderings there are. */
async function printReport(report: Report, context: Context): Promise<(files: TraceFiles) => void> {
  const { platform, settings } = context;
  if (settings.json) {
    const { head, tail } = toJsonText(report);
    platform.out(head);
    return (files) => platform.out(tail(files));
  }
  if (!settings.quiet) printText(context, toText(report, await painter(settings), context));
  return (files) => {
    if (!settings.quiet) printText(context, filesText(files, context));
    printReasons(report, context);
  };
}

/** What is needed to say them is loaded only for a run that did not end well. */
async function hintsOf(
  summary: Summary,
  plan: Plan,
  trust: Trust,
  context: Context,
): Promise<readonly string[]> {
  const { runHints } = await import("./hints.ts");
  try {
    return await runHints(summary, plan, () => open(context, trust), context);
  } catch (error) {
    // The run is over: a snapshot that changed meanwhile changes nothing about how it ended.
    if (error instanceof Fault) return [];
    throw error;
  }
}

/** On stderr: why a run was refused, and what to do about one that did not end well. */
function printReasons({ result, summary, hints }: Report, context: Context): void {
  const { platform, settings } = context;
  const { fault } = result.ending;
  if (fault === undefined) {
    if (!settings.quiet) printError(context, hintLines(hints));
    return;
  }
  const refused = refusalOf(summary);
  const parts = [refused?.node, refused?.step].filter((part) => part !== undefined && part !== null);
  const place = parts.length === 0 ? undefined : parts.join(", step ");
  printError(context, refusalText(fault, place, hints.length === 0 ? undefined : hints));
  if (settings.debug && fault.cause instanceof Error) platform.err(`cause: ${fault.cause.stack}\n`);
}
