/** One contract of the plan: its inputs, steps, actions, evaluations, and the capabilities they bind to. */

import { type JsonObject, own } from "../json/value.ts";
import type { Artifact } from "../snapshot/artifact.ts";
import { type Path, suggested } from "../snapshot/hint.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import type { ContractTable, Hint, Report, StepTable } from "../snapshot/parse.ts";
import { bindEffect, bindTransform, type ContractScope } from "./bind-capability.ts";
import { suggestType, typesOf } from "./compile-intent.ts";
import {
  type Condition,
  type Expression,
  ExpressionError,
  mapPaths,
  type PathExpression,
  type PathWithin,
  parseCondition,
  parseExpression,
  pathsIn,
} from "./expression.ts";
import type { ValueType } from "./intent.ts";
import type { Action, Binding, Contract, Evaluation, InputSpec, OutputBinding, Step } from "./plan.ts";
import { conditionNames } from "./suggest/declared.ts";
import {
  placeOfText,
  suggestCondition,
  suggestExpression,
  suggestOwner,
  suggestRoot,
} from "./suggest/misspelt.ts";

export function compileContract(artifact: Artifact, scope: ContractScope): Contract {
  const table = scope.closure.tables.contract(artifact, scope.report);
  const evaluations = compileEvaluations(table, scope.report);
  checkStepNames(table, scope.report);
  if (table.steps.length === 0) {
    const hint = table.hasSteps ? ({ do: "change", to: "a list of one step or more" } as const) : undefined;
    scope.report("NO_STEPS", ["core", "pipeline"], `${artifact.fqdn} has no steps`, hint);
  }
  return {
    fqdn: artifact.fqdn,
    file: artifact.file,
    inputs: table.inputs.map(([name, spec]) => compileInput(name, spec, scope.report)),
    outputs: new Map(table.outputs.map(([name, spec]) => [name, compileOutputTypes(name, spec, scope.report)])),
    allowed: new Set(table.allowed),
    onInputFailure: table.onInputFailure,
    steps: table.steps.flatMap((step, index) => compileStep({ step, index, table, evaluations, scope })),
    suppressed: new Set(table.suppressed),
  };
}

function compileInput(name: string, spec: JsonObject, report: Report): InputSpec {
  const path = ["core", "inputs", name];
  const declared = own(spec, "type") ?? "any";
  const types = typesOf(declared, () => {
    const what = `type ${JSON.stringify(declared)} of input ${name} is not known`;
    report("VALUE_TYPE", [...path, "type"], what, suggestType(declared));
  });
  const fallback = own(spec, "default");
  const required = own(spec, "required") === true;
  return { name, types, required, ...(fallback === undefined ? {} : { default: fallback }) };
}

function compileOutputTypes(name: string, spec: JsonObject, report: Report): readonly ValueType[] {
  const declared = own(spec, "type") ?? "any";
  return typesOf(declared, () => {
    const what = `type ${JSON.stringify(declared)} of output ${name} is not known`;
    report("VALUE_TYPE", ["core", "outputs", name, "type"], what, suggestType(declared));
  });
}

function checkStepNames(table: ContractTable, report: Report): void {
  const seen = new Set<string>();
  for (const { name, path } of table.steps) {
    const hint = { do: "change", to: "a name that no other step has" } as const;
    if (seen.has(name)) report("STEP_TWICE", [...path, "step"], `two steps are named ${name}`, hint);
    seen.add(name);
  }
}

function compileEvaluations(table: ContractTable, report: Report): ReadonlyMap<string, Evaluation> {
  const compiled = table.evaluations.flatMap(({ name, path, condition, onTrue, onFalse }) => {
    try {
      return [[name, { condition: redirectCondition(parseCondition(condition)), onTrue, onFalse }] as const];
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const hint = suggestCondition(condition, conditionNames(namesOf(table)));
      report("EXPRESSION", [...path, "condition"], error.message, hint);
      return [];
    }
  });
  return new Map(compiled);
}

