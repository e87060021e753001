/** A trace as a Markdown page: workflow, path, changes, problems and hints. */

import { wordingOf } from "../engine/errors.ts";
import { counted } from "../errors/counted.ts";
import { inCanonicalOrder, type Json } from "../json/value.ts";
import { comparedText } from "../plan/expression.ts";
import type { Change, RecordedRequest } from "../ports.ts";
import type { Graph } from "../trace/declared-graph.ts";
import {
  type EventOf,
  eventsOf,
  MAIN_RUN,
  type Payloads,
  type TraceEvent,
  type WaitEntry,
} from "../trace/event.ts";
import {
  endingStatusOf,
  milliseconds,
  type RunPath,
  runPathOf,
  statusOf,
  type Visit,
  workflowOf,
} from "../trace/run-path.ts";
import { type RunRecord, runsOf } from "../trace/runs.ts";
import { sessionsOf } from "../trace/sessions.ts";
import { renderSessions, renderWaits } from "./markdown-sessions.ts";
import { ABSENT, code, fileLink, optional, table, value } from "./markdown-text.ts";
import { renderMermaid } from "./mermaid.ts";
import { sizeText, tooLarge } from "./picture/size.ts";

/** The page. Pure: same events and graph, same text. A trace that stops early is shown as far as it goes. */
export function renderMarkdown(events: readonly TraceEvent[], graph: Graph): string {
  const { main, nested } = runsOf(events);
  const runPath = runPathOf(main);
  const sections = [
    `# ${code(workflowOf(runPath, graph))}\n\n${endingOf(runPath, events)}\n\n${renderFacts(runPath, events)}`,
    section("Path", runPath.visits.length === 0 ? "No node was entered.\n" : renderPath(runPath)),
    section("Decided by", renderEvaluations(events)),
    section("Picture", renderPicture(graph, runPath)),
    section("Payload", renderPayload(runPath)),
    section("Admission", renderAdmission(events)),
    section("Violations", renderViolations(events)),
    section("Transforms without a result", renderFailedTransforms(events)),
    section("Errors", renderErrors(events)),
    section("Side effects", renderEffects(events, main.waits, runPath.start?.dry_run === true)),
    section("Announced events", renderAnnouncements(events)),
    section("Waits for", renderWaits(main.waits)),
    section("Sessions", renderSessions(sessionsOf(events))),
    section("Nested runs", renderNestedRuns(nested)),
    section("Files", renderFiles(runPath, events)),
  ];
  return sections.filter((text) => text !== "").join("\n");
}

function section(title: string, body: string): string {
  return body === "" ? "" : `## ${title}\n\n${body}`;
}

/** The node, preceded by its run where that is a nested one. */
function placeOf({ run, node_id }: TraceEvent): string {
  const node = node_id === undefined ? ABSENT : code(node_id);
  return run === MAIN_RUN ? node : `${code(run)} ${node}`;
}

function endingOf(runPath: RunPath, events: readonly TraceEvent[]): string {
  const { end, refusal, waits } = runPath;
  const status = statusOf(runPath);
  if (end === null && waits.length > 0)
    return `**${status}** for ${counted(waits.length, "event or moment", "events or moments")}, listed below.`;
  if (end === null) return `**${status}**: the trace stops before the run has ended, ${lastWordOf(events)}.`;
  const refused = refusal === null ? "" : `, refused with ${code(refusal)}`;
  const outcome = end.outcome === null ? "no outcome" : `outcome ${code(end.outcome)}`;
  return `**${status}** with ${outcome}, exit reason ${code(end.exit_reason_code)}${refused}.`;
}

function lastWordOf(events: readonly TraceEvent[]): string {
  const last = events.at(-1);
  if (last === undefined) return "it has no event";
  const at = last.node_id === undefined ? "" : ` in ${placeOf(last)}`;
  return `its last event is ${code(last.event_type)}${at} (no. ${last.sequence})`;
}

const DRY_RUN = ["Dry run", "nothing was written, and nothing was sent"] as const;

function renderFacts({ start, end, traceId }: RunPath, events: readonly TraceEvent[]): string {
  const rows: (readonly [string, string])[] = [["Trace", code(traceId)]];
  if (start !== null) {
    rows.push(
      ["Started", optional(events[0]?.timestamp)],
      ["Workflow content", code(start.content_hash)],
      [
        "Snapshot root",
        `${code(start.snapshot.root)} (${start.snapshot.seal === "sealed" ? "sealed" : "verified"})`,
      ],
      ["Runtime", `${code(start.runtime.name)} ${code(start.runtime.version)}`],
      ...(start.dry_run === true ? [DRY_RUN] : []),
      ["Actor", optional(start.actor)],
      ["Payload digest", code(start.payload_digest)],
    );
  }
  if (end !== null) {
    rows.push(
      ["Duration", `${milliseconds(end.duration_us)} ms`],
      ["Events, side effects", `${end.events}, ${end.effects}`],
    );
  }
  return table(["", ""], rows);
}

