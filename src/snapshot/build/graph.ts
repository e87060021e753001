/** The graph of a workflow, as `behavior_logic/<WF>/<WF>.graph.json` holds it. */

import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { codeOf } from "../fqdn.ts";
import type { Path } from "../hint.ts";
import { type AuthoredArtifact, pipeline, section } from "./authored.ts";
import { domainOfFile } from "./domain.ts";
import type { TreeForm } from "./identity.ts";
import { moduleNode } from "./module-projection.ts";

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly condition: string;
}

/** An edge that leads nowhere, or back to a node that led to it; or there is no start. */
export interface GraphFlaw {
  readonly what: "NO_START" | "LOST" | "CYCLE";
  readonly path: Path;
  /** The node that the edge leads to. */
  readonly to: string;
}

export interface BehaviourGraph {
  /** Below the snapshot. */
  readonly file: string;
  readonly graph: JsonObject;
  readonly ways: Ways;
}

/** The graph; paths that would need more than `LISTED` entries are omitted from it. */
export function behaviourGraph(
  workflow: AuthoredArtifact,
  artifacts: readonly AuthoredArtifact[],
  form: TreeForm = "own",
): BehaviourGraph | { readonly flaws: readonly GraphFlaw[] } {
  const code = codeOf(workflow.fqdn);
  const entry = own(section(workflow, "core"), "start_node");
  const nodes = section(workflow, "core", "nodes");
  if (typeof entry !== "string") return { flaws: [{ what: "NO_START", path: ["core", "start_node"], to: "" }] };
  const keys = Object.keys(nodes).sort();
  const byName = new Map<Json, AuthoredArtifact>(artifacts.map((one) => [one.fqdn, one]));
  const edges = keys.flatMap((key) => edgesFrom(key, section(workflow, "core", "nodes", key)));
  const graph = {
    wf_id: code,
    entry,
    nodes: keys.map((key) => graphNode(key, section(workflow, "core", "nodes", key), byName, form)),
    edges: edges.map(({ from, to, condition }) => ({ from, to, condition })),
  };
  const ways = waysThrough(nodes, entry, edges, form);
  if ("flaws" in ways) return ways;
  const listed = ways.places <= LISTED ? { execution_paths: [...ways.list()] } : {};
  return { file: graphFileOf(workflow), graph: { ...graph, ...listed }, ways };
}

/** Where the graph of a workflow belongs, below the snapshot. */
export function graphFileOf({ fqdn, file }: AuthoredArtifact): string {
  const domain = domainOfFile(file);
  const code = codeOf(fqdn);
  return `behavior_logic/${domain === null ? "" : `${domain}/`}${code}/${code}.graph.json`;
}

function edgesFrom(from: string, node: JsonObject): readonly Edge[] {
  const next = own(node, "next");
  if (!isObject(next)) return [];
  return Object.keys(next)
    .sort()
    .map((condition) => ({ from, to: String(next[condition]), condition }));
}

function graphNode(
  key: string,
  node: JsonObject,
  artifacts: ReadonlyMap<Json, AuthoredArtifact>,
  form: TreeForm,
): JsonObject {
  const type = own(node, "type") ?? null;
  const contract = artifacts.get(own(node, "fqdn_id") ?? null);
  if (type !== "CC" || contract === undefined) return { id: key, type };
  if (form !== "own") return moduleNode(key, node, contract, artifacts, form === "assembled");
  const steps = pipeline(contract).map(graphStep);
  return {
    id: key,
    type,
    cc_code: codeOf(contract.fqdn),
    capability: steps[0]?.fqdn ?? null,
    capability_type: steps[0]?.kind ?? null,
    projection: { steps: steps.map((step) => ({ ...step })) },
    input_bindings: { type: "wf_boundary", bindings: own(node, "inputs") ?? {} },
  };
}

