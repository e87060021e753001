/** `pgs run`: the main job. */

import { EngineFault } from "../../../engine/errors.ts";
import { entropySeed } from "../../../engine/run.ts";
import { Fault } from "../../../errors/base.ts";
import { DEPTH, HOPS, SIZE, TRACE_LIMITS } from "../../../json/limits.ts";
import { momentOf } from "../../../plan/intent.ts";
import type { Plan } from "../../../plan/plan.ts";
import { isFqdn } from "../../../snapshot/fqdn.ts";
import type { TraceEvent } from "../../../trace/event.ts";
import { refusalOf, type Summary } from "../../../trace/summary.ts";
import { DEFAULT_LIMITS } from "../../../workspace/payload.ts";
import { runWorkflow } from "../../../workspace/run-workflow.ts";
import { painter } from "../../colour.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT, exitCodeOfRun } from "../../exit-codes.ts";
import { open, planOf } from "../../load.ts";
import { choice, count, file, flag, text } from "../../option.ts";
import { readPayload } from "../../payload.ts";
import { hintLines, plain, printError, printText, refusalText } from "../../print.ts";
import { filesText, followLine, type Report, type TraceFiles, toJsonText, toText } from "../../run-view.ts";
import { TRUST, WORKFLOW_ARGUMENT, WORKFLOW_OPTION, workflowOf } from "../../shared-options.ts";
import { type Trust, trustOf } from "../../trust.ts";
import { render } from "./render.ts";

export const run = defineCommand({
  details:
    "The trace is written to the traces folder as JSON Lines, Markdown and PNG. Hashes link its events: pgs examine finds every later change.",
  arguments: WORKFLOW_ARGUMENT,
  options: {
    Run: {
      ...WORKFLOW_OPTION,
      payload: file("the payload as JSON; - reads standard input", { default: "{}" }),
      compile: flag("compile the authored Markdown of the workspace first"),
      actor: text("FQDN", "who runs the workflow; recorded in the trace"),
      clock: text("RFC3339", "run with the clock fixed to this time"),
      seed: text("TEXT", "derive ids and random values from this text: the same input gives the same bytes"),
      durability: choice(
        "LEVEL",
        ["device", "process"],
        "crash that recorded effects survive: of the whole device, or only of the process",
        "device",
      ),
    },
    Limit: {
      "max-hops": count("refuse a run that enters more nodes", HOPS),
      "max-runs": count("refuse a trace of more runs, including nested ones", TRACE_LIMITS.runs),
      "max-events": count("refuse a trace of more events", TRACE_LIMITS.events),
      "max-trace-bytes": count("refuse a larger trace", TRACE_LIMITS.bytes),
      "max-event-bytes": count("refuse a larger event", TRACE_LIMITS.eventBytes),
      "max-depth": count("refuse a payload nested deeper", DEFAULT_LIMITS.maxDepth, DEPTH.payloadMost),
      "max-bytes": count("refuse a larger payload", DEFAULT_LIMITS.maxBytes, SIZE.payloadMost),
    },
    Seal: TRUST,
    Output: {
      "no-png": flag("do not write the PNG"),
      "no-md": flag("do not write the Markdown"),
      follow: flag("print one line per event on standard error during the run"),
      "trace-access": choice(
        "WHO",
        ["owner", "group", "all"],
        "who may read the trace, which contains the payload",
        "owner",
      ),
    },
  },
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
    SUCCESS: "the run ended in a success exit: COMPLETED, EXIT_ALREADY_EXISTS",
    BUSINESS: true,
    SNAPSHOT: true,
    REFUSED: true,
    STORAGE: "the run ended in EXIT_BACKEND_ERROR, or storage could not be used",
  },
  async action({ actor, durability, follow, maxHops, traceAccess: access, ...request }, context) {
    const { platform, settings } = context;
    const workflow = workflowOf(request);
    const clock = request.clock === undefined ? platform.clock : platform.fixedClock(parseClock(request.clock));
    const trust = trustOf(request, context);
    await prepareSnapshot(request.compile, context);
    const plan = await planOf(workflow, context, trust);
    const payload = readPayload(request.payload, request, context);
    checkActor(actor);
    checkDataRoot(context);
    const isRootThere = platform.files.realPath(settings.dataRoot) !== null;
    const events: TraceEvent[] = [];
    const { summary, ...result } = await runWorkflow({
      ...{ plan, payload, clock, durability, maxHops },
      entropy:
        request.seed === undefined
          ? platform.entropy
          : platform.seededEntropy(entropySeed(request.seed, plan, payload)),
      stores: platform.openStores(settings.dataRoot, {
        ownerLost: (name) => printError(context, ownerLostText(name)),
      }),
      mail: platform.openMail(platform.env),
      remote: platform.openRemote(platform.env),
      openTrace: (id) => platform.openTrace(settings.traces, id, access),
      limits: {
        runs: request.maxRuns,
        events: request.maxEvents,
        bytes: request.maxTraceBytes,
        eventBytes: request.maxEventBytes,
      },
      runtime: platform.tool,
      ...(actor === undefined ? {} : { actor }),
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
  },
});

/** Compiles the authored Markdown, or says that the snapshot is older. Without a workspace that has it, nothing is loaded. */
async function prepareSnapshot(compile: boolean, context: Context): Promise<void> {
  const { authored, isSnapshotNamed, quiet } = context.settings;
  if (compile) {
    const { compileBeforeRun } = await import("./compile.ts");
    await compileBeforeRun(context);
  } else if (authored !== null && !isSnapshotNamed && !quiet) {
    const { changedSource } = await import("../../authored-notice.ts");
    const changed = changedSource(authored, context);
    if (changed !== null)
      printError(context, `notice: the snapshot is older than ${plain(changed)}: --compile compiles first\n`);
  }
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
    return await runHints(summary, plan, () => open(context, trust));
  } catch (error) {
    // The run is over: a snapshot that changed meanwhile changes nothing about how it ended.
    if (error instanceof Fault) return [];
    throw error;
  }
}

/** Said at once: it has happened, however the run ends. */
function ownerLostText(file: string): string {
  return `notice: ${plain(file)} was replaced, but its owner and group could not be kept: users who had access through them may have lost it\n`;
}

function parseClock(given: string): number {
  const parsed = momentOf(given);
  if (parsed === undefined) throw new UsageFault("BAD_CLOCK", { given });
  return parsed;
}

/** @throws UsageFault */
function checkActor(actor: string | undefined): void {
  if (actor === undefined || isFqdn(actor)) return;
  const message = `--actor ${actor} is not a full name <domain>::<CODE>`;
  const hint = "type --actor DOMAIN::AC_NAME_V0, or another full name";
  throw new UsageFault("BAD_USAGE", { message, hint });
}

/** A data root that is something else than a folder is refused before anything is written. */
function checkDataRoot({ platform, settings }: Context): void {
  const isThere = platform.files.realPath(settings.dataRoot) !== null;
  if (!isThere || platform.files.isFolder(settings.dataRoot)) return;
  throw new EngineFault("effect", "CS", "DATA_ROOT_UNUSABLE", { errno: "ENOTDIR" });
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
