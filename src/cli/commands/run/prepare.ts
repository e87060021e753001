/** The options of `pgs run`, and what they make of a run before its payload is read. */

import { entropyOf } from "../../../engine/entropy.ts";
import { DEPTH, HOPS, SIZE } from "../../../json/limits.ts";
import type { JsonObject } from "../../../json/value.ts";
import { requireInForce } from "../../../plan/in-force.ts";
import type { Plan } from "../../../plan/plan.ts";
import type { Entropy } from "../../../ports.ts";
import { toSnapshotQuery } from "../../../query/snapshot-query.ts";
import { type DryRunRequest, dryRun } from "../../../workspace/dry-run.ts";
import { DEFAULT_LIMITS } from "../../../workspace/payload.ts";
import { type RecordedRunRequest, runWorkflow, type SummarizedRun } from "../../../workspace/run-workflow.ts";
import { type Context, shortPath } from "../../context.ts";
import type { Request } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { open as openSnapshot, planIn } from "../../load.ts";
import { choice, count, file, flag, folder, repeatable, text } from "../../option.ts";
import { readAnswer } from "../../payload.ts";
import { plain, printError } from "../../print.ts";
import {
  checkWait,
  RECORD,
  recordsOf,
  SESSION,
  type SessionEnvironment,
  sessionEnvironment,
  TRACE_LIMIT,
  WAIT,
} from "../../session.ts";
import { TRUST, type WORKFLOW_ARGUMENT, WORKFLOW_OPTION, workflowOf } from "../../shared-options.ts";
import { type Trust, trustOf } from "../../trust.ts";
import { openDryTraces, openTraces, withTrace } from "./open-traces.ts";

export const OPTIONS = {
  Run: {
    ...WORKFLOW_OPTION,
    payload: file("the payload as JSON; - reads standard input", { default: "{}" }),
    payloads: file("run once for each line of a JSON Lines file, which is a payload; - reads standard input"),
    "strict-payload": flag("make members of the payload that the intent does not declare violations"),
    compile: flag("compile the authored Markdown of the workspace first"),
    actor: text("FQDN", "who runs the workflow; recorded in the trace"),
    ...SESSION,
    ...WAIT,
  },
  "Dry run": {
    "dry-run": flag("only say what the run would do: nothing is written, and nothing is sent"),
    answer: repeatable(
      text(
        "KEY=FILE",
        "in a run with --dry-run, what to answer, as JSON, where the run waits for the event KEY",
        {
          completes: "file",
        },
      ),
    ),
    "keep-trace": folder("in a run with --dry-run, write its trace, which says that it is one, to this folder"),
  },
  "Many runs": {
    jobs: { ...count("with --payloads: number of runs at the same time"), default: "1" },
    unordered: flag("with --payloads: print each result as soon as it is known"),
    "stop-on": choice(
      "ENDING",
      ["failure", "refusal"],
      "with --payloads: begin no more runs after one that was refused, or that did not succeed at all",
    ),
    "own-folders": flag(
      "with --payloads: write each trace to a folder of its own, instead of a file that the runs share",
    ),
    "from-line": { ...count("with --payloads: begin with this line"), default: "1" },
  },
  Limit: {
    "max-hops": count("refuse a run that enters more nodes", HOPS),
    ...TRACE_LIMIT,
    "max-depth": count("refuse a payload nested deeper", DEFAULT_LIMITS.maxDepth, DEPTH.payloadMost),
    "max-bytes": count("refuse a larger payload", DEFAULT_LIMITS.maxBytes, SIZE.payloadMost),
  },
  Seal: TRUST,
  Output: {
    ...RECORD,
    "trace-access": choice(
      "WHO",
      ["owner", "group", "all"],
      "who may read the trace, which contains the payload",
      "owner",
    ),
  },
};

export type RunRequest = Request<typeof WORKFLOW_ARGUMENT, typeof OPTIONS>;

/** What every run of the command line has in common. */
export interface Prepared {
  readonly plan: Plan;
  readonly trust: Trust;
  readonly session: SessionEnvironment;
  /** Executes one run, or a dry run. @throws TraceFault, and ResumeFault for an answer that does not fit */
  execute(one: OneRun): Promise<ExecutedRun>;
  /** No run follows. */
  close(): void;
}

export interface ExecutedRun extends SummarizedRun {
  /** The path of the trace, or its address in a segment; null where it is not kept. */
  readonly trace: string | null;
}

