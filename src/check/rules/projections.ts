/** The tokenized projection beside the snapshot. */

import { pointer } from "../../json/pointer.ts";
import { isObject, type Json, type JsonObject, objectAt, own } from "../../json/value.ts";
import type { CompiledWorkflow } from "../../plan/analysis/compiled-snapshot.ts";
import { namespaceOf, qualify } from "../../snapshot/fqdn.ts";
import type { StepTable, WorkflowTable } from "../../snapshot/parse.ts";
import { byName, type Place, type Projection, unlike } from "../analysis/projection.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
import { type Found, rule } from "../rule.ts";

export const tokenizedDiffers = rule({
  id: "tokenized-differs",
  about:
    "Require that the tokenized projection matches the artifacts; otherwise two runtimes run different protocols",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_WF_NODE_KEY_BINDING_UNIQUE_V0"],
  hint: "generate the projection again",
  *check(subject) {
    for (const projection of subject.projections) {
      yield* vocabulary(projection);
      yield* missing(projection, subject);
      yield* pipelines(projection, subject);
      yield* workflows(projection, subject);
      yield* handlers(projection, subject);
    }
  },
});

function found(file: string, path: Place, name: string): Found {
  const message = `the projection of ${name} differs from its artifact`;
  return { file, pointer: pointer(path), facts: { name }, message };
}

function* vocabulary({ folder, names, addresses }: Projection): Generator<Found> {
  for (const [address, name] of names) {
    if (Number(own(addresses, name)) === address) continue;
    const file = `${folder.replace("tokenized", "vocabulary")}/reverse.json`;
    const message = `${name} has the address ${address} in one direction and another address in the other`;
    yield { file, pointer: pointer([name]), facts: { name }, message };
  }
}

/** What the scope has an address for, and does not project. */
function* missing(
  { folder, dispatch, handlers, names }: Projection,
  { entries }: SnapshotModel,
): Generator<Found> {
  for (const [address, name] of names) {
    const place = PLACES.get(entries.get(name)?.word ?? "");
    if (place === undefined) continue;
    const [file, part] = place;
    const projected = objectAt(file === "dispatch" ? dispatch : handlers, part);
    if (Object.hasOwn(projected, String(address))) continue;
    const message = `the projection has no ${name}`;
    yield { file: `${folder}/${file}.json`, pointer: pointer([part]), facts: { name }, message };
  }
}

/** Where the projection keeps artifacts of a kind, by their addresses. */
const PLACES: ReadonlyMap<string, readonly [file: "dispatch" | "handlers", part: string]> = new Map([
  ["WF", ["dispatch", "entry"]],
  ["CC", ["dispatch", "pipeline"]],
  ["CT", ["handlers", "ct"]],
  ["CS", ["handlers", "cs"]],
  ["RB", ["handlers", "rb_policy"]],
]);

const NO_NODES: ReadonlyMap<string, string> = new Map();

function* pipelines({ folder, dispatch, names }: Projection, subject: SnapshotModel): Generator<Found> {
  for (const { address, name = address, value } of byName(dispatch, "pipeline", names)) {
    const contract = subject.contract(name);
    const steps = (contract?.table.steps ?? []).map(projectedStep);
    const wrong = contract === undefined ? [] : unlike(steps, value as Json, names, NO_NODES);
    if (wrong !== undefined) yield found(`${folder}/dispatch.json`, ["pipeline", address, ...wrong], name);
  }
}

/** A step as the projection has it: the store among the inputs, an operation only where it chooses one. */
function projectedStep({
  name,
  transform,
  sideEffect,
  op,
  store,
  inputs,
  outputs,
  onResult,
}: StepTable): JsonObject {
  return {
    step_id: name,
    addr: transform ?? sideEffect,
    op: transform === null ? op : null,
    inputs: store === null ? inputs : { ...inputs, __store__: store },
    outputs,
    on_result: Object.fromEntries(onResult),
  };
}

/** Releases up to 0.4 project a node as the address of its contract alone: no `start_key`, no `key` of a route. */
function isByContract(dispatch: JsonObject): boolean {
  return !Object.values(objectAt(dispatch, "entry")).some(
    (entry) => isObject(entry) && Object.hasOwn(entry, "start_key"),
  );
}

function* workflows({ folder, dispatch, names }: Projection, subject: SnapshotModel): Generator<Found> {
  const file = `${folder}/dispatch.json`;
  const byContract = isByContract(dispatch);
  for (const { address, name = address } of byName(dispatch, "entry", names)) {
    const workflow = subject.workflows.find(({ artifact }) => artifact.fqdn === name);
    if (workflow === undefined) {
      yield found(file, ["entry", address], name);
      continue;
    }
    const nodes = contractsByNode(workflow);
    const { table } = workflow;
    const start = nodes.get(table.start);
    const startKey = byContract ? {} : { start_key: table.start };
    const entry = { start: start ?? null, ...startKey, rb: table.runtimeBinding };
    const said = objectAt(objectAt(dispatch, "entry"), address);
    const wrong = start === undefined ? undefined : unlike(entry, said, names, nodes);
    if (wrong !== undefined) yield found(file, ["entry", address, ...wrong], name);
    const projected = objectAt(objectAt(dispatch, "bindings"), address);
    const bound = byContract
      ? misboundByContract(table, nodes, projected, names)
      : unlike(inputsByNode(table), projected, names, nodes);
    if (bound !== undefined) yield found(file, ["bindings", address, ...bound], name);
    for (const path of misrouted(workflow, nodes, objectAt(objectAt(dispatch, "routing"), address), names)) {
      yield found(file, ["routing", address, ...path], name);
    }
  }
}

