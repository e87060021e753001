/** Steps of contracts, and the conditions on their results. */

import { excludes, infer, type Reach } from "../../plan/analysis/abstract-value.ts";
import { evaluationsAsked, flowing } from "../../plan/analysis/bindings.ts";
import type { StepFlow } from "../../plan/analysis/contract-flow.ts";
import type { Condition, Expression } from "../../plan/expression.ts";
import type { Path } from "../../snapshot/hint.ts";
import { reasonsOf } from "../analysis/compile-findings.ts";
import { booleanResultsOf, isDecisive, isReadIn } from "../analysis/uses.ts";
import { foundIn, rule } from "../rule.ts";

export const conditionConstant = rule({
  id: "condition-constant",
  about:
    "Disallow conditions and steps whose inputs never vary; for example, comparing two literal strings always gives the same result",
  severity: "error",
  hint: "write at least one side as a path ($.…) to the deciding value; a name without $. is only a string",
  *check(subject) {
    for (const { artifact, contract, flow } of flowing(subject)) {
      const asked = evaluationsAsked(contract, flow);
      for (const name of new Set(asked.map((one) => one.name))) {
        const here = asked.filter((one) => one.name === name);
        if (!here.every(({ evaluation, reach }) => isConstant(evaluation.condition, reach))) continue;
        const message = `the condition ${here[0]?.evaluation.condition.text} has the same result in every run`;
        yield foundIn(artifact, ["core", "evaluation", name, "condition"], { evaluation: name }, message);
      }
      for (const { step } of flow.steps) {
        const isFixed = step.inputs.length > 0 && step.inputs.every(({ source }) => isLiteral(source));
        if (!isFixed || booleanResultsOf(step, subject).length === 0) continue;
        const message = `step ${step.name} is given only literal values, so it has the same result in every run`;
        yield foundIn(artifact, ["core", "pipeline", step.index, "inputs"], { step: step.name }, message);
      }
    }
  },
});

function isConstant({ left, operator, right }: Condition, reach: Reach): boolean {
  if (isKnown(left, reach) && isKnown(right, reach)) return true;
  if (left.kind === "path" && right.kind === "path" && left.text === right.text) return true;
  const [a, b] = [infer(left, reach), infer(right, reach)];
  const isEquality = operator === "==" || operator === "!=";
  return isEquality && a !== undefined && b !== undefined && excludes(a, b);
}

const isKnown = (operand: Expression, reach: Reach) =>
  operand.kind === "literal" || infer(operand, reach)?.constant !== undefined;

function isLiteral(expression: Expression): boolean {
  if (expression.kind === "object") return expression.members.every(([, member]) => isLiteral(member));
  if (expression.kind === "array") return expression.items.every(isLiteral);
  return expression.kind === "literal";
}

export const stepTargetUnknown = rule({
  id: "step-target-unknown",
  about:
    "Require that every step has a unique name, one capability, and actions that name a later step or an evaluation",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_TOPOLOGY_STEP_DECLARED_V0",
    "fb.topology::INVARIANT_TOPOLOGY_STEP_ID_UNIQUE_V0",
    "fb.topology::INVARIANT_TOPOLOGY_CAPABILITY_REFERENCE_UNIQUE_V0",
    "fb.topology::INVARIANT_CC_CAPABILITY_BINDING_VALID_V0",
  ],
  hint: "write continue, exit, the name of a later step, or a key of core.evaluation",
  check: (subject) => reasonsOf(subject, "step-target-unknown"),
});

export const stepUnreachable = rule({
  id: "step-unreachable",
  about: "Disallow steps and evaluations that nothing leads to; they have no effect",
  severity: "warning",
  hint: "let the previous step continue to it, name it in an action, or remove it",
  *check({ contracts }) {
    for (const { artifact, table, contract, course } of contracts) {
      if (contract === null || course === null) continue;
      for (const { name, index } of contract.steps) {
        if (course.reached.has(index)) continue;
        yield foundIn(artifact, ["core", "pipeline", index], { step: name }, `nothing leads to step ${name}`);
      }
      for (const { name, path } of table.evaluations) {
        if (course.asked.has(name)) continue;
        yield foundIn(artifact, path, { evaluation: name }, `no step uses the evaluation ${name}`);
      }
    }
  },
});

export const unusedBooleanResult = rule({
  id: "unused-boolean-result",
  about: "Disallow boolean results that nothing reads; the run continues in the same way for true and false",
  severity: "error",
  invariants: ["governance::INVARIANT_VERDICTS_ROUTED_V0"],
  hint: "let on_result name an evaluation whose condition reads it, or use a transform that fails instead of returning false",
  *check(subject) {
    for (const { artifact, flow } of flowing(subject)) {
      for (const of of flow.steps) {
        const { step } = of;
        for (const verdict of booleanResultsOf(step, subject)) {
          if (!isDecisive(step.code, verdict, subject)) continue;
          if (isReadIn(flow, of, verdict, artifact.fqdn, subject)) continue;
          const message = `step ${step.name} returns ${verdict}, true or false, but nothing depends on it`;
          yield foundIn(artifact, placeOf(step, verdict), { step: step.name, verdict }, message);
        }
      }
    }
  },
});

/** Where the verdict is mapped; the step itself where it is not. */
function placeOf({ index, outputs }: StepFlow["step"], verdict: string): Path {
  const output = outputs.find(({ source }) => source.kind === "path" && source.segments.at(-1) === verdict);
  return ["core", "pipeline", index, ...(output === undefined ? [] : ["outputs", output.name])];
}
