/** Traces and graphs to render, built by hand: a chained trace from the few facts a test cares about. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canonical, type Digest, digestOf, sha256 } from "../../src/json/canonical.ts";
import type { JsonObject } from "../../src/json/value.ts";
import type { Graph, GraphEdge, GraphNode } from "../../src/trace/declared-graph.ts";
import type { EventBody, Payloads, TraceEvent } from "../../src/trace/event.ts";

export const FONT = join(import.meta.dirname, "../../src/render/fonts/DejaVuSansMono.ttf");
export const OUTLINES = FONT.replace(/ttf$/, "outlines");

export const TRACE_ID = "20260131T090000000Z__WF_ADMIT_PARCEL_V0__0a1b2c3d";

/** Happenings become trace lines: 250 µs apart, numbered and chained. */
export function traceOf(happenings: readonly EventBody[], traceId = TRACE_ID): readonly TraceEvent[] {
  let previous: Digest = sha256(`pgs.trace/1:${traceId}`);
  return happenings.map((happening, i) => {
    const line = {
      ...happening,
      schema: "pgs.trace/1" as const,
      sequence: i + 1,
      timestamp: new Date(Date.UTC(2026, 0, 31, 9) + Math.floor(i / 4)).toISOString(),
      elapsed_us: i * 250,
      execution_id: traceId,
      prev_hash: previous,
    };
    const hash = sha256(canonical(line as unknown as JsonObject));
    previous = hash;
    return { ...line, hash } as TraceEvent;
  });
}

/** Builds one run; `walk` enters and leaves nodes by the outcomes given. */
export class TrialRun {
  readonly happenings: EventBody[] = [];
  readonly graph: Graph;
  readonly run: string;

  constructor(graph: Graph, run = "0", parent?: Payloads["execution_start"]["parent"]) {
    this.graph = graph;
    this.run = run;
    const payload = { parcel: { weight_grams: 1250 } };
    this.say("execution_start", undefined, {
      workflow_code: graph.workflow,
      content_hash: sha256("workflow"),
      snapshot: { root: sha256("snapshot"), seal: "sealed" },
      runtime: { name: "pgs", version: "0.1.0" },
      payload,
      payload_digest: digestOf(payload),
      max_hops: 10000,
      observed: [{ clock: "2026-01-31T09:00:00.000Z" }],
      ...(parent === undefined ? {} : { parent }),
    });
  }

  say<T extends EventBody["event_type"]>(type: T, node: string | undefined, payload: Payloads[T]): this {
    const at = node === undefined ? {} : { node_id: node };
    this.happenings.push({ event_type: type, run: this.run, ...at, payload } as EventBody);
    return this;
  }

  enter(key: string): this {
    const node = this.graph.nodes.find((candidate) => candidate.key === key);
    if (node === undefined) throw new Error(`the graph has no node ${key}`);
    const named = node.type === "EXIT" ? { reason: node.label } : { capability_code: node.label, inputs: {} };
    return this.say("node_start", key, { node_type: node.type, ...named });
  }

  /** Leaves the node by the outcome and answers where its edge leads. */
  leave(key: string, outcome: string): string {
    const leads = (name: string) => this.graph.edges.find((edge) => edge.from === key && edge.outcome === name);
    const next = (leads(outcome) ?? leads("default"))?.to;
    if (next === undefined) throw new Error(`${key} has no edge for ${outcome}`);
    this.say("node_end", key, { status: outcome, outputs: {}, next, duration_us: 412 + 37 * key.length });
    return next;
  }

  /** From the start, one outcome a node, up to the node after the last; EXITs are only entered. */
  walk(outcomes: readonly string[]): this {
    let key = this.graph.start;
    this.enter(key);
    for (const outcome of outcomes) {
      key = this.leave(key, outcome);
      this.enter(key);
    }
    return this;
  }

  end(outcome: string | null, exit: string, status: "SUCCESS" | "FAILED" = "FAILED"): this {
    const effects = this.happenings.filter(({ event_type }) => event_type === "side_effect_start").length;
    return this.say("workflow_complete", undefined, {
      status,
      outcome,
      exit_reason_code: exit,
      events: this.happenings.length + 1,
      effects,
      duration_us: 4321,
    });
  }

  trace(): readonly TraceEvent[] {
    return traceOf(this.happenings);
  }
}