function inputsByNode({ nodes }: WorkflowTable): JsonObject {
  return Object.fromEntries(nodes.flatMap(({ key, inputs }) => (inputs === null ? [] : [[key, inputs]])));
}

/** Nodes of one contract have one address: what is bound there is right when it is that of any of them. */
function misboundByContract(
  table: WorkflowTable,
  contracts: ReadonlyMap<string, string>,
  projected: JsonObject,
  names: Projection["names"],
): Place | undefined {
  for (const { key, inputs } of table.nodes) {
    if (inputs === null) continue;
    const address = String(addressOf(contracts.get(key), names));
    const alike = table.nodes.filter((node) => contracts.get(node.key) === contracts.get(key));
    const wrong = alike.map((node) => unlike(node.inputs ?? {}, own(projected, address), names, contracts));
    if (!wrong.includes(undefined)) return [address, ...(wrong[0] ?? [])];
  }
  return undefined;
}

/** Node key -> full name of its contract or intent. */
function contractsByNode({ artifact, table }: CompiledWorkflow): ReadonlyMap<string, string> {
  const namespace = namespaceOf(artifact.fqdn);
  return new Map(
    table.nodes.flatMap(({ key, code }) => (code === null ? [] : [[key, qualify(code, namespace)]])),
  );
}

/** Two nodes of one contract have one address: a route is right when it is that of either. */
function* misrouted(
  { table }: CompiledWorkflow,
  nodes: ReadonlyMap<string, string>,
  routing: JsonObject,
  names: Projection["names"],
): Generator<Place> {
  const isExit = (key: string) => table.nodes.find((node) => node.key === key)?.type === "EXIT";
  for (const [address, routes] of Object.entries(routing)) {
    const own_nodes = table.nodes.filter(({ key }) => nodes.get(key) === names.get(Number(address)));
    for (const [condition, target] of Object.entries(isObject(routes) ? routes : {})) {
      const outcome = names.get(Number(condition))?.split("::").at(-1) ?? "";
      const isRight = own_nodes.some(({ next }) => isTarget(target, next.get(outcome), nodes, names));
      if (!isRight) yield [address, condition];
    }
  }
  for (const { key, next } of table.nodes) {
    const address = addressOf(nodes.get(key), names);
    for (const [outcome, to] of address === undefined ? [] : next) {
      const routes = objectAt(routing, String(address));
      const isSaid = Object.keys(routes).some((one) => names.get(Number(one))?.endsWith(`::${outcome}`));
      if (!isSaid && !isExit(to)) yield [String(address)];
    }
  }
}

/** Whether a projected route leads to the node. */
function isTarget(
  target: Json,
  node: string | undefined,
  nodes: ReadonlyMap<string, string>,
  names: Projection["names"],
): boolean {
  const address = isObject(target) ? own(target, "addr") : target;
  const isNode = !isObject(target) || own(target, "key") === node;
  return isNode && node !== undefined && typeof address === "number" && names.get(address) === nodes.get(node);
}

function addressOf(name: string | undefined, names: Projection["names"]): number | undefined {
  return [...names].find(([, one]) => one === name)?.[0];
}

function* handlers({ folder, handlers: all, names }: Projection, { entries }: SnapshotModel): Generator<Found> {
  const file = `${folder}/handlers.json`;
  for (const [kind, field] of [
    ["ct", "ct_ir"],
    ["cs", "cs_ir"],
  ] as const) {
    for (const { address, name = address, value } of byName(all, kind, names)) {
      const ir = own(entries.get(name)?.envelope ?? {}, field) ?? null;
      const wrong = unlike(ir, own(value as JsonObject, field) ?? (value as Json), names, NO_NODES);
      if (wrong !== undefined) yield found(file, [kind, address, ...wrong], name);
    }
  }
  for (const { address, name = address, value } of byName(all, "rb_policy", names)) {
    const bindings = objectAt(objectAt(entries.get(name)?.frontmatter ?? {}, "core"), "bindings");
    const should = Object.fromEntries(
      Object.entries(bindings).map(([effect, bound]) => [effect, ownPolicy(bound)]),
    );
    const is = Object.fromEntries(
      Object.entries(value).map(([effect, bound]) => [
        names.get(Number(effect)) ?? effect,
        ownPolicy(bound as Json),
      ]),
    );
    const wrong = unlike(should, is, names, NO_NODES);
    if (wrong !== undefined) yield found(file, ["rb_policy", address], name);
  }
}

/** The policy without what the projection adds to it from elsewhere. */
function ownPolicy(bound: Json): Json {
  const { policy, config = null } = isObject(bound) ? bound : {};
  if (!isObject(policy ?? null)) return { config };
  const { storage_structure_artifact: _, module_data_root: __, ...declared } = policy as JsonObject;
  return { policy: declared, config };
}