function graphStep(step: JsonObject) {
  const transform = own(step, "transform");
  const inputs = own(step, "inputs");
  const outputs = own(step, "outputs");
  return {
    id: own(step, "step") ?? null,
    kind: transform === undefined ? "CS" : "CT",
    fqdn: transform ?? own(step, "side_effect") ?? null,
    ops: [own(step, "op")].filter((op): op is Json => op !== undefined),
    bindings: inputs ?? {},
    inputs: isObject(inputs) ? Object.keys(inputs).sort() : [],
    outputs: isObject(outputs) ? Object.keys(outputs).sort() : [],
  };
}

/** The maximum number of node keys in all listed paths. */
const LISTED = 100_000;

/** The paths from the entry to an exit; two outcomes with the same target count once. */
export interface Ways {
  readonly count: number;
  /** The number of node keys in a list of all paths. */
  readonly places: number;
  /** Whether the keys are one of them. */
  has(keys: readonly Json[]): boolean;
  /** As node keys, one after the other. */
  list(): Iterable<string[]>;
}

/** Counted without being listed: there may be 2^n of them. In a tree of modules, two outcomes with the same target count twice. */
function waysThrough(
  nodes: JsonObject,
  entry: string,
  edges: readonly Edge[],
  form: TreeForm,
): Ways | { readonly flaws: readonly GraphFlaw[] } {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const known = next.get(from) ?? [];
    next.set(from, known);
    if (form !== "own" || !known.includes(to)) known.push(to);
  }
  const targets = (key: string) => next.get(key) ?? NOWHERE;
  const { order, wrong } = inwards(nodes, entry, targets);
  if (wrong.length > 0) {
    const flaws = wrong.flatMap(({ what, from, to }) =>
      edges
        .filter((edge) => edge.from === from && edge.to === to)
        .map(({ condition }) => ({ what, path: ["core", "nodes", from, "next", condition], to })),
    );
    return { flaws };
  }
  const counts = new Map<string, { readonly count: number; readonly places: number }>();
  for (const key of order) {
    const behind = targets(key).map((to) => counts.get(to) ?? { count: 0, places: 0 });
    const count = behind.length === 0 ? 1 : behind.reduce((sum, one) => sum + one.count, 0);
    counts.set(key, { count, places: behind.reduce((sum, one) => sum + one.places, count) });
  }
  const { count, places } = counts.get(entry) ?? { count: 0, places: 0 };
  const leads = (from: Json | undefined, to: Json) => targets(String(from)).includes(String(to));
  return {
    count,
    places,
    has: (keys) =>
      keys[0] === entry &&
      keys.every((key, i) => i === 0 || leads(keys[i - 1], key)) &&
      targets(String(keys.at(-1))).length === 0,
    list: () => listed(entry, targets),
  };
}

const NOWHERE: readonly string[] = [];

type Targets = (key: string) => readonly string[];

function* listed(entry: string, targets: Targets): Generator<string[]> {
  const path: string[] = [];
  const waiting = [{ key: entry, depth: 0 }];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    path.length = one.depth;
    path.push(one.key);
    const next = targets(one.key);
    if (next.length === 0) yield [...path];
    for (const key of [...next].reverse()) waiting.push({ key, depth: one.depth + 1 });
  }
}

interface WrongEdge {
  readonly what: "LOST" | "CYCLE";
  readonly from: string;
  readonly to: string;
}

interface Inwards {
  readonly order: readonly string[];
  readonly wrong: readonly WrongEdge[];
}

/** The nodes that the entry leads to, each behind all that it leads to; and the edges that lead nowhere, or back. */
function inwards(nodes: JsonObject, entry: string, targets: Targets): Inwards {
  const order = new Set<string>();
  const open = new Set<string>();
  const wrong: WrongEdge[] = [];
  const waiting = [entry];
  for (let key = waiting.at(-1); key !== undefined; key = waiting.at(-1)) {
    if (!open.has(key) && !order.has(key)) {
      open.add(key);
      for (const to of new Set(targets(key))) {
        if (!Object.hasOwn(nodes, to)) wrong.push({ what: "LOST", from: key, to });
        else if (open.has(to)) wrong.push({ what: "CYCLE", from: key, to });
        else if (!order.has(to)) waiting.push(to);
      }
    } else {
      waiting.pop();
      open.delete(key);
      order.add(key);
    }
  }
  return { order: [...order], wrong };
}
