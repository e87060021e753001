/** One contract of the plan: its inputs, steps, actions, evaluations, and the capabilities they bind to. */

import { type Effect, type Operation, targetOf } from "../capabilities/effect.ts";
import type { Registry } from "../capabilities/registry.ts";
import { type JsonObject, own } from "../json/value.ts";
import { type Artifact, moduleOf } from "../snapshot/artifact.ts";
import { oneOf, type Path, quote, suggested } from "../snapshot/hint.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import { declaredOutcomes } from "../snapshot/operation-names.ts";
import type { ContractTable, Hint, Report, StepTable } from "../snapshot/parse.ts";
import { isVisible, retryOf } from "./check-retry.ts";
import type { Closure } from "./closure.ts";
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
import { type Composition, implementationOf } from "./molecule.ts";
import type {
  Action,
  Binding,
  Contract,
  EffectStep,
  Evaluation,
  InputSpec,
  OutputBinding,
  Step,
  TransformStep,
} from "./plan.ts";
import { escaping, pathBelowRoot, type Storage } from "./storage.ts";
import { conditionNames } from "./suggest/declared.ts";
import {
  placeOfText,
  suggestCondition,
  suggestExpression,
  suggestOwner,
  suggestRoot,
} from "./suggest/misspelt.ts";

export interface ContractScope {
  readonly storage: Storage;
  readonly closure: Closure;
  readonly registry: Registry;
  /** Reports problems of the contract's artifact. */
  readonly report: Report;
}

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

// ---- capabilities ----

type Bound<S extends Step> = Omit<S, "name" | "index" | "inputs" | "outputs" | "onResult">;

function bindTransform(step: StepTable, code: string, scope: ContractScope): Bound<TransformStep> | undefined {
  const path = [...step.path, "transform"];
  const artifact = scope.closure.resolve(code, "CT", scope.report, path);
  if (artifact === undefined) return undefined;
  const { transform, atoms } = boundImplementation(artifact, path, scope);
  if (transform === undefined) return undefined;
  const { onSuccess, onFailure } = step;
  return {
    kind: "transform",
    code: artifact.fqdn,
    atoms,
    required: scope.closure.tables.transform(artifact),
    transform,
    onSuccess,
    onFailure,
  };
}

/** The transform of this build, or the composition of several that the artifact declares. */
function boundImplementation(
  artifact: Artifact,
  path: Path,
  scope: ContractScope,
): Pick<Composition, "transform" | "atoms"> {
  const find = (atom: string, module?: string) => scope.registry.transform(atom, module);
  const composition = implementationOf(artifact.fqdn, artifact.ir, find);
  for (const problem of composition.problems) {
    if (problem.code === "NO_IMPLEMENTATION") unimplemented(problem.atom, path, scope);
    else {
      const at = problem.path.join(".");
      scope.report("MALFORMED", path, `ct_ir.${at} of ${artifact.fqdn} should be ${problem.what}`);
    }
  }
  return composition;
}

function bindEffect(step: StepTable, code: string, scope: ContractScope): Bound<EffectStep> | undefined {
  const path = [...step.path, "side_effect"];
  const artifact = scope.closure.resolve(code, "CS", scope.report, path);
  const binding = scope.storage.effects.get(code);
  if (binding === undefined) {
    const hint = scope.storage.bind(code, policyFor(step, scope.registry.effect(code), scope.storage));
    scope.report("NOT_BOUND", path, `the runtime binding does not bind ${code}`, hint);
  }
  const location = binding === undefined ? undefined : locate(step, code, binding.path, scope);
  if (artifact === undefined) return undefined;
  const effect = scope.registry.effect(code, moduleOf(artifact.ir));
  if (effect === undefined) return unimplemented(code, path, scope);
  const bound = bindOperation(step, effect, artifact, scope);
  if (bound === undefined || binding === undefined || location === undefined) return undefined;
  const { policy } = binding;
  if (bound.operation.target === "snapshot") requireOwnSnapshot(code, policy, scope.storage);
  const retry = retryOf(binding.retry, bound);
  const verify = binding.verify && isVisible(bound);
  return { kind: "effect", code: artifact.fqdn, effect, policy, retry, verify, ...bound, ...location };
}

/** A policy with which the step's operation can be performed: any of the effect's, where it names none. */
function policyFor({ op, store }: StepTable, effect: Effect | undefined, { structure }: Storage): JsonObject {
  const operations: Effect["operations"] = effect?.operations ?? {};
  const operation = (op === null ? undefined : operations[op]) ?? Object.values(operations)[0];
  if (operation === undefined) return {};
  const { needsPath, examplePolicy } = targetOf(operation);
  const path = needsPath && (store === null || structure === null) ? { path: "FILE" } : {};
  return { ...examplePolicy(operation), ...path };
}

