/** Where an expression stands that could not be computed, and what to write instead. */

import { pointer } from "../../json/pointer.ts";
import { own } from "../../json/value.ts";
import { fieldsOf } from "../../plan/bindings.ts";
import { type Condition, type Expression, type PathWithin, pathsIn } from "../../plan/expression.ts";
import type { ContractNode, Plan, Step } from "../../plan/plan.ts";
import { nodePath, stepPath } from "../../plan/routes.ts";
import {
  conditionNames,
  type Names,
  nodeNames,
  stepNames,
  suggestedPath,
} from "../../plan/suggest/declared.ts";
import { type Path, quote } from "../../snapshot/hint.ts";
import type { ErrorEntry } from "../../trace/summary.ts";
import { contractNode, edit, type Place, place } from "./location.ts";
import { declaredAt, payloadHint } from "./payload-hint.ts";
import type { Traced } from "./unbound.ts";

/** A declared value that may hold the expression: its paths, and what they may name. */
interface Holder {
  readonly artifact: string;
  readonly at: Path;
  readonly paths: readonly PathWithin[];
  readonly names: Names;
}

/** The path that reaches nothing, or the expression whose types do not go together. */
export function unresolved(
  { node: key, step: name, error_code, facts }: ErrorEntry,
  traced: Traced,
): Place | null {
  const { plan } = traced;
  const node = contractNode(plan, key);
  if (node === undefined) return null;
  const step = node.contract.steps.find((one) => one.name === name);
  const text = String(own(facts, "path") ?? own(facts, "expression"));
  const isMeant = (found: PathWithin) => found.text === text || found.whole === text;
  const holders = step === undefined ? inNode(node, plan) : inStep(node, step);
  const holder = holders.find(({ paths }) => paths.some(isMeant));
  const found = holder?.paths.find(isMeant);
  if (holder === undefined || found === undefined) return null;
  const at = [...holder.at, ...found.at];
  const isUnresolved = error_code === "PATH_UNRESOLVED";
  const meant = isUnresolved ? suggestedPath(found, holder.names) : undefined;
  const absent = isUnresolved && step === undefined ? absentField(found, traced) : undefined;
  if (meant === undefined && absent !== undefined) return place(holder.artifact, at, absent);
  const to = meant === undefined ? WORDS[error_code] : quote(meant);
  return edit(holder.artifact, at, { do: "change", to: to ?? "another expression" }, plan);
}

/** A path of a node that names a declared field: then the payload lacks it. */
function absentField({ root, segments }: PathWithin, { plan, payload }: Traced): string | undefined {
  const at = pointer(segments);
  const spec = root === "payload" ? fieldsOf(plan) : undefined;
  const declared = spec && declaredAt(spec, at);
  return declared && payloadHint(at, declared.field, payload, declared.siblings);
}

const WORDS: Readonly<Record<string, string>> = {
  PATH_UNRESOLVED: "a path that exists in the run",
  LIST_TOO_LONG: "a path with fewer descendant selectors",
  EXPRESSION_TYPE: "one that compares values of one type, or adds integers",
};

function inNode({ key, inputs }: ContractNode, plan: Plan): readonly Holder[] {
  const { fqdn } = plan.workflow;
  return inputs.map(({ name, source }) => holder(fqdn, nodePath(key, "inputs", name), source, nodeNames(plan)));
}

function inStep({ contract }: ContractNode, step: Step): readonly Holder[] {
  const { fqdn } = contract;
  const bindings = (member: "inputs" | "outputs") =>
    step[member].map(({ name, source }) =>
      holder(fqdn, stepPath(step.index, member, name), source, stepNames(contract)),
    );
  const evaluations = [...step.onResult.values()].flatMap((action) =>
    action.do === "evaluate" ? [inCondition(contract, action.name, action.evaluation.condition)] : [],
  );
  return [...bindings("inputs"), ...bindings("outputs"), ...evaluations];
}

function holder(artifact: string, at: Path, source: Expression, names: Names): Holder {
  return { artifact, at, paths: pathsIn(source), names };
}

function inCondition(contract: ContractNode["contract"], name: string, condition: Condition): Holder {
  const sides = [...pathsIn(condition.left), ...pathsIn(condition.right)];
  const at = ["core", "evaluation", name, "condition"];
  const paths = sides.map((path) => ({ ...path, whole: condition.text }));
  return { artifact: contract.fqdn, at, paths, names: conditionNames(contract) };
}