/** A contract's names before it is compiled. */
function namesOf({ inputs, steps }: ContractTable): Parameters<typeof conditionNames>[0] {
  const outputs = (step: StepTable) => Object.keys(step.outputs).map((name) => ({ name }));
  return {
    inputs: inputs.map(([name]) => ({ name })),
    steps: steps.map((step) => ({ outputs: outputs(step) })),
  };
}

interface StepScope {
  readonly step: StepTable;
  readonly index: number;
  readonly table: ContractTable;
  readonly evaluations: ReadonlyMap<string, Evaluation>;
  readonly scope: ContractScope;
}

function compileStep(of: StepScope): readonly Step[] {
  const { step, index, scope } = of;
  const { report } = scope;
  const base = {
    name: step.name,
    index,
    inputs: compileInputs(of),
    outputs: compileOutputs(of),
    onResult: compileActions(of),
  };
  const { transform, sideEffect } = step;
  if ((transform === null) === (sideEffect === null)) {
    const what = `step ${step.name} should name either a transform or a side_effect`;
    report("STEP_KIND", step.path, what, kindMeant(step));
    return [];
  }
  const bound =
    transform !== null
      ? bindTransform(step, transform, scope)
      : sideEffect !== null
        ? bindEffect(step, sideEffect, scope)
        : undefined;
  return bound === undefined ? [] : [{ ...base, ...bound }];
}

/** The hint for a step with two capabilities (remove the one without an operation) or with none (a misspelt name). */
function kindMeant({ transform, op, members, path }: StepTable): Hint {
  if (transform !== null) return { do: "remove", at: [...path, op === null ? "side_effect" : "transform"] };
  for (const kind of ["transform", "side_effect"]) {
    const misspelt = nearestName(kind, members);
    if (misspelt !== null) return { do: "rename", to: kind, at: [...path, misspelt] };
  }
  return { do: "add", as: "the full name of a CT", at: [...path, "transform"] };
}

// ---- inputs and outputs ----

function compileInputs(of: StepScope): readonly Binding[] {
  return Object.entries(of.step.inputs).flatMap(([name, value]) => {
    const source = compileSource(value, [...of.step.path, "inputs", name], of, INPUT_ROOTS);
    return source === undefined ? [] : [{ name, source }];
  });
}

const INPUT_ROOTS: ReadonlySet<string> = new Set(["inputs", "payload", "results", "raw"]);
const OUTPUT_ROOTS: ReadonlySet<string> = new Set([
  ...INPUT_ROOTS,
  "capability_result",
  "capability_value",
  "capability_status",
]);

function compileOutputs(of: StepScope): readonly OutputBinding[] {
  return Object.entries(of.step.outputs).flatMap(([name, value]) => {
    const path = [...of.step.path, "outputs", name];
    const source = compileSource(value, path, of, null);
    if (source === undefined) return [];
    const crossed = isBare(source) && source.segments.length === 0 ? { crossed: source.root } : {};
    return [{ name, source: mapPaths(source, bareToRaw), ...crossed }];
  });
}

/** A path of an output that begins with a field of the raw result. */
function isBare(source: Expression): source is PathExpression {
  return source.kind === "path" && !OUTPUT_ROOTS.has(source.root);
}

function bareToRaw(path: PathExpression): PathExpression {
  return isBare(path) ? { ...path, root: "capability_result", segments: [path.root, ...path.segments] } : path;
}

function compileSource(
  value: Parameters<typeof parseExpression>[0],
  path: Path,
  of: StepScope,
  roots: ReadonlySet<string> | null,
): Expression | undefined {
  const { scope } = of;
  try {
    const source = mapPaths(parseExpression(value), redirect);
    for (const found of pathsIn(source)) checkPath(found, path, of, roots);
    return source;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const at = [...path, ...placeOfText(value, error.text)];
    const hint = suggestExpression(error, (found) => isRoot(found, roots) && isOfStep(found, stepsBefore(of)));
    scope.report("EXPRESSION", at, error.message, hint);
    return undefined;
  }
}