/** A run asks the snapshot that it runs on, and no other: the template is all that a policy may say of it. */
function requireOwnSnapshot(code: string, policy: JsonObject, { report }: Storage): void {
  const named = own(policy, "snapshot_root") ?? OWN_SNAPSHOT;
  if (named === OWN_SNAPSHOT) return;
  const what = `${code} is bound to another snapshot than the one that the run runs on`;
  const hint = { do: "change", to: quote(OWN_SNAPSHOT) } as const;
  report("FOREIGN_SNAPSHOT", ["core", "bindings", code, "policy", "snapshot_root"], what, hint);
}

const OWN_SNAPSHOT = "{{snapshot_root}}";

/** There is no fallback: a capability that neither this build nor a package of the workspace has is refused. */
function unimplemented(code: string, path: Path, { closure, report }: ContractScope): undefined {
  const provider = closure.lockedProvider(code);
  if (provider === undefined) {
    report("NO_IMPLEMENTATION", path, `this build has no implementation of ${code}`, BUILD_HINT);
  } else {
    const { package: name, version } = provider;
    const hint = `name the package in "capabilities" of pgs.json, or install it: ${name} ${version}`;
    report(
      "CAPABILITY_MISSING",
      path,
      `${code} is of the capability package ${name}, which is not there`,
      hint,
    );
  }
  return undefined;
}

const BUILD_HINT =
  'name the capability package that has it in "capabilities" of pgs.json, or run it with a build that has it';

/**
 * An operation that both artifact and build have; if it declares no outcomes, it has the three common storage
 * outcomes.
 */
function bindOperation(
  step: StepTable,
  effect: Effect,
  artifact: Artifact,
  { closure, report }: ContractScope,
): Pick<EffectStep, "op" | "operation" | "declared"> | undefined {
  const op = step.op ?? "";
  const operations = closure.tables.effect(artifact);
  const declared = declaredOutcomes(operations, op);
  const operation = Object.hasOwn(effect.operations, op) ? effect.operations[op] : undefined;
  if (declared === undefined || operation === undefined) {
    const lacking = declared === undefined ? `${effect.code} declares` : `this build's ${effect.code} has`;
    const hint =
      declared === undefined
        ? operationMeant(step, operation, effect, artifact, [...operations.keys()])
        : BUILD_HINT;
    report("UNKNOWN_OPERATION", [...step.path, "op"], `${lacking} no operation ${op}`, hint);
    return undefined;
  }
  const outcomes = declared.length === 0 ? ["SUCCESS", "VIOLATION", "BACKEND_ERROR"] : declared;
  return { op, operation, declared: new Set(outcomes) };
}

/** If the build has an operation of this name, the name is not misspelt: the artifact lacks the operation. */
function operationMeant(
  { op }: StepTable,
  operation: Operation | undefined,
  { operations }: Effect,
  artifact: Artifact,
  declared: readonly string[],
): Hint | undefined {
  if (op !== null && operation !== undefined) {
    const as = quote({ result_status_values: operation.outcomes });
    return { do: "add", as, at: ["core", "operations", op], artifact };
  }
  const known = declared.filter((name) => Object.hasOwn(operations, name));
  if (known.length === 0) return undefined;
  return op === null ? { do: "add", as: oneOf(known) } : { do: "change", to: suggested(op, known) };
}

/**
 * The path of the step's data: its store's path, else the policy's, else none (a BACKEND_ERROR at run time). If the
 * runtime binding names no structure, a store is only a name (SPEC 4.6).
 */
function locate(
  { store, path: at }: StepTable,
  code: string,
  declared: string | null,
  { storage, closure, report }: ContractScope,
): Pick<EffectStep, "store" | "path" | "reach"> | undefined {
  const found = store === null ? undefined : storage.stores.get(store);
  if (store === null || (found === undefined && storage.structure === null)) {
    const reach = "owned";
    if (declared === null) return { store, path: null, reach };
    const path = pathBelowRoot(declared);
    if (path === null) {
      report("STORE_PATH_ESCAPES", [...at, "side_effect"], escaping(declared, code), storage.contain(code));
    }
    return path === null ? undefined : { store, path, reach };
  }
  if (found === undefined) {
    const what = `the runtime binding's STRUCTURE declares no store ${store}`;
    const to = storeMeant(store, code, storage, closure);
    report("UNKNOWN_STORE", [...at, "store"], what, { do: "change", to });
    return undefined;
  }
  const { path, reach, others } = found;
  if (others.length > 0) {
    const what = `the store ${store} is declared by ${[found.structure, ...others].join(" and ")}`;
    const hint = "give the stores of the structures that a workflow uses or consults different names";
    report("AMBIGUOUS_STORE", [...at, "store"], what, hint);
  }
  return path === null ? undefined : { store, path, reach };
}

/** The declared stores that no step uses with another side effect. */
function storeMeant(given: string, code: string, { stores }: Storage, closure: Closure): string {
  const steps = closure
    .contracts()
    .flatMap((contract) => closure.tables.contract(contract, () => undefined).steps);
  const isOther = (name: string) =>
    steps.some(({ store, sideEffect }) => store === name && sideEffect !== code);
  const known = [...stores.keys()].filter((name) => !isOther(name));
  return known.length === 0 ? `the name of a store that ${code} uses` : suggested(given, known);
}
