/** The records that workflows write for events: where, for which event, and what is known of them. */

import { targetOf } from "../../capabilities/effect.ts";
import type { Artifact } from "../../snapshot/artifact.ts";
import type { Path } from "../../snapshot/hint.ts";
import type { ContractNode, NodeKey, Plan } from "../plan.ts";
import { ANYTHING, infer, type Reach, record, typed, type Value } from "./abstract-value.ts";
import { nodeReach } from "./bindings.ts";
import type { AnalysedContract, CompiledSnapshot, CompiledWorkflow } from "./compiled-snapshot.ts";
import { contractFlow } from "./contract-flow.ts";
import { memoize } from "./memoize.ts";
import { atEntry, type Outputs, payloadPath } from "./reaching-outputs.ts";

export interface EventRecord {
  /** The event's code, as the record says it. */
  readonly event: string;
  readonly record: Value;
  /** The artifact that says which event it is, and where in it. */
  readonly artifact: Artifact;
  readonly at: Path;
  /** Who has it written: the workflow and its node; null for a contract that no workflow runs. */
  readonly workflow: CompiledWorkflow | null;
  readonly node: NodeKey | null;
}

/** The fields by which a record says what it is of (SPEC 4.2). */
const CODE_FIELDS = ["event_code", "event_type"] as const;

/** Every record that names its event: once for each node that has it written, and for contracts that no node runs. */
export const eventRecords = memoize((subject: CompiledSnapshot): readonly EventRecord[] =>
  subject.contracts.flatMap((one) =>
    one.uses.length === 0
      ? recordsOf(one, undefined, null, subject)
      : one.uses.flatMap(({ workflow, plan, node }) =>
          recordsOf(one, givenInputs(plan, node, subject), { workflow, node }, subject),
        ),
  ),
);

interface Where {
  readonly workflow: CompiledWorkflow;
  readonly node: ContractNode;
}

function recordsOf(
  { contract, artifact }: AnalysedContract,
  inputs: Value | undefined,
  where: Where | null,
  { snapshot }: CompiledSnapshot,
): readonly EventRecord[] {
  if (contract === null) return [];
  const declared = contractFlow(contract, snapshot);
  return contractFlow(contract, snapshot, inputs).steps.flatMap(({ step, inputReach }, i) => {
    if (step.kind !== "effect" || !targetOf(step.operation).needsPath) return [];
    return step.inputs.flatMap(({ name, source }): EventRecord[] => {
      const written = infer(source, inputReach);
      const field = CODE_FIELDS.find((one) => written?.fields?.get(one)?.constant !== undefined);
      if (written === undefined || field === undefined) return [];
      const event = written.fields?.get(field)?.constant as string;
      const here = declared.steps[i];
      const isOwn =
        here !== undefined && infer(source, here.inputReach)?.fields?.get(field)?.constant === event;
      const own = { artifact, at: ["core", "pipeline", step.index, "inputs", name] };
      const place =
        isOwn || where === null
          ? own
          : { artifact: where.workflow.artifact, at: ["core", "nodes", where.node.key] };
      return [
        { event, record: written, ...place, workflow: where?.workflow ?? null, node: where?.node.key ?? null },
      ];
    });
  });
}

/** What a node gives its contract. What is required is there, or no step runs. */
function givenInputs(plan: Plan, node: ContractNode, subject: CompiledSnapshot): Value {
  const reach = surely(nodeReach(plan, subject), atEntry(plan).must.get(node.key));
  const declared = new Map(node.contract.inputs.map((input) => [input.name, input]));
  const given = node.inputs.flatMap(({ name, source }) => {
    const value = infer(source, reach);
    const input = declared.get(name);
    if (value === undefined && input?.required !== true) return [];
    const { maybe: _, ...sure } = value ?? ANYTHING;
    const known = sure.types.length === 0 && input !== undefined ? { ...sure, types: input.types } : sure;
    return [
      [
        name,
        input?.required === true || value?.maybe === undefined ? known : { ...known, maybe: true as const },
      ] as const,
    ];
  });
  const bound = new Set(given.map(([name]) => name));
  const filled = node.contract.inputs.flatMap(({ name, types, default: fallback }) =>
    fallback === undefined || bound.has(name) ? [] : [[name, typed(...types)] as const],
  );
  return record([...given, ...filled]);
}

/** What every way to a node has already insisted on is there. */
function surely(reach: Reach, insisted: Outputs | undefined): Reach {
  return (root, segments) => {
    const value = reach(root, segments);
    if (value?.maybe === undefined || root !== "payload" || !insisted?.has(payloadPath(segments))) return value;
    const { maybe: _, ...sure } = value;
    return sure;
  };
}
