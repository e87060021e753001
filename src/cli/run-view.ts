/** How a run is told: as text, as JSON, line by line while it goes on. */

import type { run } from "../engine/run.ts";
import type { Fault } from "../errors/base.ts";
import type { Plan } from "../plan/plan.ts";
import { MAIN_RUN, type TraceEvent, type WaitEntry } from "../trace/event.ts";
import { markedEffects, refusalOf, type Summary } from "../trace/summary.ts";
import type { Paint } from "./colour.ts";
import { type Context, shortPath } from "./context.ts";
import {
  capped,
  evaluationRows,
  faultJson,
  plain,
  reasonRows,
  requestRows,
  rowsByRun,
  table,
  violationRows,
} from "./print.ts";

/** The files of a run; null for a rendering that was not asked for, or failed. */
export interface TraceFiles {
  readonly jsonl: string;
  readonly md: string | null;
  readonly png: string | null;
}

export interface Report {
  readonly plan: Plan;
  readonly result: Awaited<ReturnType<typeof run>>;
  readonly summary: Summary;
  /** What is worth a look, and changed nothing about the run. */
  readonly notices: readonly Fault[];
  /** The trace itself; null where it is not kept. */
  readonly jsonl: string | null;
  readonly exitCode: number;
  /** What to do about it, where it did not end well. */
  readonly hints: readonly string[];
}

/** The JSON document up to what is known only when everything is drawn, and the rest of it. */
export function toJsonText(report: Report) {
  const text = JSON.stringify({ ...toJson(report), trace: null }, null, 2);
  const head = text.slice(0, -"null\n}".length);
  const tail = (trace: TraceFiles | null) => `${JSON.stringify(trace, null, 2).replaceAll("\n", "\n  ")}\n}\n`;
  return { head, tail };
}

function toJson({ plan, result, summary, notices, exitCode, hints }: Report) {
  const { ending } = result;
  const first = refusalOf(summary);
  return {
    workflow: plan.workflow.fqdn,
    ...(summary.isDryRun ? { dry_run: true } : {}),
    trace_id: result.traceId,
    status: ending.status,
    outcome: ending.outcome,
    exit_reason_code: ending.exitReason,
    exit_code: exitCode,
    duration_ms: Math.round((summary.ending?.duration_us ?? 0) / 10) / 100,
    path: summary.path,
    results: summary.results,
    effects: markedEffects(summary),
    ...(summary.requests.length === 0 ? {} : { requests: summary.requests }),
    events: summary.events,
    violations: summary.violations,
    reasons: summary.reasons,
    evaluations: summary.evaluations,
    waits: summary.waits,
    notices: notices.map(faultJson),
    error: first === undefined ? null : { ...first, hint: hints[0] ?? ending.fault?.wording.hint ?? null },
    hints,
    head: result.head,
    snapshot: plan.snapshot,
  };
}

export function toText({ plan, result, summary, jsonl }: Report, paint: Paint, { platform }: Context): string {
  const { ending } = result;
  const tone =
    ending.status === "SUCCESS"
      ? "good"
      : ending.status === "WAITING" || ending.status === "INTERRUPTED"
        ? "strong"
        : "bad";
  const reason = ending.exitReason === null ? "" : `${paint("strong", plain(ending.exitReason))}  `;
  const dry = summary.isDryRun ? `${paint("strong", "DRY RUN")}  ` : "";
  const head = `${dry}${paint(tone, ending.status)}  ${reason}${plan.workflow.fqdn}\n${summary.isDryRun ? NOTHING_DONE : ""}`;
  const path = rowsByRun(summary.path, ({ node, outcome, next }) => [
    node,
    outcome,
    "->",
    next ?? "(no route)",
  ]);
  const effects = rowsByRun(summary.effects, ({ op, store, outcome, node, step, attempt }) => [
    op,
    store ?? "-",
    outcome ?? "?",
    paint("quiet", `${node}.${step}`),
    ...(attempt === undefined ? [] : [paint("quiet", `attempt ${attempt}`)]),
    ...(summary.isDryRun ? [DRY_RUN] : []),
  ]);
  const where = [
    ["snapshot", `${plan.snapshot.seal} ${plan.snapshot.root}`],
    ["head", result.head],
    [TRACE, jsonl === null ? "not kept; --keep-trace DIR keeps it" : shortPath(jsonl, platform.cwd)],
  ];
  return [
    head,
    section("path", path),
    section("decided by", evaluationRows(summary.evaluations)),
    section("effects", effects),
    section("requests", capped(requestRows(summary.requests))),
    section(
      "announced",
      summary.events.map((event) => [event]),
    ),
    section("violations", capped(violationRows(summary.violations))),
    section("reasons", capped(reasonRows(summary.reasons))),
    section("waits for", waitRows(summary.waits)),
    section("record", where),
  ].join("");
}

const NOTHING_DONE = "nothing was written, and nothing was sent\n";

/** Behind each effect of a dry run. */
export const DRY_RUN = "dry run";

/** Where each wait is, what ends it, and what a person is asked. */
export function waitRows(waits: readonly WaitEntry[]): readonly (readonly string[])[] {
  return waits.map(({ run, node, step, kind, key, due, prompt, choices }) => [
    plain(`${run === MAIN_RUN ? "" : `${run}/`}${node}.${step}`),
    kind === "EVENT" ? `event ${plain(valueText(key))}` : "time",
    due === undefined ? "" : `until ${due}`,
    plain(
      [prompt, choices?.map(valueText).join(" | ")]
        .filter((one) => one !== undefined)
        .map(valueText)
        .join(": "),
    ),
  ]);
}

const valueText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

const TRACE = "trace".padEnd("snapshot".length);

/** The renderings that there are, below the trace itself. */
export function filesText({ md, png }: TraceFiles, { platform }: Context): string {
  const files = [md, png].filter((file) => file !== null);
  return files.length === 0 ? "" : table(files.map((file) => [TRACE, shortPath(file, platform.cwd)]));
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? "" : `\n${title}\n${table(rows)}`;
}

/** `isDryRun`: then each effect says so. */
export function followLine(event: TraceEvent, isDryRun = false): string {
  const { sequence, event_type, run, node_id, payload } = event;
  const step = "step" in payload ? payload.step : undefined;
  const outcome = "outcome" in payload ? payload.outcome : "status" in payload ? payload.status : undefined;
  const parts = [
    String(sequence).padStart(4),
    event_type.padEnd(18),
    run === MAIN_RUN ? null : run,
    node_id,
    step,
    outcome,
    isDryRun && event_type.startsWith("side_effect") ? `(${DRY_RUN})` : null,
  ];
  return plain(parts.filter((part) => part !== undefined && part !== null).join(" "));
}
