/** `pgs examine` on a trace that another runtime wrote: what it says, and what it cannot. Nothing is replayed. */

import { registry } from "../capabilities/registry.ts";
import { finding, type TraceFinding } from "../examine/finding.ts";
import { checkCourse } from "../examine/foreign/allowed.ts";
import { readForeign } from "../examine/foreign/read.ts";
import type { Course, ForeignFormat, ForeignRecord } from "../examine/foreign/record.ts";
import { Fault, UsageFault } from "../faults.ts";
import { compile } from "../plan/compile.ts";
import { toGraph } from "../plan/graph.ts";
import { requireWorkflow } from "../snapshot/require.ts";
import { bareCode, type Graph } from "../trace/render/graph.ts";
import { besideTrace } from "./beside.ts";
import type { CommonOptions, Context } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { findingJson, findingText } from "./finding-report.ts";
import { open } from "./load.ts";
import { type Paint, painter } from "./paint.ts";
import { plain, printJson, table } from "./report.ts";

interface ForeignOptions extends CommonOptions {
  readonly head?: string;
  readonly expectSeal?: string;
}

interface Examination {
  readonly file: string;
  readonly record: ForeignRecord;
  /** Null: there is no graph to hold the path against, for the reason among the findings. */
  readonly isAllowed: boolean | null;
  readonly findings: readonly TraceFinding[];
}

export async function examineForeign(
  format: ForeignFormat,
  bytes: Uint8Array,
  options: ForeignOptions,
  context: Context,
  file: string,
): Promise<number> {
  if (options.head !== undefined) {
    const message = `--head is for traces of this runner, ${file} is ${format}`;
    throw new UsageFault("BAD_USAGE", { message, hint: "leave --head out" });
  }
  const record = readForeign(format, bytes);
  const graph = await graphOf(record.workflow, options, context, file);
  const isGraph = "nodes" in graph;
  const held = isGraph ? checkCourse(graph, record) : [graph];
  const isAllowed = isGraph ? held.length === 0 : null;
  const examination = { file, record, isAllowed, findings: [...record.findings, ...held] };
  if (context.settings.json) printJson(context, toJson(examination));
  else if (!context.settings.quiet) context.world.out(toText(examination, await painter(context.settings)));
  return examination.findings.length === 0 ? EXIT.SUCCESS : EXIT.FOUND;
}

/** The graph of the one workflow of that name; a bare code is taken when a single domain has it. */
async function graphOf(
  workflow: string | null,
  options: ForeignOptions,
  context: Context,
  file: string,
): Promise<Graph | TraceFinding> {
  if (workflow === null) return finding("NO_WORKFLOW");
  const beside = besideTrace(file, options, context);
  if (!context.world.files.isFolder(beside.settings.snapshot)) return finding("NO_SNAPSHOT");
  try {
    const opened = await open(beside, options);
    const [name, ...others] = opened
      .names("WF")
      .filter((one) => one === workflow || bareCode(one) === workflow);
    if (name === undefined || others.length > 0) return finding("UNKNOWN_WORKFLOW", undefined, { workflow });
    return toGraph(await compile(requireWorkflow(opened, name), opened, registry));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return finding("SNAPSHOT_REFUSED", undefined, { code: error.code, message: error.message });
  }
}

// ---- reports ----

function toJson({ record, isAllowed, findings }: Examination): unknown {
  const { format, events, workflow, chain, course, ending, unproven } = record;
  return {
    ok: findings.length === 0,
    format,
    events,
    workflow,
    chain: chain === null ? null : { ok: chain.isIntact, covered: chain.covered },
    allowed: isAllowed,
    findings: findings.map(findingJson),
    recorded: course.of,
    path: course.visits,
    ending: ending === null ? null : { status: ending.status, reason: ending.reason },
    unproven,
  };
}

function toText({ file, record, isAllowed, findings }: Examination, paint: Paint): string {
  const { format, events, workflow, ending, course, unproven } = record;
  const path = isAllowed === null ? paint("quiet", "not checked") : verdict(isAllowed, "allowed", paint);
  const status = ending === null ? "no event says how" : plain(ending.status);
  return [
    `${findings.length === 0 ? paint("good", "READ") : paint("bad", "FOUND")}  ${file}\n`,
    table([
      ["format", `${format}, ${events} events`],
      ["workflow", workflow === null ? "-" : plain(workflow)],
      ["chain", chainText(record, paint)],
      ["path", path],
    ]),
    findings
      .map((one) => findingText(one, file, record.findings.includes(one) ? "intact" : "allowed", paint))
      .join(""),
    `\nended  ${status}${ending?.reason ? ` ${plain(ending.reason)}` : ""}\n`,
    `\n${course.of}\n${course.visits.length === 0 ? "  none\n" : table(rowsOf(course))}`,
    `\nnot proven by such a trace\n${unproven.map((one) => `  - ${one}\n`).join("")}`,
  ].join("");
}

function verdict(isGood: boolean, word: string, paint: Paint): string {
  return isGood ? paint("good", word) : paint("bad", `not ${word}`);
}

function chainText({ chain }: ForeignRecord, paint: Paint): string {
  if (chain === null) return paint("quiet", "none");
  const word = verdict(chain.isIntact, "intact", paint);
  return chain.isIntact ? `${word}, ${chain.covered} events covered, not the last` : word;
}

function rowsOf(course: Course): readonly (readonly string[])[] {
  const ended = (outcome: string | null) => (outcome === null ? "did not end" : plain(outcome));
  switch (course.of) {
    case "nodes":
      return course.visits.map(({ node, outcome }) => [plain(node), ended(outcome)]);
    case "contracts":
      return course.visits.map(({ contract, outcome }) => [plain(contract), ended(outcome)]);
    case "routes":
      return course.visits.map(({ node, outcome, next }) => [plain(node), ended(outcome), plain(next ?? "-")]);
  }
}
