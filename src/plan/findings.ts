/** What compiles but may still be refused at run time, or can never happen (SPEC 2.2). */

import { type Fqdn, fileOf } from "../snapshot/fqdn.ts";
import type { Artifact } from "../snapshot/load.ts";
import type { Contract, ContractNode, Finding, IntentNode, Plan, PlanNode, Routes, Step } from "./plan.ts";

export function findings(plan: Omit<Plan, "findings">, workflow: Artifact): readonly Finding[] {
  const contracts = new Map<string, Contract>();
  for (const node of plan.nodes.values())
    if (node.type === "CC") contracts.set(node.contract.fqdn, node.contract);
  return [
    ...[...plan.nodes.values()].flatMap((node) => nodeFindings(node, workflow)),
    ...[...contracts.values()].flatMap(contractFindings),
    ...unreachable(plan, workflow),
  ];
}

function nodeFindings(node: PlanNode, workflow: Artifact): readonly Finding[] {
  if (node.type === "EXIT") return [];
  const possible = node.type === "IN" ? intentOutcomes(node) : [...node.contract.allowed];
  const at = `/frontmatter/core/nodes/${node.key}`;
  const unrouted = possible.filter((outcome) => !isRouted(node.next, outcome));
  const impossible = [...node.next.byOutcome.keys()].filter((outcome) => !possible.includes(outcome));
  return [
    ...unrouted.map((outcome) => ({
      code: "OUTCOME_WITHOUT_ROUTE",
      what: `${node.key} may end in ${outcome}, which has no route`,
      file: workflow.file,
      pointer: `${at}/next`,
      facts: { node: node.key, outcome },
    })),
    ...impossible.map((outcome) => ({
      code: "ROUTE_NEVER_TAKEN",
      what: `${node.key} routes ${outcome}, which it cannot end in`,
      file: workflow.file,
      pointer: `${at}/next/${outcome}`,
      facts: { node: node.key, outcome },
    })),
    ...(node.type === "CC" ? [...unboundInputs(node, workflow), ...contradictions(node, workflow)] : []),
  ];
}

function intentOutcomes(node: IntentNode): readonly string[] {
  return node.intent === null ? ["ACK"] : ["ACK", "NACK"];
}

function isRouted({ byOutcome, otherwise }: Routes, outcome: string): boolean {
  return byOutcome.has(outcome) || otherwise !== undefined;
}

function unboundInputs(node: ContractNode, workflow: Artifact): readonly Finding[] {
  const isUnbound = (name: string) => !node.inputs.some((binding) => binding.name === name);
  return node.contract.inputs
    .filter((input) => input.required && input.default === undefined && isUnbound(input.name))
    .map(({ name }) => ({
      code: "REQUIRED_INPUT_UNBOUND",
      what: `${node.key} does not bind the required input ${name} of ${node.contract.fqdn}`,
      file: workflow.file,
      pointer: `/frontmatter/core/nodes/${node.key}/inputs`,
      facts: { node: node.key, input: name },
    }));
}

function contradictions(node: ContractNode, workflow: Artifact): readonly Finding[] {
  return [...node.contradicted].map((name) => ({
    code: "SOURCE_TYPE_DIFFERS",
    what: `${node.key} binds ${name} to a source declared with another type than ${node.contract.fqdn} takes`,
    file: workflow.file,
    pointer: `/frontmatter/core/nodes/${node.key}/inputs/${name}`,
    facts: { node: node.key, input: name },
  }));
}

function contractFindings(contract: Contract): readonly Finding[] {
  const narrow = contract.allowed.has(contract.onInputFailure)
    ? []
    : [
        {
          code: "INPUT_FAILURE_NOT_ALLOWED",
          what: `on_input_failure ${contract.onInputFailure} is not among the allowed outcomes`,
          file: fileOf(contract.fqdn as Fqdn, "CC"),
          pointer: "/frontmatter/core/result_status_contract",
          facts: { contract: contract.fqdn, outcome: contract.onInputFailure },
        },
      ];
  return [...narrow, ...contract.steps.flatMap((step) => stepFindings(contract, step))];
}

function stepFindings(contract: Contract, step: Step): readonly Finding[] {
  const possible = step.kind === "effect" ? [...step.declared] : [step.onSuccess, step.onFailure];
  const isRenamed = step.outputs.some(({ name }) => name === "result_status") && step.kind === "transform";
  if (isRenamed) return [];
  return possible
    .filter((outcome) => !step.onResult.has(outcome))
    .map((outcome) => ({
      code: "STEP_OUTCOME_UNHANDLED",
      what: `step ${step.name} may answer ${outcome}, which is not in on_result`,
      file: contract.file,
      pointer: `/frontmatter/core/pipeline/${step.index}/on_result`,
      facts: { contract: contract.fqdn, step: step.name, outcome },
    }));
}

function unreachable({ nodes, start }: Omit<Plan, "findings">, workflow: Artifact): readonly Finding[] {
  const reached = new Set<string>();
  const queue = [start];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    const node = nodes.get(key);
    if (node === undefined || reached.has(key)) continue;
    reached.add(key);
    if (node.type === "EXIT") continue;
    queue.push(
      ...node.next.byOutcome.values(),
      ...(node.next.otherwise === undefined ? [] : [node.next.otherwise]),
    );
  }
  return [...nodes.keys()]
    .filter((key) => !reached.has(key))
    .map((key) => ({
      code: "NODE_UNREACHABLE",
      what: `no route leads to ${key}`,
      file: workflow.file,
      pointer: `/frontmatter/core/nodes/${key}`,
      facts: { node: key },
    }));
}
