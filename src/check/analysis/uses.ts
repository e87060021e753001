/** Who reads a result, and whether anything depends on what it is. */

import { objectAt, own } from "../../json/value.ts";
import type { ContractFlow, StepFlow } from "../../plan/analysis/contract-flow.ts";
import { outputOf } from "../../plan/analysis/reaching-outputs.ts";
import { pathsIn, type Segment } from "../../plan/expression.ts";
import type { SnapshotModel } from "./snapshot-model.ts";

/** The outputs that the transform declares to be true or false, and nothing else. */
export function booleanResultsOf(step: StepFlow["step"], { snapshot }: SnapshotModel): readonly string[] {
  if (step.kind !== "transform") return [];
  const outputs = objectAt(objectAt(snapshot.artifact(step.code)?.frontmatter ?? {}, "core"), "outputs");
  return Object.keys(outputs).filter((name) => own(objectAt(outputs, name), "type") === "boolean");
}

/**
 * Whether a transform can succeed and answer false. Its cases and examples tell: one that fails wherever the answer
 * would be no has said so by failing. Where none tells, it can.
 */
export function isDecisive(code: string, field: string, { documents, registry }: SnapshotModel): boolean {
  const cases = [...documents.values()].filter((one) => own(one, "ct_fqdn") === code);
  const expected = cases
    .filter((one) => own(one, "expected_outcome") === "SUCCESS")
    .map((one) => own(one, "expected"));
  const examples = registry.transform(code)?.examples ?? [];
  const shown = examples.flatMap((one) => ("result" in one ? [one.result] : []));
  const answers = [...expected, ...shown].flatMap((result) => {
    const value =
      typeof result === "object" && result !== null ? (result as Record<string, unknown>)[field] : undefined;
    return value === undefined ? [] : [value];
  });
  return answers.length === 0 || answers.includes(false);
}

/** Whether a decision depends on a field of a step's result, in this contract or where a workflow hands it on. */
export function isReadIn(
  flow: ContractFlow,
  { step }: StepFlow,
  field: string,
  contract: string,
  subject: SnapshotModel,
): boolean {
  const isRaw = (root: string, [first]: readonly Segment[]) =>
    root.startsWith("capability_") && (first === field || first === undefined);
  const carrying = new Set<string>();
  const isIt: IsIt = (root, segments, isOwnStep) => {
    const [of, name] = segments.map(String);
    if (isOwnStep && isRaw(root, segments)) return true;
    if (root === "raw") return of === step.name && (name === undefined || name === field);
    return root === "results" && carrying.has(outputOf(String(of), String(name)));
  };
  // Steps stand in the order in which they are run: what one publishes, only later ones can publish again.
  const names = new Set<string>();
  for (const { step: other } of flow.steps) {
    const isOwn = other.name === step.name;
    for (const { name, source, crossed } of other.outputs) {
      const reads = pathsIn(source).some(({ root, segments }) => isIt(root, segments, isOwn));
      if (!reads && !(isOwn && crossed !== undefined && name === field)) continue;
      for (const one of [name, crossed ?? name]) {
        carrying.add(outputOf(other.name, one));
        names.add(one);
      }
    }
  }
  return (
    names.has("result_status") ||
    decides(flow, isIt, (root) => names.has(root), step.name) ||
    [...names].some((name) => isHandedOn(contract, name, subject, new Set()))
  );
}

type IsIt = (root: string, segments: readonly Segment[], isOwnStep: boolean) => boolean;

/** Whether a value stands in a condition, in a status, or in what a transform computes with. */
function decides(
  { steps }: ContractFlow,
  isIt: IsIt,
  isBareName: (root: string) => boolean,
  own: string,
): boolean {
  return steps.some(({ step }) => {
    const isOwn = step.name === own;
    const inputs = step.kind === "transform" ? step.inputs : [];
    const statuses = step.outputs.filter(({ name }) => name === "result_status");
    const isBound = [...inputs, ...statuses].some(({ source }) =>
      pathsIn(source).some(({ root, segments }) => isIt(root, segments, isOwn)),
    );
    const isAsked = [...step.onResult.values()].some(
      (action) =>
        action.do === "evaluate" &&
        action.evaluation.onTrue !== action.evaluation.onFalse &&
        [action.evaluation.condition.left, action.evaluation.condition.right]
          .flatMap((operand) => pathsIn(operand))
          .some(({ root, segments }) => isBareName(root) || isIt(root, segments, isOwn)),
    );
    return isBound || isAsked;
  });
}

/** Whether some node binds the output to an input on which its contract decides something. */
function isHandedOn(contract: string, output: string, subject: SnapshotModel, passed: Set<string>): boolean {
  const id = `${contract} ${output}`;
  if (passed.has(id)) return false;
  passed.add(id);
  return (subject.contract(contract)?.uses ?? []).some(({ plan, node: from }) =>
    [...plan.nodes.values()].some(
      (node) =>
        node.type === "CC" &&
        node.inputs.some(({ name, source }) => {
          const reads = pathsIn(source).some(
            ({ root, segments }) => root === "results" && segments[0] === from.key && segments[1] === output,
          );
          return reads && isInputRead(node.contract.fqdn, name, subject, passed);
        }),
    ),
  );
}

function isInputRead(contract: string, input: string, subject: SnapshotModel, passed: Set<string>): boolean {
  const flow = subject.contract(contract)?.flow ?? null;
  if (flow === null) return true;
  const isIt: IsIt = (root, segments) => (root === "inputs" || root === "payload") && segments[0] === input;
  if (decides(flow, isIt, () => false, "")) return true;
  const passedOn = flow.steps.flatMap(({ step }) =>
    step.outputs.filter(({ source }) =>
      pathsIn(source).some(({ root, segments }) => isIt(root, segments, true)),
    ),
  );
  return passedOn.some(({ name }) => isHandedOn(contract, name, subject, passed));
}
