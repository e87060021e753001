/** The graph of a workflow, as `behavior_logic/<WF>/<WF>.graph.json` holds it. */

import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { codeOf } from "../fqdn.ts";
import { AuthorError, type AuthoredArtifact, pipeline, section } from "./authored.ts";

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly condition: string;
}

/**
 * File path, contents, and the paths through the graph; paths that would need more than `LISTED` entries are omitted.
 * @throws AuthorError when an edge leads nowhere or back
 */
export function behaviourGraph(
  workflow: AuthoredArtifact,
  artifacts: readonly AuthoredArtifact[],
): readonly [file: string, graph: JsonObject, ways: Ways] {
  const code = codeOf(workflow.fqdn);
  const entry = own(section(workflow, "core"), "start_node");
  if (typeof entry !== "string") throw new AuthorError(workflow.source, 1, "core.start_node is not a text");
  const nodes = section(workflow, "core", "nodes");
  const keys = Object.keys(nodes).sort();
  const byName = new Map<Json, AuthoredArtifact>(artifacts.map((one) => [one.fqdn, one]));
  const edges = keys.flatMap((key) => edgesFrom(key, section(workflow, "core", "nodes", key)));
  const graph = {
    wf_id: code,
    entry,
    nodes: keys.map((key) => graphNode(key, section(workflow, "core", "nodes", key), byName)),
    edges: edges.map(({ from, to, condition }) => ({ from, to, condition })),
  };
  const ways = waysThrough(workflow, entry, edges);
  const listed = ways.places <= LISTED ? { execution_paths: [...ways.list()] } : {};
  return [`behavior_logic/${code}/${code}.graph.json`, { ...graph, ...listed }, ways];
}

function edgesFrom(from: string, node: JsonObject): readonly Edge[] {
  const next = own(node, "next");
  if (!isObject(next)) return [];
  return Object.keys(next)
    .sort()
    .map((condition) => ({ from, to: String(next[condition]), condition }));
}

function graphNode(key: string, node: JsonObject, artifacts: ReadonlyMap<Json, AuthoredArtifact>): JsonObject {
  const type = own(node, "type") ?? null;
  const contract = artifacts.get(own(node, "fqdn_id") ?? null);
  if (type !== "CC" || contract === undefined) return { id: key, type };
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

/** Counted without being listed: there may be 2^n of them. @throws AuthorError when an edge leads nowhere or back */
function waysThrough(workflow: AuthoredArtifact, entry: string, edges: readonly Edge[]): Ways {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  const targets = (key: string) => next.get(key) ?? NOWHERE;
  const order = inwards(workflow, entry, targets);
  const counts = new Map<string, { readonly count: number; readonly places: number }>();
  for (const key of order) {
    const behind = [...targets(key)].map((to) => counts.get(to) ?? { count: 0, places: 0 });
    const count = behind.length === 0 ? 1 : behind.reduce((sum, one) => sum + one.count, 0);
    counts.set(key, { count, places: behind.reduce((sum, one) => sum + one.places, count) });
  }
  const { count, places } = counts.get(entry) ?? { count: 0, places: 0 };
  const leads = (from: Json | undefined, to: Json) => targets(String(from)).has(String(to));
  return {
    count,
    places,
    has: (keys) =>
      keys[0] === entry &&
      keys.every((key, i) => i === 0 || leads(keys[i - 1], key)) &&
      targets(String(keys.at(-1))).size === 0,
    list: () => listed(entry, targets),
  };
}

const NOWHERE: ReadonlySet<string> = new Set();

type Targets = (key: string) => ReadonlySet<string>;

function* listed(entry: string, targets: Targets): Generator<string[]> {
  const path: string[] = [];
  const waiting = [{ key: entry, depth: 0 }];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    path.length = one.depth;
    path.push(one.key);
    const next = [...targets(one.key)];
    if (next.length === 0) yield [...path];
    for (const key of next.reverse()) waiting.push({ key, depth: one.depth + 1 });
  }
}

/** The nodes that the entry leads to, each behind all that it leads to. */
function inwards(workflow: AuthoredArtifact, entry: string, targets: Targets): readonly string[] {
  const nodes = section(workflow, "core", "nodes");
  const refuse = (what: string) => new AuthorError(workflow.source, 1, what);
  const order = new Set<string>();
  const open = new Set<string>();
  const waiting = [entry];
  for (let key = waiting.at(-1); key !== undefined; key = waiting.at(-1)) {
    const next = [...targets(key)];
    if (!open.has(key) && !order.has(key)) {
      const lost = next.find((to) => !Object.hasOwn(nodes, to));
      if (lost !== undefined) throw refuse(`${key} leads to ${lost}, which is not a node`);
      open.add(key);
      const back = next.find((to) => open.has(to));
      if (back !== undefined) throw refuse(`${back} leads back to itself`);
      for (const to of next) if (!order.has(to)) waiting.push(to);
    } else {
      waiting.pop();
      open.delete(key);
      order.add(key);
    }
  }
  return [...order];
}
