import type { Condition, Expression } from "../../plan/expression.ts";
import { excludes, infer, type Reach } from "../analysis/abstract-value.ts";
import { evaluationsAsked, flowing } from "../analysis/bindings.ts";
import { booleanResultsOf } from "../analysis/uses.ts";
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
