/** Findings about a workflow that compiles: what may still be refused at run time, or can never happen (SPEC 2.2). */

import type { Artifact } from "../snapshot/artifact.ts";
import { type Change, changeText, fieldPointer, type Path, quote } from "../snapshot/hint.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import { suggestBinding } from "./bindings.ts";
import { type PathWithin, pathsIn } from "./expression.ts";
import type { FieldSpec } from "./intent.ts";
import type { Contract, ContractNode, Finding, Plan, PlanNode, Routes, Step } from "./plan.ts";
import {
  type Fix,
  nodePath,
  outcomesOf,
  outcomesOfStep,
  stepPath,
  suggestAction,
  suggestEdge,
  targetsOf,
} from "./routes.ts";
import { type Names, nodeNames, suggestedPath } from "./suggest/declared.ts";

type Unfound = Omit<Plan, "findings">;

/** The plan, and what the inputs of its nodes may name: gathered from all nodes, so once, and where a name is wrong. */
interface Named {
  readonly plan: Unfound;
  readonly names: () => Names;
}

/** A finding before it is worded: its field, and the change there or in another field. */
interface Found extends Pick<Finding, "code" | "what" | "file" | "facts"> {
  readonly path: Path;
  readonly fix?: Fix;
}

export function findings(plan: Unfound, workflow: Artifact): readonly Finding[] {
  const contracts = new Map<string, Contract>();
  for (const node of plan.nodes.values())
    if (node.type === "CC") contracts.set(node.contract.fqdn, node.contract);
  let names: Names | undefined;
  const named: Named = {
    plan,
    names: () => {
      names ??= nodeNames(plan);
      return names;
    },
  };
  const found = [
    ...[...plan.nodes.values()].flatMap((node) => nodeFindings(node, named, workflow)),
    ...[...contracts.values()].flatMap(contractFindings),
  ];
  const isSealed = plan.snapshot.seal === "sealed";
  return [...found, ...unreachable(plan, workflow, found)].map((one) => toFinding(one, isSealed));
}

function toFinding({ code, what, file, path, facts, fix }: Found, isSealed: boolean): Finding {
  const finding = { code, what, file, pointer: fieldPointer(path), facts };
  if (fix === undefined) return finding;
  return {
    ...finding,
    hint: { path: fix.path, text: changeText(fix.path, fix.change, isSealed ? file : null) },
  };
}

function nodeFindings(node: PlanNode, named: Named, { file }: Artifact): readonly Found[] {
  if (node.type === "EXIT") return [];
  const possible = outcomesOf(node);
  const unrouted = possible.filter((outcome) => !isRouted(node.next, outcome));
  const impossible = [...node.next.byOutcome.keys()].filter((outcome) => !possible.includes(outcome));
  return [
    ...unrouted.map((outcome) => ({
      code: "OUTCOME_WITHOUT_ROUTE",
      what: `${node.key} can end with ${outcome}, which has no route`,
      file,
      path: nodePath(node.key, "next"),
      facts: { node: node.key, outcome },
      fix: suggestEdge(node, outcome, named.plan),
    })),
    ...impossible.map((outcome) => {
      const path = nodePath(node.key, "next", outcome);
      const nearest = nearestName(outcome, unrouted);
      const change: Change = nearest === null ? { do: "remove" } : { do: "rename", to: nearest };
      const what = `${node.key} routes ${outcome}, which it cannot end with`;
      return {
        code: "ROUTE_NEVER_TAKEN",
        what,
        file,
        path,
        facts: { node: node.key, outcome },
        fix: { path, change },
      };
    }),
    ...(node.type === "CC"
      ? [
          ...unboundInputs(node, named.plan, file),
          ...contradictions(node, file),
          ...unresolved(node, named, file),
        ]
      : []),
  ];
}

function isRouted({ byOutcome, otherwise }: Routes, outcome: string): boolean {
  return byOutcome.has(outcome) || otherwise !== undefined;
}

function unboundInputs(node: ContractNode, plan: Unfound, file: string): readonly Found[] {
  const isUnbound = (name: string) => !node.inputs.some((binding) => binding.name === name);
  return node.contract.inputs
    .filter((input) => input.required && input.default === undefined && isUnbound(input.name))
    .map(({ name }) => ({
      code: "REQUIRED_INPUT_UNBOUND",
      what: `${node.key} does not bind the required input ${name} of ${node.contract.fqdn}`,
      file,
      path: nodePath(node.key, "inputs"),
      facts: { node: node.key, input: name },
      fix: suggestBinding(node, name, plan),
    }));
}

