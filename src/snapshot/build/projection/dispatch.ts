/** `tokenized/<domain>/dispatch.json`: what happens next, by the numbers of workflows and contracts and the keys of nodes. */

import { isObject, type Json, type JsonObject, objectAt, own } from "../../../json/value.ts";
import {
  type Addresses,
  capabilityOf,
  type DomainArtifact,
  type DomainModel,
  nodesOf,
  stepsOf,
  textsIn,
  type WorkflowNode,
} from "./domain-artifacts.ts";

export function dispatchOf({ artifacts, addresses }: DomainModel): JsonObject {
  const ofKind = (kind: string) => artifacts.filter((one) => one.kind === kind);
  const table = (of: readonly DomainArtifact[], make: (one: DomainArtifact) => Json | null): JsonObject =>
    tableOf(of.map((one) => [String(addresses.of(one.fqdn)), make(one)]));
  const inForce = (one: DomainArtifact) => textsIn(own(one.frontmatter, "superseded_by")).length === 0;
  const workflows = ofKind("WF");
  return {
    admission: table(ofKind("IN").filter(inForce), admissionOf),
    bindings: table(workflows, (one) => nodeTable(one, (node) => boundInputs(node, one, addresses))),
    emits: table(workflows, (one) => nodeTable(one, (node) => emitsOf(node, one))),
    entry: table(workflows.filter(inForce), (one) => entryOf(one, addresses)),
    pipeline: table(ofKind("CC"), (one) => stepsOf(one).map((step) => pipelineStep(step, addresses))),
    projection_class: "machine_projection",
    routing: table(workflows, (one) =>
      nodeTable(one, (node) =>
        edges(node, one, addresses, ({ fqdn, key }) => fqdn && { addr: addresses.of(fqdn), key }),
      ),
    ),
    terminal: table(workflows, (one) =>
      nodeTable(one, (node) =>
        edges(node, one, addresses, ({ fqdn, key }) => fqdn === null && { exit: key, type: "EXIT" }),
      ),
    ),
  };
}

/** Without what there is nothing to say of. */
function tableOf(entries: readonly (readonly [string, Json | null])[]): JsonObject {
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (value === null || isEmpty(value) ? [] : [[key, value] as const])),
  );
}

function isEmpty(value: Json): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

function nodeTable(workflow: DomainArtifact, make: (node: WorkflowNode) => Json | null): JsonObject {
  return tableOf(nodesOf(workflow).map((node) => [node.key, make(node)]));
}

function admissionOf({ frontmatter }: DomainArtifact): JsonObject {
  const inputs = objectAt(objectAt(frontmatter, "core"), "inputs");
  return Object.fromEntries(
    Object.entries(inputs).map(([field, declared]) => {
      const { required, type } = isObject(declared) ? declared : {};
      return [field, { required: required === true, type: type ?? null }];
    }),
  );
}

function entryOf(workflow: DomainArtifact, addresses: Addresses): Json | null {
  const core = objectAt(workflow.frontmatter, "core");
  const start = nodesOf(workflow).find(({ key }) => key === own(core, "start_node"));
  const [binding] = textsIn(own(workflow.frontmatter, "runtime_binding"));
  if (start === undefined || start.fqdn === null) return null;
  return {
    actor: own(core, "actor_context") ?? null,
    rb: binding === undefined ? null : addresses.of(binding),
    start: addresses.of(start.fqdn),
    start_key: start.key,
  };
}

/** By the number of each transition of a node, what is made of the node that it leads to. */
function edges(
  { node }: WorkflowNode,
  workflow: DomainArtifact,
  addresses: Addresses,
  make: (target: WorkflowNode) => Json | null | "" | false,
): JsonObject {
  return tableOf(
    targets(node, workflow).map(([outcome, target]) => [
      String(addresses.of(`transition::${outcome}`)),
      make(target) || null,
    ]),
  );
}

function targets(node: JsonObject, workflow: DomainArtifact): readonly (readonly [string, WorkflowNode])[] {
  const byKey = new Map<Json, WorkflowNode>(nodesOf(workflow).map((one) => [one.key, one]));
  return Object.entries(objectAt(node, "next")).flatMap(([outcome, key]) => {
    const target = byKey.get(key);
    return target === undefined ? [] : [[outcome, target] as const];
  });
}

function emitsOf({ node }: WorkflowNode, workflow: DomainArtifact): JsonObject {
  return Object.fromEntries(
    targets(node, workflow).flatMap(([outcome, target]) => {
      const events = textsIn(own(target.node, "emit"));
      return events.length === 0 ? [] : [[outcome, events] as const];
    }),
  );
}

/** The inputs of a node, which read the results of contracts by their numbers. */
function boundInputs({ node }: WorkflowNode, workflow: DomainArtifact, addresses: Addresses): Json | null {
  const inputs = own(node, "inputs");
  if (inputs === undefined) return null;
  const byKey = new Map(nodesOf(workflow).map((one) => [one.key, one.fqdn]));
  return mapTexts(inputs, (text) =>
    text.replace(/^\$\.results\.([^.[]+)/, (whole, key: string) => {
      const contract = byKey.get(key);
      return contract == null ? whole : `$.results.${addresses.of(contract)}`;
    }),
  );
}

function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item: Json) => mapTexts(item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, mapTexts(child, change)]));
}

function pipelineStep(step: JsonObject, addresses: Addresses): JsonObject {
  const name = capabilityOf(step);
  const inputs = own(step, "inputs");
  const store = own(step, "store");
  return {
    addr: name === undefined ? null : addresses.of(name),
    inputs: store === undefined ? (inputs ?? null) : { ...objectAt(step, "inputs"), __store__: store },
    on_result: own(step, "on_result") ?? {},
    op: own(step, "side_effect") === undefined ? null : (own(step, "op") ?? null),
    outputs: own(step, "outputs") ?? {},
    step_id: own(step, "step") ?? null,
  };
}
