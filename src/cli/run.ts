/** `pgs run`: the main job. */

import { run } from "../engine/run.ts";
import { emptySummary, gather, type Summary } from "../engine/summary.ts";
import { Fault, RunFault, UsageFault } from "../faults.ts";
import { toGraph } from "../plan/graph.ts";
import { isDateTime } from "../plan/intent.ts";
import type { Plan } from "../plan/plan.ts";
import { digestOf } from "../trace/canonical.ts";
import type { TraceEvent } from "../trace/event.ts";
import type { Durability } from "../trace/journal.ts";
import { type CommonOptions, type Context, shortPath } from "./context.ts";
import { exitCodeOfEnding, exitCodeOfRefusal } from "./exit-codes.ts";
import { planOf } from "./load.ts";
import { type Paint, painter } from "./paint.ts";
import { DEFAULT_LIMITS, readPayload } from "./payload.ts";
import { plain, printJson, reasonRows, refusalText, table } from "./report.ts";

export interface RunOptions extends CommonOptions {
  readonly wf: string;
  readonly payload?: string;
  readonly actor?: string;
  readonly png: boolean;
  readonly md: boolean;
  readonly follow?: boolean;
  readonly clock?: string;
  readonly seed?: string;
  readonly maxHops: number;
  readonly maxDepth?: number;
  readonly maxBytes?: number;
  readonly expectSeal?: string;
  readonly durability: Durability;
}

export async function runCommand(options: RunOptions, context: Context): Promise<number> {
  const { world, settings } = context;
  const fixed = options.clock === undefined ? undefined : parseClock(options.clock);
  const plan = await planOf(options.wf, context, options);
  const limits = {
    maxDepth: options.maxDepth ?? DEFAULT_LIMITS.maxDepth,
    maxBytes: options.maxBytes ?? DEFAULT_LIMITS.maxBytes,
  };
  const payload = readPayload(options.payload, limits, context);
  checkDataRoot(context);
  const clock = fixed === undefined ? world.clock : world.fixedClock(fixed);
  const events: TraceEvent[] = [];
  const summary = emptySummary();
  const seeded = `${options.seed} ${plan.workflow.fqdn} ${options.seed === undefined ? "" : digestOf(payload)}`;
  const result = await run({
    plan,
    payload,
    clock,
    entropy: options.seed === undefined ? world.entropy : world.seededEntropy(seeded),
    data: world.openDataRoot(settings.dataRoot),
    openTrace: (id) => world.openTrace(settings.traces, id),
    durability: options.durability,
    maxHops: options.maxHops,
    runtime: world.tool,
    ...(options.actor === undefined ? {} : { actor: options.actor }),
    listen(event) {
      events.push(event);
      gather(summary, event);
      if (options.follow) world.err(`${followLine(event)}\n`);
    },
  });
  const { fault } = result.ending;
  const files = await render({ options, plan, events, base: `${result.folder}/${result.traceId}` }, context);
  const exitCode =
    fault === undefined
      ? exitCodeOfEnding(result.ending.status, result.ending.exitReason)
      : exitCodeOfRefusal(fault.code);
  const report = { plan, result, summary, files, exitCode };
  if (settings.json) printJson(context, toJson(report));
  else if (!settings.quiet) world.out(toText(report, await painter(settings), context));
  if (fault !== undefined) sayRefusal(fault, summary, context);
  return exitCode;
}

function parseClock(given: string): number {
  if (!isDateTime(given)) throw new UsageFault("BAD_CLOCK", { given });
  // A leap second has no place on the epoch's scale: it is the last millisecond before it.
  return Date.parse(given.replace(/:60(?:\.\d+)?/, ":59.999"));
}

/** A data root that is something else than a folder is refused before anything is written. */
function checkDataRoot({ world, settings }: Context): void {
  const isThere = world.files.realPath(settings.dataRoot) !== null;
  if (!isThere || world.files.isFolder(settings.dataRoot)) return;
  throw new RunFault("effect", "CS", "DATA_ROOT_UNUSABLE", { errno: "ENOTDIR" });
}

function sayRefusal(fault: RunFault, { errors }: Summary, { world, settings }: Context): void {
  if (settings.json) return;
  const refused = errors.find(({ run }) => run === "0");
  const standing = [refused?.node, refused?.step].filter((part) => part !== undefined && part !== null);
  world.err(refusalText(fault, standing.length === 0 ? undefined : standing.join(", step ")));
  if (settings.debug && fault.cause instanceof Error) world.err(`cause: ${fault.cause.stack}\n`);
}

// ---- renderings ----