function renderPath(runPath: RunPath): string {
  const rows = runPath.visits.map((visit) => [
    `${visit.order}`,
    code(visit.node),
    outcomeOf(visit, runPath),
    optional(visit.next),
    visit.durationUs === null ? ABSENT : milliseconds(visit.durationUs),
  ]);
  return table(["#", "Node", "Outcome", "Next", "ms"], rows);
}

function outcomeOf(visit: Visit, runPath: RunPath): string {
  if (visit.refusal !== null) return `refused: ${code(visit.refusal)}`;
  const manner = endingStatusOf(visit, runPath);
  if (visit.outcome === null && manner === "waiting") return "waits";
  return visit.outcome === null && manner === "cancelled" ? "cancelled" : optional(visit.outcome);
}

function renderEvaluations(events: readonly TraceEvent[]): string {
  const rows = eventsOf(events, "evaluation_end").map((event) => {
    const { evaluation, condition, outcome } = event.payload;
    const compared = comparedText(event.payload, value);
    return [placeOf(event), code(evaluation), code(condition), compared, code(outcome)];
  });
  return rows.length === 0 ? "" : table(["Node", "Evaluation", "Condition", "Values", "Outcome"], rows);
}

/** The run's input, member by member, in the order in which the trace has them. */
function renderPayload({ start }: RunPath): string {
  const rows = Object.entries(inCanonicalOrder(start?.payload ?? {})).map(([name, member]) => [
    code(name),
    value(member as Json),
  ]);
  return rows.length === 0 ? "" : table(["Member", "Value"], rows);
}

function renderPicture(graph: Graph, runPath: RunPath): string {
  const size = tooLarge(graph);
  return size === null ? `\`\`\`mermaid\n${renderMermaid(graph, runPath)}\`\`\`\n` : `${sizeText(size)}\n`;
}

function renderAdmission(events: readonly TraceEvent[]): string {
  const rows = eventsOf(events, "admission").flatMap(({ run, payload }) => {
    const rule = (kind: string) => (tried: Payloads["admission"]["requires"][number]) => [
      code(run),
      kind,
      code(tried.event),
      value(tried.where),
      tried.matched ? "a record matches" : "no record matches",
    ];
    return [...payload.requires.map(rule("requires")), ...payload.forbids.map(rule("forbids"))];
  });
  return rows.length === 0 ? "" : table(["Run", "Rule", "Event", "Where", "Found"], rows);
}

function renderViolations(events: readonly TraceEvent[]): string {
  const rows = eventsOf(events, "violation").map((event) => {
    const { violation_code, field, constraint, expected, actual, event: announced } = event.payload;
    return [
      placeOf(event),
      code(violation_code) + (announced === undefined ? "" : ` ${code(announced)}`),
      optional(field),
      optional(constraint),
      expected === undefined ? ABSENT : value(expected),
      actual === undefined ? ABSENT : value(actual),
    ];
  });
  return rows.length === 0 ? "" : table(["Node", "Code", "Field", "Constraint", "Expected", "Actual"], rows);
}

function renderFailedTransforms(events: readonly TraceEvent[]): string {
  const rows = eventsOf(events, "transform_end").flatMap((event) => {
    const { step, ct_code, outcome, reason } = event.payload;
    return reason === undefined
      ? []
      : [[placeOf(event), code(step), code(ct_code), code(outcome), value(reason)]];
  });
  return rows.length === 0 ? "" : table(["Node", "Step", "Transform", "Outcome", "Reason"], rows);
}

function renderErrors(events: readonly TraceEvent[]): string {
  return eventsOf(events, "error").map(renderError).join("\n");
}

function renderError(event: EventOf<"error">): string {
  const { error_code, node_category, stage, step, facts } = event.payload;
  const wording = wordingOf(error_code, facts);
  const what = wording?.where === undefined ? wording?.what : `${wording.what} (${wording.where})`;
  const lines = [
    `- ${code(error_code)}${what === undefined ? "" : `: ${code(what)}`}`,
    `  - stage ${code(stage)}, ${code(node_category)}, node ${placeOf(event)}, step ${optional(step)}`,
    `  - facts ${value(facts)}`,
    ...(wording?.hint === undefined ? [] : [`  - hint: ${code(wording.hint)}`]),
  ];
  return `${lines.join("\n")}\n`;
}

