/** Every path that a binding follows, with where it stands and what it can reach there. */

import type { Path } from "../../snapshot/hint.ts";
import { pathsIn, type Segment } from "../expression.ts";
import type { Contract, ContractNode, Evaluation, Plan } from "../plan.ts";
import { ANYTHING, admitted, below, type Reach, type Value } from "./abstract-value.ts";
import type { AnalysedContract, CompiledSnapshot } from "./compiled-snapshot.ts";
import type { ContractFlow, StepFlow } from "./contract-flow.ts";
import { memoize } from "./memoize.ts";

export interface BoundPath {
  /** As written. */
  readonly text: string;
  readonly root: string;
  readonly segments: readonly Segment[];
  /** The binding's place below the frontmatter. */
  readonly at: Path;
  readonly reach: Reach;
}

/** The paths of a step's inputs, or of its outputs. */
export function stepPaths(flow: StepFlow, side: "inputs" | "outputs"): readonly BoundPath[] {
  return pathsOfStep(flow)[side];
}

const pathsOfStep = memoize(({ step, inputReach, outputReach }: StepFlow) => {
  const bound = (side: "inputs" | "outputs", reach: Reach): readonly BoundPath[] =>
    step[side].flatMap(({ name, source }) =>
      pathsIn(source).map((path) => ({
        ...path,
        at: ["core", "pipeline", step.index, side, name, ...path.at],
        reach,
      })),
    );
  return { inputs: bound("inputs", inputReach), outputs: bound("outputs", outputReach) };
});

/** An evaluation where a step asks it. */
export interface Asked {
  readonly name: string;
  readonly evaluation: Evaluation;
  /** What its condition sees: what the step sees, and what was published, by its bare name. */
  readonly reach: Reach;
}

export function evaluationsAsked(contract: Contract, flow: ContractFlow): readonly Asked[] {
  return contract.steps.flatMap((step, i) => {
    const seen = publishedUpTo(i, flow);
    const reach: Reach = (root, segments) => {
      const value = seen.get(root);
      return flow.steps[i]?.outputReach(root, segments) ?? (value && below(value, segments));
    };
    const actions = [...step.onResult.values()];
    return actions.flatMap((action) => (action.do === "evaluate" ? [{ ...action, reach }] : []));
  });
}

/** The paths in the conditions that a contract's steps ask. */
export function conditionPaths(contract: Contract, flow: ContractFlow): readonly BoundPath[] {
  return evaluationsAsked(contract, flow).flatMap(({ name, evaluation: { condition }, reach }) =>
    [condition.left, condition.right]
      .flatMap((operand) => pathsIn(operand))
      .map((path) => ({ ...path, at: ["core", "evaluation", name, "condition"], reach })),
  );
}

function publishedUpTo(index: number, { steps }: ContractFlow): ReadonlyMap<string, Value> {
  return new Map(steps.slice(0, index + 1).flatMap(({ mapped }) => [...mapped]));
}

/** What the intent lets through; null where there is none. */
const payloadOf = memoize(({ nodes, start }: Plan): Value | null => {
  const node = nodes.get(start);
  const spec = node?.type === "IN" ? node.intent?.spec : undefined;
  return spec === undefined ? null : admitted(spec);
});

/** What a node's bindings see: the payload that its workflow's intent lets through, and what other nodes publish. */
export function nodeReach(plan: Plan, { contract }: CompiledSnapshot): Reach {
  const payload = payloadOf(plan);
  return (root, segments) => {
    if (root === "payload") return payload === null ? ANYTHING : below(payload, segments);
    const [key, ...rest] = segments;
    const node = plan.nodes.get(String(key));
    if (node?.type !== "CC") return undefined;
    if (root === "outcomes") return ANYTHING;
    const of = contract(node.contract.fqdn);
    const fields = of?.flow?.published;
    return fields === undefined ? ANYTHING : below({ types: ["object"], fields }, rest);
  };
}

/** The paths of a node's inputs. A node without any takes the payload's fields, which it does not write down. */
export function nodePaths({ key, inputs }: ContractNode, reach: Reach): readonly BoundPath[] {
  return inputs.flatMap(({ name, source }) =>
    pathsIn(source).map((path) => ({ ...path, at: ["core", "nodes", key, "inputs", name, ...path.at], reach })),
  );
}

/** Every node that runs a contract, with the plan it stands in. */
export const contractNodes = memoize(({ contracts }: CompiledSnapshot) =>
  contracts.flatMap(({ uses }) => uses),
);

/** The contracts that compile, with what they and their steps hold. */
export function flowing({ contracts }: CompiledSnapshot) {
  return contracts.filter(
    (one): one is AnalysedContract & { readonly contract: Contract; readonly flow: ContractFlow } =>
      one.contract !== null && one.flow !== null,
  );
}