interface Rendering {
  readonly options: RunOptions;
  readonly plan: Plan;
  readonly events: readonly TraceEvent[];
  /** Folder and name without ending. */
  readonly base: string;
}

interface TraceFiles {
  readonly jsonl: string;
  readonly md: string | null;
  readonly png: string | null;
}

/** The run is over: a rendering that fails is said, and changes nothing about how the run ended. */
async function render({ options, plan, events, base }: Rendering, context: Context): Promise<TraceFiles> {
  const md = options.md ? await attempt(() => renderMd(plan, events, `${base}.md`, context), context) : null;
  const png = options.png
    ? await attempt(() => renderPng(plan, events, `${base}.png`, context), context)
    : null;
  return { jsonl: `${base}.jsonl`, md, png };
}

async function attempt(work: () => Promise<string>, { world }: Context): Promise<string | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    world.err(refusalText(error));
    return null;
  }
}

async function renderMd(
  plan: Plan,
  events: readonly TraceEvent[],
  file: string,
  { world }: Context,
): Promise<string> {
  const { renderMarkdown } = await import("../trace/render/markdown.ts");
  world.writeFile(file, renderMarkdown(events, toGraph(plan)));
  return file;
}

async function renderPng(
  plan: Plan,
  events: readonly TraceEvent[],
  file: string,
  { world }: Context,
): Promise<string> {
  const [{ renderSvg }, { renderPng: rasterise }] = await Promise.all([
    import("../trace/render/svg.ts"),
    import("../trace/render/png.ts"),
  ]);
  world.writeFile(file, rasterise(renderSvg(events, toGraph(plan)), world.shipped("DejaVuSansMono.ttf")));
  return file;
}

// ---- reports ----

interface Report {
  readonly plan: Plan;
  readonly result: Awaited<ReturnType<typeof run>>;
  readonly summary: Summary;
  readonly files: TraceFiles;
  readonly exitCode: number;
}

function toJson({ plan, result, summary, files, exitCode }: Report): unknown {
  const { ending } = result;
  const first = summary.errors.find(({ run }) => run === "0");
  return {
    workflow: plan.workflow.fqdn,
    trace_id: result.traceId,
    status: ending.status,
    outcome: ending.outcome,
    exit_reason_code: ending.exitReason,
    exit_code: exitCode,
    duration_ms: Math.round((summary.ending?.duration_us ?? 0) / 10) / 100,
    path: summary.path,
    results: summary.results,
    effects: summary.effects,
    events: summary.events,
    violations: summary.violations,
    reasons: summary.reasons,
    error: first === undefined ? null : { ...first, hint: ending.fault?.wording.hint ?? null },
    trace: files,
    head: result.head,
    snapshot: plan.snapshot,
  };
}

function toText({ plan, result, summary, files }: Report, paint: Paint, { world }: Context): string {
  const { ending } = result;
  const tone = ending.status === "SUCCESS" ? "good" : "bad";
  const head = `${paint(tone, ending.status)}  ${paint("strong", ending.exitReason)}  ${plan.workflow.fqdn}\n`;
  const path = summary.path.map(({ node, outcome, next }) => [node, outcome, "->", next ?? "(no route)"]);
  const effects = summary.effects.map(({ op, store, outcome, node, step }) => [
    op,
    store ?? "-",
    outcome ?? "?",
    paint("quiet", `${node}.${step}`),
  ]);
  const violations = summary.violations.map((one) => [
    one.violation_code,
    one.field ?? one.event ?? "",
    one.constraint ?? "",
    one.actual === undefined ? "" : plain(one.actual),
  ]);
  const where = [
    ["snapshot", `${plan.snapshot.seal} ${plan.snapshot.root}`],
    ["head", result.head],
    ...Object.values(files)
      .filter((file): file is string => file !== null)
      .map((file) => ["trace", shortPath(file, world.cwd)]),
  ];
  return [
    head,
    section("path", path),
    section("effects", effects),
    section(
      "announced",
      summary.events.map((event) => [event]),
    ),
    section("violations", violations),
    section("reasons", reasonRows(summary.reasons)),
    section("record", where),
  ].join("");
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? "" : `\n${title}\n${table(rows)}`;
}

function followLine(event: TraceEvent): string {
  const { sequence, event_type, node_id, payload } = event;
  const step = "step" in payload ? payload.step : undefined;
  const outcome = "outcome" in payload ? payload.outcome : "status" in payload ? payload.status : undefined;
  const parts = [String(sequence).padStart(4), event_type.padEnd(18), node_id, step, outcome];
  return parts.filter((part) => part !== undefined && part !== null).join(" ");
}
