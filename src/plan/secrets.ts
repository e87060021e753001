/**
 * Which values must not reach the trace (SPEC 4.10). A contract names fields in `suppress_trace_fields`, a transform
 * those of its fields that are key material; this module follows them along the bindings, in both directions, to
 * every place of the workflow that holds the same value: other names, other nodes' results, the payload.
 */

import { type Expression, pathsIn } from "./expression.ts";
import type { Admission, Binding, ContractNode, NodeKey, PlanNode, Secrets, Space, Step } from "./plan.ts";

/** The location of a value: the data space, and the path inside it. */
export interface Location {
  readonly space: Space;
  readonly path: readonly string[];
}

export const spaces = {
  payload: "payload",
  admission: "admission",
  inputs: (node: NodeKey) => `inputs ${node}`,
  outputs: (node: NodeKey) => `outputs ${node}`,
  stepInputs: (node: NodeKey, step: string) => `step-inputs ${node} ${step}`,
  raw: (node: NodeKey, step: string) => `raw ${node} ${step}`,
  stepOutputs: (node: NodeKey, step: string) => `step-outputs ${node} ${step}`,
  operand: (node: NodeKey, evaluation: string, side: "left" | "right") => `${side} ${node} ${evaluation}`,
} as const;

interface Edge {
  readonly from: Location;
  readonly to: Location;
  /** The target is a list of values below the source. */
  readonly isList: boolean;
}

/** Null when nothing in the workflow is a secret. */
export function findSecrets(nodes: ReadonlyMap<NodeKey, PlanNode>, admission: Admission): Secrets | null {
  const contracts = [...nodes.values()].filter((node): node is ContractNode => node.type === "CC");
  const suppressing = contracts.filter((node) => node.contract.suppressed.size > 0);
  const drawn = new Set(contracts.flatMap(drawnIn));
  const material = contracts.flatMap(keyMaterial);
  if (suppressing.length + drawn.size + material.length === 0) return null;
  const edges = [...admissionEdges(admission), ...contracts.flatMap(edgesOf)];
  const operands = contracts.flatMap(operandEdges);
  const found = spread(
    [...suppressing.flatMap((node) => [...seeds(node), ...nestedSeeds(node)]), ...material],
    edges,
  );
  const paths = new Map<Space, string[][]>();
  // Nothing is bound from what an evaluation compares, so no secret is followed back from there.
  const compared = found.flatMap((one) => operands.flatMap(({ from, to }) => across(one, from, to, false)));
  for (const { space, path } of [...found, ...compared])
    paths.set(space, [...(paths.get(space) ?? []), [...path]]);
  return { paths, names: new Map(suppressing.map((node) => [node.key, node.contract.suppressed])), drawn };
}

/** The key material that the transforms of a contract declare. */
function keyMaterial({ key, contract }: ContractNode): readonly Location[] {
  return contract.steps.flatMap((step) =>
    step.kind === "effect"
      ? []
      : step.transform.secrets.flatMap((name) => [
          { space: spaces.stepInputs(key, step.name), path: [name] },
          { space: spaces.raw(key, step.name), path: [name] },
        ]),
  );
}

function drawnIn({ key, contract }: ContractNode): readonly Space[] {
  return contract.steps.flatMap((step) =>
    step.kind === "transform" && step.transform.draws === "secret" ? [spaces.raw(key, step.name)] : [],
  );
}

function seeds({ key, contract }: ContractNode): readonly Location[] {
  const own = [
    spaces.inputs(key),
    spaces.outputs(key),
    ...contract.steps.flatMap(({ name }) => [
      spaces.stepInputs(key, name),
      spaces.raw(key, name),
      spaces.stepOutputs(key, name),
    ]),
  ];
  return own.flatMap((space) => [...contract.suppressed].map((name) => ({ space, path: [name] })));
}

/** A suppressed name inside an object that the contract's bindings build or read: the value is there, too. */
function nestedSeeds(node: ContractNode): readonly Location[] {
  const { key, contract } = node;
  const own = [
    ...inputEdges(node).map(({ to }) => to),
    ...contract.steps.flatMap((step) => stepEdges(key, step).flatMap(({ from, to }) => [from, to])),
  ];
  return own.flatMap(({ space, path }) => {
    const depth = path.findIndex((name) => contract.suppressed.has(name));
    return depth === -1 ? [] : [{ space, path: path.slice(0, depth + 1) }];
  });
}

/** The values that a rule compares are also in the admission event. */
function admissionEdges(admission: Admission): readonly Edge[] {
  return (["requires", "forbids"] as const).flatMap((kind) =>
    admission[kind].flatMap(({ bindings }, i) =>
      bindings.map(({ eventField, payloadField }) => ({
        from: { space: spaces.payload, path: [payloadField] },
        to: { space: spaces.admission, path: [kind, String(i), "where", eventField] },
        isList: false,
      })),
    ),
  );
}

function edgesOf(node: ContractNode): readonly Edge[] {
  return [...inputEdges(node), ...node.contract.steps.flatMap((step) => stepEdges(node.key, step))];
}