function contradictions(node: ContractNode, file: string): readonly Found[] {
  return [...node.contradicted].map((name) => {
    const path = nodePath(node.key, "inputs", name);
    const types = node.contract.inputs.find((input) => input.name === name)?.types ?? [];
    return {
      code: "SOURCE_TYPE_DIFFERS",
      what: `${node.key} binds ${name} to a source of another type than ${node.contract.fqdn} declares`,
      file,
      path,
      facts: { node: node.key, input: name },
      fix: { path, change: { do: "change", to: `a path to a value of type ${types.join(" or ")}` } },
    };
  });
}

/** Paths to values that neither the intent nor the other node's contract declares; of a list-valued path, its start. */
function unresolved(node: ContractNode, { plan, names }: Named, file: string): readonly Found[] {
  return node.inputs.flatMap(({ name, source }) =>
    pathsIn(source)
      .filter((path) => !isDeclared(path, plan))
      .map((found) => {
        const { text, at } = found;
        const path = nodePath(node.key, "inputs", name, ...at);
        const meant = suggestedPath(found, names());
        const to = meant === undefined ? "a path to a field that is declared" : quote(meant);
        const change = { do: "change", to } as const;
        const what = `${text} refers to nothing that is declared`;
        return {
          code: "PATH_UNRESOLVED",
          what,
          file,
          path,
          facts: { node: node.key, path: text },
          fix: { path, change },
        };
      }),
  );
}

function isDeclared({ root, segments }: PathWithin, { nodes, start }: Unfound): boolean {
  const [first, second] = segments;
  if (root === "results" && second !== undefined) {
    const node = nodes.get(String(first));
    const outputs = node?.type === "CC" ? node.contract.steps.flatMap((step) => step.outputs) : [];
    return outputs.some(({ name, crossed }) => name === second || crossed === second);
  }
  const intent = nodes.get(start);
  let fields = root === "payload" && intent?.type === "IN" ? intent.intent?.spec : undefined;
  for (const segment of segments) {
    if (fields === undefined) break;
    const field: FieldSpec | undefined = Object.hasOwn(fields, segment) ? fields[segment] : undefined;
    if (field === undefined) return false;
    fields = field.fields;
  }
  return true;
}

/** Findings about a contract alone, independent of the workflow. */
export function findingsOfContract(contract: Contract, isSealed: boolean): readonly Finding[] {
  return contractFindings(contract).map((one) => toFinding(one, isSealed));
}

function contractFindings(contract: Contract): readonly Found[] {
  return [...inputFailure(contract), ...contract.steps.flatMap((step) => stepFindings(contract, step))];
}

function inputFailure({ fqdn, file, allowed, onInputFailure: outcome }: Contract): readonly Found[] {
  if (allowed.has(outcome)) return [];
  const path = ["core", "result_status_contract"];
  const fix: Fix = { path: [...path, "allowed"], change: { do: "append", value: outcome } };
  const what = `on_input_failure ${outcome} is not among the allowed outcomes`;
  return [{ code: "INPUT_FAILURE_NOT_ALLOWED", what, file, path, facts: { contract: fqdn, outcome }, fix }];
}

function stepFindings(contract: Contract, step: Step): readonly Found[] {
  return (outcomesOfStep(step) ?? [])
    .filter((outcome) => !step.onResult.has(outcome))
    .map((outcome) => ({
      code: "STEP_OUTCOME_UNHANDLED",
      what: `step ${step.name} can return ${outcome}, which is not in on_result`,
      file: contract.file,
      path: stepPath(step.index, "on_result"),
      facts: { contract: contract.fqdn, step: step.name, outcome },
      fix: suggestAction(step, contract, outcome),
    }));
}

/** Removal is suggested only if every outcome has a route: an outcome without one may be intended to lead there. */
function unreachable({ nodes, start }: Unfound, { file }: Artifact, found: readonly Found[]): readonly Found[] {
  const reached = new Set<string>();
  const queue = [start];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    const node = nodes.get(key);
    if (node === undefined || reached.has(key)) continue;
    reached.add(key);
    if (node.type !== "EXIT") for (const next of targetsOf(node.next)) queue.push(next);
  }
  const isRouted = !found.some(({ code }) => code === "OUTCOME_WITHOUT_ROUTE");
  return [...nodes.keys()]
    .filter((key) => !reached.has(key))
    .map((key) => {
      const path = nodePath(key);
      const fix: Fix = { path, change: { do: "remove" } };
      const finding = {
        code: "NODE_UNREACHABLE",
        what: `no route leads to ${key}`,
        file,
        path,
        facts: { node: key },
      };
      return isRouted ? { ...finding, fix } : finding;
    });
}