export const PARCEL: Graph = {
  workflow: "depot::WF_ADMIT_PARCEL_V0",
  start: "IN_PARCEL_ARRIVED_V0",
  nodes: [
    { key: "IN_PARCEL_ARRIVED_V0", type: "IN", label: "depot::IN_PARCEL_ARRIVED_V0" },
    { key: "CC_WEIGH_PARCEL_V0", type: "CC", label: "depot::CC_WEIGH_PARCEL_V0" },
    { key: "CC_REGISTER_PARCEL_V0", type: "CC", label: "depot::CC_REGISTER_PARCEL_V0" },
    { key: "CC_APPEND_ARRIVAL_V0", type: "CC", label: "depot::CC_APPEND_ARRIVAL_V0" },
    { key: "EXIT", type: "EXIT", label: "EXITED" },
  ],
  edges: [
    { from: "IN_PARCEL_ARRIVED_V0", to: "CC_WEIGH_PARCEL_V0", outcome: "ACK" },
    { from: "IN_PARCEL_ARRIVED_V0", to: "EXIT", outcome: "NACK" },
    { from: "CC_WEIGH_PARCEL_V0", to: "CC_REGISTER_PARCEL_V0", outcome: "SUCCESS" },
    { from: "CC_WEIGH_PARCEL_V0", to: "EXIT", outcome: "VIOLATION" },
    { from: "CC_REGISTER_PARCEL_V0", to: "CC_APPEND_ARRIVAL_V0", outcome: "SUCCESS" },
    { from: "CC_REGISTER_PARCEL_V0", to: "CC_APPEND_ARRIVAL_V0", outcome: "ALREADY_EXISTS" },
    { from: "CC_REGISTER_PARCEL_V0", to: "EXIT", outcome: "BACKEND_ERROR" },
    { from: "CC_REGISTER_PARCEL_V0", to: "EXIT", outcome: "VIOLATION" },
    { from: "CC_APPEND_ARRIVAL_V0", to: "EXIT", outcome: "BACKEND_ERROR" },
    { from: "CC_APPEND_ARRIVAL_V0", to: "EXIT", outcome: "SUCCESS" },
    { from: "CC_APPEND_ARRIVAL_V0", to: "EXIT", outcome: "VIOLATION" },
  ],
};

export const LONG_PATH = ["ACK", "SUCCESS", "ALREADY_EXISTS", "SUCCESS"];

/** A contract that may be entered again and again: a self-loop and a way back. */
export const RETRY: Graph = {
  workflow: "depot::WF_SCAN_UNTIL_READ_V0",
  start: "IN_SCAN_V0",
  nodes: [
    { key: "IN_SCAN_V0", type: "IN", label: "depot::IN_SCAN_V0" },
    { key: "SCAN", type: "CC", label: "depot::CC_SCAN_LABEL_V0" },
    { key: "CHECK", type: "CC", label: "depot::CC_CHECK_LABEL_V0" },
    { key: "EXIT_READ", type: "EXIT", label: "COMPLETED" },
    { key: "EXIT_GIVEN_UP", type: "EXIT", label: "FAILED" },
  ],
  edges: [
    { from: "IN_SCAN_V0", to: "SCAN", outcome: "ACK" },
    { from: "IN_SCAN_V0", to: "EXIT_GIVEN_UP", outcome: "default" },
    { from: "SCAN", to: "SCAN", outcome: "UNREADABLE" },
    { from: "SCAN", to: "CHECK", outcome: "SUCCESS" },
    { from: "CHECK", to: "SCAN", outcome: "NOT_FOUND" },
    { from: "CHECK", to: "EXIT_READ", outcome: "SUCCESS" },
    { from: "CHECK", to: "EXIT_GIVEN_UP", outcome: "default" },
  ],
};