function inputEdges({ key, inputs }: ContractNode): readonly Edge[] {
  return bound(inputs, spaces.inputs(key), (root, path) => nodeScope(root, path));
}

function nodeScope(root: string, path: readonly string[]): Location | undefined {
  if (root === "payload") return { space: spaces.payload, path };
  const [node, ...rest] = path;
  return root === "results" && node !== undefined ? { space: spaces.outputs(node), path: rest } : undefined;
}

function stepEdges(node: NodeKey, step: Step): readonly Edge[] {
  const { name } = step;
  const scope = (root: string, path: readonly string[]) => stepScope(node, name, root, path);
  return [
    ...bound(step.inputs, spaces.stepInputs(node, name), scope),
    ...bound(step.outputs, spaces.stepOutputs(node, name), scope),
    ...step.outputs.map((output) => ({
      from: { space: spaces.stepOutputs(node, name), path: [output.name] },
      to: { space: spaces.outputs(node), path: [output.name] },
      isList: false,
    })),
  ];
}

function stepScope(node: NodeKey, step: string, root: string, path: readonly string[]): Location | undefined {
  if (root === "inputs" || root === "payload") return { space: spaces.inputs(node), path };
  if (root === "capability_result") return { space: spaces.raw(node, step), path };
  // The whole raw result or its field `value`: in both cases everything below the path.
  if (root === "capability_value") return { space: spaces.raw(node, step), path };
  const [of, ...rest] = path;
  if (of === undefined) return undefined;
  if (root === "results") return { space: spaces.stepOutputs(node, of), path: rest };
  if (root === "raw") return { space: spaces.raw(node, of), path: rest };
  return undefined;
}

/** From the values that an evaluation can read to its two sides. */
function operandEdges({ key, contract }: ContractNode): readonly Edge[] {
  return contract.steps.flatMap(({ name: step, onResult }) =>
    [...onResult.values()].flatMap((action) => {
      if (action.do !== "evaluate") return [];
      const { condition } = action.evaluation;
      return (["left", "right"] as const).flatMap((side) =>
        pathsIn(condition[side]).flatMap(({ root, segments }) => {
          const from = conditionScope(key, step, root, segments.map(String));
          const to = { space: spaces.operand(key, action.name, side), path: [] };
          return from === undefined ? [] : [{ from, to, isList: false }];
        }),
      );
    }),
  );
}

/** What a step sees, or else what the contract has published so far under the name. */
function conditionScope(
  node: NodeKey,
  step: string,
  root: string,
  path: readonly string[],
): Location | undefined {
  if (root === "capability_status") return undefined;
  return stepScope(node, step, root, path) ?? { space: spaces.outputs(node), path: [root, ...path] };
}

function bound(
  bindings: readonly Binding[],
  space: Space,
  locate: (root: string, path: readonly string[]) => Location | undefined,
): readonly Edge[] {
  return bindings.flatMap(({ name, source }) =>
    leaves(source, [name]).flatMap(({ path, root, segments, isList }) => {
      const from = locate(root, segments);
      return from === undefined ? [] : [{ from, to: { space, path }, isList }];
    }),
  );
}

interface Leaf {
  readonly path: readonly string[];
  readonly root: string;
  readonly segments: readonly string[];
  readonly isList: boolean;
}

/** Every path of the expression, with the location of its value in the result. */
function leaves(source: Expression, path: readonly string[]): readonly Leaf[] {
  if (source.kind === "object")
    return source.members.flatMap(([key, member]) => leaves(member, [...path, key]));
  if (source.kind === "array") return source.items.flatMap((item, i) => leaves(item, [...path, String(i)]));
  const isList = source.kind === "query";
  return pathsIn(source).map(({ root, segments }) => ({ path, root, segments: segments.map(String), isList }));
}

/** A cycle of the graph may nest a value deeper and deeper; below this depth, redaction compares only values. */
const MAX_PATH = 32;

/** Every location that holds the same value as a seed, or part of it. */
function spread(from: readonly Location[], edges: readonly Edge[]): readonly Location[] {
  const found = new Map<string, Location>();
  const queue = [...from];
  for (let location = queue.pop(); location !== undefined; location = queue.pop()) {
    const id = JSON.stringify([location.space, location.path]);
    if (found.has(id) || location.path.length > MAX_PATH) continue;
    found.set(id, location);
    for (const { from, to, isList } of edges) {
      for (const one of across(location, from, to, isList)) queue.push(one);
      for (const one of across(location, to, from, isList)) queue.push(one);
    }
  }
  return [...found.values()];
}

/**
 * The location after one binding: the same place below the target, or the whole target if it contains the source or is
 * a list.
 */
function across(location: Location, source: Location, target: Location, isList: boolean): readonly Location[] {
  if (location.space !== source.space) return [];
  const common = Math.min(location.path.length, source.path.length);
  if (location.path.slice(0, common).some((part, i) => part !== source.path[i])) return [];
  const below = isList ? [] : location.path.slice(source.path.length);
  return [{ space: target.space, path: [...target.path, ...below] }];
}