function renderEffects(events: readonly TraceEvent[], waits: readonly WaitEntry[], isDryRun: boolean): string {
  const rows = effectsOf(events).map(({ start, end }, i) => {
    const { step, cs_code, op, store, attempt } = start.payload;
    return [
      `${i + 1}`,
      placeOf(start),
      attempt === undefined ? code(step) : `${code(step)} attempt ${attempt}`,
      code(cs_code),
      code(op),
      optional(store),
      ...(end === null ? openConclusion(start, waits) : conclusionOf(end)),
      ...(isDryRun ? ["dry run"] : []),
    ];
  });
  if (rows.length === 0) return "";
  const heads = ["#", "Node", "Step", "Capability", "Op", "Store", "Outcome", "Change"];
  return table(isDryRun ? [...heads, ""] : heads, rows);
}

/** Of an effect without an end. One that waits changes nothing. */
function openConclusion(
  { run, payload }: EventOf<"side_effect_start">,
  waits: readonly WaitEntry[],
): readonly string[] {
  if (waits.some(({ effect_key }) => effect_key === payload.effect_key)) return ["waits", ABSENT];
  if (waits.some((wait) => wait.run.startsWith(`${run}.`))) return ["a nested run waits", ABSENT];
  return ["no end recorded", isWaitStep(payload) ? ABSENT : "may be incomplete"];
}

/** Only of a step that may wait is it recorded when it began. */
const isWaitStep = ({ observed }: Payloads["side_effect_start"]) => observed !== undefined;

interface EffectRecord {
  readonly start: EventOf<"side_effect_start">;
  end: Payloads["side_effect_end"] | null;
}

/** In the order in which they began. Within one run each ends before the next begins; nested runs lie between. */
function effectsOf(events: readonly TraceEvent[]): readonly EffectRecord[] {
  const effects: EffectRecord[] = [];
  const open = new Map<string, EffectRecord>();
  for (const event of events) {
    if (event.event_type === "side_effect_start") {
      const record = { start: event, end: null };
      effects.push(record);
      open.set(event.run, record);
    } else if (event.event_type === "side_effect_end") {
      const record = open.get(event.run);
      if (record !== undefined) record.end = event.payload;
    }
  }
  return effects;
}

function conclusionOf(end: Payloads["side_effect_end"]): readonly string[] {
  const { outcome, reason, change, requests } = end;
  const why = reason === undefined ? "" : ` ${value(reason)}`;
  const sent = requests?.map(renderRequest).join(", ");
  return [
    code(outcome) + why + settledText(end),
    change === undefined ? (sent ?? ABSENT) : renderChange(change),
  ];
}

/** How the end became known where nobody saw it. */
function settledText({ settled, actor }: Payloads["side_effect_end"]): string {
  if (settled === undefined) return "";
  const by = actor === undefined ? "" : ` by ${code(actor)}`;
  return settled === "shown" ? ", shown by the store" : `, assumed${by}`;
}

function renderRequest({ method, url, status, failure = "" }: RecordedRequest): string {
  const address = typeof url === "string" ? code(`${method} ${url}`) : `${code(method)} ${value(url)}`;
  return `${address} → ${code(status === undefined ? failure : String(status))}`;
}

function renderChange({ before, after }: Change): string {
  const state = (json: Change["before"]) => (json === null ? "nothing" : value(json));
  return `${state(before)} → ${state(after)}`;
}

function renderAnnouncements(events: readonly TraceEvent[]): string {
  const rows = eventsOf(events, "event_announced").map((event) => [
    placeOf(event),
    code(event.payload.event_code),
    value(event.payload.payload),
  ]);
  return rows.length === 0 ? "" : table(["Node", "Event", "Payload"], rows);
}

function renderNestedRuns(nested: readonly RunRecord[]): string {
  const rows = nested.map(runPathOf).map((runPath) => {
    const { run, start, visits, end, refusal } = runPath;
    const caller = start?.parent;
    return [
      code(run),
      optional(start?.workflow_code),
      caller === undefined ? ABSENT : `${code(caller.run)} ${code(caller.node)} ${code(caller.step)}`,
      end === null && refusal !== null ? `refused: ${code(refusal)}` : statusOf(runPath),
      optional(end?.outcome),
      optional(end?.exit_reason_code),
      visits.map(({ node }) => code(node)).join(" → ") || ABSENT,
    ];
  });
  if (rows.length === 0) return "";
  return table(["Run", "Workflow", "Called by", "Status", "Outcome", "Exit reason", "Path"], rows);
}

function renderFiles({ traceId }: RunPath, events: readonly TraceEvent[]): string {
  const head = events.at(-1);
  const files = `Trace ${fileLink(`${traceId}.jsonl`)}, picture ${fileLink(`${traceId}.png`)}.\n`;
  if (head === undefined) return files;
  return `${files}\nChain head after ${counted(events.length, "event")}: ${code(head.hash)}\n`;
}