export interface OneRun extends Pick<RecordedRunRequest, "payload" | "entropy" | "stop" | "listen"> {
  /** Called before anything else of the run happens. */
  readonly opened?: (traceId: string, trace: string | null) => void;
}

/** @throws UsageFault, and what loading, sealing and compiling refuse */
export async function prepare(request: RunRequest, context: Context): Promise<Prepared> {
  const { settings } = context;
  const workflow = workflowOf(request);
  const session = sessionEnvironment(request, context);
  const trust = trustOf(request, context);
  await prepareSnapshot(request.compile, context);
  const snapshot = await openSnapshot(context, trust, undefined, true);
  const plan = await planIn(snapshot, workflow, context);
  requireInForce(plan);
  const environment = {
    ...{ ...session, plan, maxHops: request.maxHops, isPayloadStrict: request.strictPayload },
    snapshot: toSnapshotQuery(snapshot, context.workflowRegistry),
  };
  const common = { plan, trust, session };
  if (request.dryRun) {
    const answers = answersOf(request, context);
    const { open, close } = await openDryTraces(request, context);
    const execute: Prepared["execute"] = ({ opened, ...one }) =>
      withTrace(open, opened, (openTrace) => dryRun({ ...environment, answers, openTrace, ...one }));
    return { ...common, execute, close };
  }
  const { open, close } = await openTraces(common, request, context);
  const records = recordsOf(settings.traces, request.traceAccess, session.clock, context);
  const execute: Prepared["execute"] = ({ opened, ...one }) =>
    withTrace(open, opened, (openTrace) => runWorkflow({ ...environment, openTrace, records, ...one }));
  return { ...common, execute, close };
}

/** @throws UsageFault for an answer that is no JSON */
function answersOf({ answer: given }: RunRequest, context: Context): DryRunRequest["answers"] {
  return given.map((text) => {
    const at = text.indexOf("=");
    if (at > 0) return { key: text.slice(0, at), answer: readAnswer(text.slice(at + 1), context) };
    const message = `--answer ${text} is not KEY=FILE`;
    throw new UsageFault("BAD_USAGE", { message, hint: "type --answer KEY=FILE, with the key of the event" });
  });
}

export function entropyFor(
  seed: string | undefined,
  plan: Plan,
  payload: JsonObject,
  { platform }: Context,
): Entropy {
  return seed === undefined ? platform.entropy : entropyOf(seed, plan, payload, platform.seededEntropy);
}

/** Options that one run needs and many cannot have, and the other way round. @throws UsageFault */
export function checkCombination(request: RunRequest): void {
  const refuse = (option: string, why: string): never => {
    throw new UsageFault("BAD_USAGE", { message: `${option} ${why}`, hint: `omit ${option}` });
  };
  checkWait(request);
  if (request.dryRun) {
    if (request.wait !== undefined)
      refuse("--wait", "stays with a run, and a dry run is over with its process");
  } else {
    if (request.answer.length > 0) refuse("--answer", "needs --dry-run");
    if (request.keepTrace !== undefined) refuse("--keep-trace", "needs --dry-run");
  }
  if (request.payloads === undefined) {
    if (request.jobs !== undefined) refuse("--jobs", "needs --payloads");
    if (request.unordered) refuse("--unordered", "needs --payloads");
    if (request.stopOn !== undefined) refuse("--stop-on", "needs --payloads");
    if (request.fromLine !== undefined) refuse("--from-line", "needs --payloads");
    if (request.ownFolders) refuse("--own-folders", "needs --payloads");
  } else {
    if (request.payload !== undefined) refuse("--payload", "names one payload, and --payloads names many");
    if (request.wait !== undefined) refuse("--wait", "stays with one run, and --payloads has many");
    if (request.follow) refuse("--follow", "shows one run, and --payloads has many");
  }
}

/** Compiles the authored Markdown, or says that the snapshot is older. Without a workspace that has it, nothing is loaded. */
async function prepareSnapshot(compile: boolean, context: Context): Promise<void> {
  const { authored, isSnapshotNamed, quiet } = context.settings;
  if (compile) {
    const { compileBeforeRun } = await import("./compile.ts");
    await compileBeforeRun(context);
  } else if (authored !== null && !isSnapshotNamed && !quiet) {
    const { changedSource } = await import("../../authored-notice.ts");
    const changed = changedSource(authored, context);
    if (changed === null) return;
    const file = plain(shortPath(`${authored}/${changed}`, context.platform.cwd));
    printError(context, `notice: the snapshot is older than ${file}: --compile compiles first\n`);
  }
}