function checkPath(found: PathWithin, path: Path, of: StepScope, roots: ReadonlySet<string> | null): void {
  const { text, segments, at } = found;
  const { report } = of.scope;
  if (!isRoot(found, roots)) {
    const what = `${text} does not begin with $.inputs, $.payload or $.results`;
    report("UNKNOWN_ROOT", [...path, ...at], what, suggestRoot(found, ["inputs", "payload", "results"]));
  }
  if (isOfStep(found, of.table.steps)) return;
  const what = `${text} names the step ${segments[0]}, which this contract does not have`;
  const before = stepsBefore(of).map(({ name }) => name);
  report("UNKNOWN_STEP", [...path, ...at], what, suggestOwner(found, before, ["inputs", "payload"]));
}

/** Those whose results a step can have. */
function stepsBefore({ index, table }: StepScope): readonly StepTable[] {
  return table.steps.slice(0, index);
}

const isRoot = ({ root }: PathWithin, roots: ReadonlySet<string> | null) => roots === null || roots.has(root);

/** Whether a path to results names one of the steps, or none. */
function isOfStep({ root, segments: [step] }: PathWithin, steps: readonly StepTable[]): boolean {
  return (
    (root !== "results" && root !== "raw") || step === undefined || steps.some(({ name }) => name === step)
  );
}

/** The paths that mean more than they spell (SPEC 3), turned into roots of their own. */
function redirect(path: PathExpression): PathExpression {
  const [first, second, ...rest] = path.segments;
  if (path.root === "results" && second === "capability_result" && first !== undefined) {
    return { ...path, root: "raw", segments: [first, ...rest] };
  }
  if (path.root === "capability_result" && first === "value") {
    return { ...path, root: "capability_value", segments: path.segments.slice(1) };
  }
  const isStatus = path.root === "capability_result" && first === "result_status" && second === undefined;
  const isBareStatus = path.root === "result_status" && first === undefined;
  return isStatus || isBareStatus ? { ...path, root: "capability_status", segments: [] } : path;
}

function redirectCondition(condition: Condition): Condition {
  return { ...condition, left: mapPaths(condition.left, redirect), right: mapPaths(condition.right, redirect) };
}

// ---- actions ----

function compileActions({ step, index, table, evaluations, scope }: StepScope): ReadonlyMap<string, Action> {
  const actions = new Map<string, Action>();
  for (const [outcome, word] of step.onResult) {
    const action = compileAction(word, table, evaluations);
    const path = [...step.path, "on_result", outcome];
    if (action === undefined) {
      if (table.evaluations.some(({ name }) => name === word)) continue; // its own reason is reported already
      const what = `${word} is neither a step nor an evaluation of this contract`;
      scope.report("UNKNOWN_ACTION", path, what, actionMeant(word, index, table));
    } else if (action.do === "step" && action.index <= index) {
      const what = `${word} does not come after step ${step.name}`;
      scope.report("BACKWARD_ACTION", path, what, actionMeant("", index, table));
    } else {
      actions.set(outcome, action);
    }
  }
  return actions;
}

/** The nearest valid action: continue, exit, a later step or an evaluation. */
function actionMeant(word: string, index: number, { steps, evaluations }: ContractTable): Hint {
  const later = steps.slice(index + 1).map(({ name }) => name);
  return {
    do: "change",
    to: suggested(word, ["continue", "exit", ...later, ...evaluations.map(({ name }) => name)]),
  };
}

function compileAction(
  word: string,
  table: ContractTable,
  evaluations: ReadonlyMap<string, Evaluation>,
): Action | undefined {
  if (word === "continue" || word === "exit") return { do: word };
  const index = table.steps.findIndex(({ name }) => name === word);
  if (index !== -1) return { do: "step", name: word, index };
  const evaluation = evaluations.get(word);
  return evaluation === undefined ? undefined : { do: "evaluate", name: word, evaluation };
}
