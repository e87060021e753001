/** The member names that a plan itself reads or writes, independent of the data. */

import { type Expression, pathsIn } from "./expression.ts";
import type { FieldSpec, IntentSpec } from "./intent.ts";
import type { Binding, ContractNode, Plan, PlanNode, Step } from "./plan.ts";

/** The members of every raw result that the engine reads (SPEC 3). */
const READ = ["value", "result_status"];

export function namesIn({ admission, nodes }: Plan): ReadonlySet<string> {
  const rules = [...admission.requires, ...admission.forbids].flatMap(({ bindings }) => bindings);
  return new Set([
    ...READ,
    ...rules.flatMap(({ eventField, payloadField }) => [eventField, payloadField]),
    ...[...nodes.values()].flatMap(ofNode),
  ]);
}

function ofNode(node: PlanNode): readonly string[] {
  if (node.type === "EXIT") return [];
  return node.type === "IN" ? ofIntent(node.intent?.spec ?? {}) : ofContract(node);
}

function ofIntent(spec: IntentSpec): readonly string[] {
  return Object.entries(spec).flatMap(([name, field]) => [name, ...ofField(field)]);
}

function ofField({ fields = {}, items }: FieldSpec): readonly string[] {
  return [...ofIntent(fields), ...(items === undefined ? [] : ofField(items))];
}

function ofContract({ inputs, contract }: ContractNode): readonly string[] {
  return [
    ...inputs.flatMap(ofBinding),
    ...contract.inputs.map(({ name }) => name),
    ...contract.suppressed,
    ...contract.steps.flatMap(ofStep),
  ];
}

function ofStep({ inputs, outputs, onResult }: Step): readonly string[] {
  const conditions = [...onResult.values()].flatMap((action) =>
    action.do === "evaluate" ? [action.evaluation.condition.left, action.evaluation.condition.right] : [],
  );
  return [
    ...[...inputs, ...outputs].flatMap(ofBinding),
    ...outputs.flatMap(({ crossed }) => (crossed === undefined ? [] : [crossed])),
    ...conditions.flatMap(ofExpression),
  ];
}

function ofBinding({ name, source }: Binding): readonly string[] {
  return [name, ...ofExpression(source)];
}

function ofExpression(expression: Expression): readonly string[] {
  const paths = pathsIn(expression).flatMap(({ whole }) => whole.match(NAME) ?? []);
  return [...paths, ...membersOf(expression)];
}

/** A name in a path's text, bare or quoted. */
const NAME = /(?<=')[^']*(?=')|(?<=")[^"]*(?=")|[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*/g;

function membersOf(expression: Expression): readonly string[] {
  if (expression.kind === "array") return expression.items.flatMap(membersOf);
  if (expression.kind !== "object") return [];
  return expression.members.flatMap(([name, member]) => [name, ...membersOf(member)]);
}
