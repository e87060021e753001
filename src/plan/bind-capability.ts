/** The capability that a step of a contract binds to: its implementation, its operation, and the store of its data. */

import { type Effect, type Operation, targetOf } from "../capabilities/effect.ts";
import type { Registry } from "../capabilities/registry.ts";
import { type JsonObject, own } from "../json/value.ts";
import { type Artifact, moduleOf } from "../snapshot/artifact.ts";
import { oneOf, type Path, quote, suggested } from "../snapshot/hint.ts";
import { declaredOutcomes } from "../snapshot/operation-names.ts";
import type { Hint, Report, StepTable } from "../snapshot/parse.ts";
import { isVisible, retryOf } from "./check-retry.ts";
import type { Closure } from "./closure.ts";
import { type Composition, implementationOf } from "./molecule.ts";
import type { EffectStep, Step, TransformStep } from "./plan.ts";
import { escaping, pathBelowRoot, type Storage } from "./storage.ts";

export interface ContractScope {
  readonly storage: Storage;
  readonly closure: Closure;
  readonly registry: Registry;
  /** Reports problems of the contract's artifact. */
  readonly report: Report;
}

type Bound<S extends Step> = Omit<S, "name" | "index" | "inputs" | "outputs" | "onResult">;

export function bindTransform(
  step: StepTable,
  code: string,
  scope: ContractScope,
): Bound<TransformStep> | undefined {
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

export function bindEffect(step: StepTable, code: string, scope: ContractScope): Bound<EffectStep> | undefined {
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