/** Contracts in ranks, each with a straight way on, some detours, and failures that all end in few EXITs. */
export function wovenGraph(contracts: number, exits: number): Graph {
  const contract = (i: number): GraphNode => ({
    key: `CC_STAGE_${i}_OF_THE_INSPECTION_V0`,
    type: "CC",
    label: `depot::CC_STAGE_${i % 7}_V0`,
  });
  const exit = (i: number): GraphNode => ({
    key: `EXIT_${i}`,
    type: "EXIT",
    label: i === 0 ? "COMPLETED" : "EXITED",
  });
  const stages = Array.from({ length: contracts }, (_, i) => contract(i));
  const ends = Array.from({ length: exits }, (_, i) => exit(i));
  const start: GraphNode = { key: "IN_START_V0", type: "IN", label: "depot::IN_START_V0" };
  const at = (nodes: readonly GraphNode[], i: number) =>
    (nodes[Math.min(i, nodes.length - 1)] as GraphNode).key;
  const onward = (i: number) => (i + 2 < contracts ? at(stages, i + 2) : at(ends, 0));
  const edges = stages.flatMap((stage, i): readonly GraphEdge[] => [
    { from: stage.key, to: onward(i), outcome: "SUCCESS" },
    { from: stage.key, to: i % 3 === 0 ? onward(i) : onward(i + 3), outcome: "ALREADY_EXISTS" },
    { from: stage.key, to: at(ends, 1 + (i % (exits - 1))), outcome: "VIOLATION" },
    { from: stage.key, to: at(ends, 1), outcome: "BACKEND_ERROR" },
  ]);
  const entries = [
    { from: start.key, to: at(stages, 0), outcome: "ACK" },
    { from: start.key, to: at(stages, 1), outcome: "default" },
    { from: start.key, to: at(ends, 1), outcome: "NACK" },
  ];
  return {
    workflow: "depot::WF_INSPECT_V0",
    start: start.key,
    nodes: [start, ...stages, ...ends],
    edges: [...entries, ...edges],
  };
}

interface PublishedGraph {
  readonly wf_id: string;
  readonly entry: string;
  readonly nodes: readonly {
    readonly id: string;
    readonly type: GraphNode["type"];
    readonly cc_code?: string;
  }[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly condition: string }[];
}

/** A published topology, or null where the published data is not beside the repository. */
export function publishedGraph(workflow: string): Graph | null {
  const folder = join(import.meta.dirname, "../../../shared/published/protocol_snapshot/behavior_logic");
  const file = join(folder, workflow, `${workflow}.graph.json`);
  if (!existsSync(file)) return null;
  const { wf_id, entry, nodes, edges } = JSON.parse(readFileSync(file, "utf8")) as PublishedGraph;
  return {
    workflow: `published::${wf_id}`,
    start: entry,
    nodes: nodes.map(({ id, type, cc_code }) => ({ key: id, type, label: cc_code ?? id })),
    edges: edges.map(({ from, to, condition }) => ({ from, to, outcome: condition })),
  };
}

/** A whole run of `PARCEL` with steps, effects, a violation, an announcement and a nested run. */
export function fullRun(): readonly TraceEvent[] {
  const run = new TrialRun(PARCEL);
  run.say("admission", undefined, {
    requires: [{ event: "depot::EV_DEPOT_OPENED_V0", where: { depot: "north" }, matched: true }],
    forbids: [],
    result: "ADMITTED",
  });
  run.walk(["ACK"]).say("transform_end", "CC_WEIGH_PARCEL_V0", {
    step: "WEIGH",
    ct_code: "depot::CT_ROUND_WEIGHT_V0",
    inputs: { grams: 1250 },
    outcome: "VIOLATION",
    reason: { code: "TOO_HEAVY", limit: 1000 },
  });
  run.say("violation", "CC_WEIGH_PARCEL_V0", {
    violation_code: "INPUT_VIOLATION",
    field: "/parcel/weight_grams",
    constraint: "maximum",
    expected: 1000,
    actual: 1250,
  });
  run.say("evaluation_end", "CC_WEIGH_PARCEL_V0", {
    evaluation: "judge_weight",
    condition: "$.inputs.grams <= $.inputs.limit",
    left: 1250,
    right: { $suppressed: "sha256:0a1b" },
    outcome: "SUCCESS",
  });
  run.enter(run.leave("CC_WEIGH_PARCEL_V0", "SUCCESS"));
  register(run);
  run.enter(run.leave("CC_REGISTER_PARCEL_V0", "ALREADY_EXISTS"));
  run.enter(run.leave("CC_APPEND_ARRIVAL_V0", "SUCCESS"));
  run.say("event_announced", "EXIT", {
    event_code: "depot::EV_PARCEL_ADMITTED_V0",
    payload: { parcel: "P-7" },
  });
  return run.end("SUCCESS", "COMPLETED", "SUCCESS").trace();
}

