/** The graph of a workflow, as `behavior_logic/<WF>/<WF>.graph.json` holds it. */

import { isObject, type Json, type JsonObject, own } from "../json.ts";
import { AuthorError, type AuthoredArtifact, pipeline, section } from "./authored.ts";
import { codeOf } from "./fqdn.ts";

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly condition: string;
}

/** Path and contents. @throws AuthorError when an edge leads nowhere or back */
export function behaviourGraph(
  workflow: AuthoredArtifact,
  artifacts: readonly AuthoredArtifact[],
): readonly [string, JsonObject] {
  const code = codeOf(workflow.fqdn);
  const entry = own(section(workflow, "core"), "start_node");
  if (typeof entry !== "string") throw new AuthorError(workflow.source, 1, "core.start_node is not a text");
  const nodes = section(workflow, "core", "nodes");
  const keys = Object.keys(nodes).sort();
  const edges = keys.flatMap((key) => edgesFrom(key, section(workflow, "core", "nodes", key)));
  const graph = {
    wf_id: code,
    entry,
    nodes: keys.map((key) => graphNode(key, section(workflow, "core", "nodes", key), artifacts)),
    edges: edges.map(({ from, to, condition }) => ({ from, to, condition })),
    execution_paths: executionPaths(workflow, entry, edges),
  };
  return [`behavior_logic/${code}/${code}.graph.json`, graph];
}

function edgesFrom(from: string, node: JsonObject): readonly Edge[] {
  const next = own(node, "next");
  if (!isObject(next)) return [];
  return Object.keys(next)
    .sort()
    .map((condition) => ({ from, to: String(next[condition]), condition }));
}

function graphNode(key: string, node: JsonObject, artifacts: readonly AuthoredArtifact[]): JsonObject {
  const type = own(node, "type") ?? null;
  const contract = artifacts.find(({ fqdn }) => fqdn === own(node, "fqdn_id"));
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

/** Every way from the entry to an exit, as node keys; two outcomes that lead the same way are one. */
function executionPaths(workflow: AuthoredArtifact, entry: string, edges: readonly Edge[]): string[][] {
  const nodes = section(workflow, "core", "nodes");
  const refuse = (what: string) => new AuthorError(workflow.source, 1, what);
  const walk = (passed: readonly string[], key: string): string[][] => {
    if (passed.includes(key)) throw refuse(`${key} leads back to itself`);
    const path = [...passed, key];
    const next = new Set(edges.filter(({ from }) => from === key).map(({ to }) => to));
    const lost = [...next].find((to) => !Object.hasOwn(nodes, to));
    if (lost !== undefined) throw refuse(`${key} leads to ${lost}, which is no node`);
    return next.size === 0 ? [path] : [...next].flatMap((to) => walk(path, to));
  };
  return walk([], entry);
}