/** One effect with a change, and one that calls a nested run before it ends. */
function register(run: TrialRun): void {
  const node = "CC_REGISTER_PARCEL_V0";
  const key = sha256("effect");
  run.say("side_effect_start", node, {
    step: "KEEP",
    cs_code: "storage::CS_REGISTRY_V0",
    op: "REGISTER",
    store: "PARCELS",
    inputs: { key: "P-7" },
    effect_key: key,
  });
  run.say("side_effect_end", node, {
    step: "KEEP",
    outcome: "ALREADY_EXISTS",
    result: { address: "P-7" },
    change: { before: null, after: { lines: 1 } },
  });
  run.say("side_effect_start", node, {
    step: "SCAN",
    cs_code: "control::CS_WORKFLOW_GATEWAY_V0",
    op: "EXECUTE",
    store: null,
    inputs: {},
    effect_key: key,
  });
  const nested = new TrialRun(RETRY, "0.1", { run: "0", node, step: "SCAN" });
  run.happenings.push(
    ...nested.walk(["ACK", "SUCCESS", "SUCCESS"]).end("SUCCESS", "COMPLETED", "SUCCESS").happenings,
  );
  run.say("side_effect_end", node, { step: "SCAN", outcome: "SUCCESS", result: {} });
}

/** The same run, broken off in its third node. */
export function refusedRun(): readonly TraceEvent[] {
  const run = new TrialRun(PARCEL).walk(["ACK", "SUCCESS"]);
  run.say("error", "CC_REGISTER_PARCEL_V0", {
    error_code: "NO_TRANSITION",
    node_category: "CC",
    stage: "walk",
    facts: { outcome: "PARTIAL_FAILURE", workflow: PARCEL.workflow, routed: ["SUCCESS", "VIOLATION"] },
  });
  return run.end(null, "NO_TRANSITION").trace();
}

/** The same events as they come back from their lines. */
export function readBack(events: readonly TraceEvent[]): readonly TraceEvent[] {
  return events.map((event) => JSON.parse(canonical(event as unknown as JsonObject)) as TraceEvent);
}

export const HOSTILE = [
  "a | b || c",
  "`tick` ``` fence",
  "</code><script>alert(1)</script>",
  "line\nbreak\r\n## Heading",
  "![x](https://example.org/x.png) [y](javascript:alert(1))",
  "\\| \\` *bold* _it_ ~~no~~ <b>",
  "www.example.org https://example.org @someone",
  "\u202edesrever\u200b\u0000\u2028",
  " leading and trailing ",
  'end"]; click n0 "javascript:alert(1)"',
  "%%{init: {}}%%",
  "\"'><img src=x onerror=alert(1)>",
  "--></style></title><svg onload=alert(1)>&lt;&amp;",
  "```\n</pre>\n# out",
];

/** Every field the outside world can fill holds the text. */
export function hostileRun(text: string): { readonly events: readonly TraceEvent[]; readonly graph: Graph } {
  const graph: Graph = {
    workflow: text,
    start: text,
    nodes: [
      { key: text, type: "IN", label: text },
      { key: `${text}2`, type: "EXIT", label: text },
    ],
    edges: [{ from: text, to: `${text}2`, outcome: text }],
  };
  const run = new TrialRun(graph).walk([text]);
  run.say("violation", text, {
    violation_code: "INTENT_VIOLATION",
    field: text,
    constraint: text,
    actual: { [text]: text },
  });
  const effect = { step: text, cs_code: text, op: text, store: text, inputs: { [text]: text } };
  run.say("side_effect_start", text, { ...effect, effect_key: "" as never });
  run.say("side_effect_end", text, {
    step: text,
    outcome: text,
    result: {},
    change: { before: null, after: { [text]: text } },
  });
  const sides = { left: text, right: { [text]: text } };
  run.say("evaluation_end", text, { evaluation: text, condition: text, ...sides, outcome: text });
  run.say("event_announced", text, { event_code: text, payload: { [text]: text } });
  run.say("error", text, {
    error_code: "NO_TRANSITION",
    node_category: "CC",
    stage: "walk",
    step: text,
    facts: { outcome: text },
  });
  return { events: traceOf(run.end(text, text).happenings, text), graph };
}
