/**
 * From executed fields to typed tables. Nothing is resolved here: names stay names, paths stay text. Whatever
 * has the wrong type is reported with its place and read as absent, so that all reasons are reported at once.
 */

import { isObject, type Json, type JsonObject, own } from "../json/value.ts";
import type { Artifact } from "./artifact.ts";
import type { Change, Path } from "./hint.ts";
import { nearestName } from "./nearest-name.ts";

/**
 * How to change the reported field, the one at `at`, or one in another artifact; a sentence if no
 * field has to be changed.
 */
export type Hint = string | (Change & { readonly at?: Path; readonly artifact?: Artifact });

export type Report = (code: string, path: Path, what: string, hint?: Hint) => void;

/** A problem of an artifact at a path below its `frontmatter`. */
export interface Reason {
  readonly artifact: Artifact;
  readonly code: string;
  readonly path: Path;
  readonly what: string;
  readonly hint: Hint | undefined;
}

/** A report function for one artifact. */
export function reportFor(artifact: Artifact, reasons: Reason[]): Report {
  return (code, path, what, hint) => reasons.push({ artifact, code, path, what, hint });
}

/** Reads members of one object and reports wrong types. */
interface Members {
  readonly value: JsonObject;
  readonly path: Path;
  text(key: string): string | null;
  requiredText(key: string): string;
  texts(key: string): readonly string[];
  /** The names of a member that is one text or a list of them. */
  names(key: string): readonly DeclaredName[];
  object(key: string): JsonObject;
  raw(key: string): Json | undefined;
  /** The members of an object that are objects themselves. */
  each(key: string): readonly (readonly [string, Members])[];
  within(key: string): Members;
}

/** A name where it is declared, below the artifact's `frontmatter`. */
export interface DeclaredName {
  readonly name: string;
  readonly path: Path;
}

function members(value: JsonObject, path: Path, report: Report): Members {
  const text = (key: string): string | null => {
    const found = own(value, key) ?? null;
    if (found === null || typeof found === "string") return found;
    malformed(report, [...path, key], "a string");
    return null;
  };
  const object = (key: string): JsonObject => {
    const found = own(value, key) ?? {};
    if (isObject(found)) return found;
    malformed(report, [...path, key], "an object");
    return {};
  };
  return {
    value,
    path,
    text,
    object,
    raw: (key) => own(value, key),
    requiredText(key) {
      const found = text(key);
      if (found === null && (own(value, key) ?? null) === null)
        malformed(report, [...path, key], "there", whereMissing(key, "a string", value, path));
      return found ?? "";
    },
    texts(key) {
      const found = own(value, key) ?? [];
      if (Array.isArray(found) && found.every((item) => typeof item === "string"))
        return found as readonly string[];
      malformed(report, [...path, key], "a list of strings");
      return [];
    },
    names(key) {
      const found = own(value, key) ?? [];
      const at = [...path, key];
      if (typeof found === "string") return [{ name: found, path: at }];
      if (Array.isArray(found) && found.every((item) => typeof item === "string"))
        return found.map((name, i) => ({ name: name as string, path: [...at, i] }));
      malformed(report, at, "a string or a list of strings");
      return [];
    },
    within: (key) => members(object(key), [...path, key], report),
    each(key) {
      return Object.entries(object(key)).flatMap(([name, item]) => {
        if (isObject(item)) return [[name, members(item, [...path, key, name], report)] as const];
        malformed(report, [...path, key, name], "an object");
        return [];
      });
    },
  };
}

function malformed(
  report: Report,
  path: Path,
  expected: string,
  hint: Hint = { do: "change", to: expected },
): void {
  report("MALFORMED", path, `${path.join(".")} should be ${expected}`, hint);
}

/** The hint for a missing member: a misspelt name to correct, or the member to add. */
function whereMissing(key: string, expected: string, value: JsonObject, path: Path): Hint {
  const misspelt = nearestName(key, Object.keys(value));
  return misspelt === null ? { do: "add", as: expected } : { do: "rename", to: key, at: [...path, misspelt] };
}

function coreOf(artifact: Artifact, report: Report): Members {
  return members(artifact.frontmatter, [], report).within("core");
}

function textMap(of: Members, key: string, report: Report): ReadonlyMap<string, string> {
  const entries = Object.entries(of.object(key)).filter((entry): entry is [string, string] => {
    if (typeof entry[1] === "string") return true;
    malformed(report, [...of.path, key, entry[0]], "a string");
    return false;
  });
  return new Map(entries);
}

/** How a form of snapshot says what the compiler needs: one function for each kind of artifact. */
export interface SnapshotTables {
  workflow(artifact: Artifact, report: Report): WorkflowTable;
  contract(artifact: Artifact, report: Report): ContractTable;
  /** The inputs that a transform requires. */
  transform(artifact: Artifact): readonly string[];
  /** By operation, the outcomes that it declares. */
  effect(artifact: Artifact): ReadonlyMap<string, readonly string[]>;
  runtimeBinding(artifact: Artifact, report: Report): BindingTable;
  /** By store, its path below the data root, as declared. */
  structure(artifact: Artifact, report: Report): ReadonlyMap<string, string>;
  intent(artifact: Artifact, report: Report): IntentTable;
}

/** The tables of artifacts that have `frontmatter`, `ct_ir` and `cs_ir`. */
export const frontMatterTables: SnapshotTables = {
  workflow: parseWorkflow,
  contract: parseContract,
  transform: parseTransform,
  effect: parseEffect,
  runtimeBinding: parseRuntimeBinding,
  structure: parseStructure,
  intent: parseIntent,
};

// ---- WF ----

export interface WorkflowTable {
  readonly summary: string;
  readonly runtimeBinding: string;
  /** Runtime bindings whose stores the workflow may read and not write. */
  readonly consults: readonly DeclaredName[];
  /** Workflows that are in force in its place. */
  readonly supersededBy: readonly DeclaredName[];
  /** Workflows in whose place it is in force. */
  readonly supersedes: readonly DeclaredName[];
  /** The actor under which it is declared to run. */
  readonly actorContext: string | null;
  readonly start: string;
  readonly nodes: readonly NodeTable[];
  readonly requires: readonly string[];
  readonly forbids: readonly string[];
  /** Event code -> event field -> payload field. */
  readonly bindings: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export interface NodeTable {
  readonly key: string;
  readonly path: Path;
  readonly type: string;
  readonly code: string | null;
  /** Null: the node declares no inputs at all. */
  readonly inputs: JsonObject | null;
  readonly next: ReadonlyMap<string, string>;
  readonly reason: string | null;
  /** The events that an EXIT announces, in order. */
  readonly emit: readonly DeclaredName[];
}

function parseWorkflow(artifact: Artifact, report: Report): WorkflowTable {
  const top = members(artifact.frontmatter, [], report);
  const core = coreOf(artifact, report);
  const admission = core.within("admission");
  return {
    summary: core.text("summary") ?? "",
    runtimeBinding: top.requiredText("runtime_binding"),
    consults: top.names("consults"),
    supersededBy: top.names("superseded_by"),
    supersedes: top.names("supersedes"),
    actorContext: core.text("actor_context"),
    start: core.requiredText("start_node"),
    nodes: core.each("nodes").map(([key, node]) => parseNode(key, node, report)),
    requires: admission.texts("requires"),
    forbids: admission.texts("forbids"),
    bindings: new Map(
      admission
        .each("bindings")
        .map(([event]) => [event, textMap(admission.within("bindings"), event, report)]),
    ),
  };
}

function parseNode(key: string, node: Members, report: Report): NodeTable {
  return {
    key,
    path: node.path,
    type: node.requiredText("type"),
    code: node.text("fqdn_id") ?? node.text("code"),
    inputs: node.raw("inputs") === undefined ? null : node.object("inputs"),
    next: textMap(node, "next", report),
    reason: node.text("reason"),
    emit: node.names("emit"),
  };
}

// ---- CC ----

export interface ContractTable {
  readonly inputs: readonly (readonly [string, JsonObject])[];
  readonly outputs: readonly (readonly [string, JsonObject])[];
  readonly allowed: readonly string[];
  readonly onInputFailure: string;
  readonly steps: readonly StepTable[];
  /** Whether there is a list of steps, which may be empty. */
  readonly hasSteps: boolean;
  readonly evaluations: readonly EvaluationTable[];
  readonly suppressed: readonly string[];
}

export interface EvaluationTable {
  readonly name: string;
  readonly path: Path;
  readonly condition: string;
  readonly onTrue: string;
  readonly onFalse: string;
}

export interface StepTable {
  readonly name: string;
  /** The names of its members, read here or not. */
  readonly members: readonly string[];
  readonly path: Path;
  readonly transform: string | null;
  readonly sideEffect: string | null;
  readonly op: string | null;
  readonly store: string | null;
  readonly inputs: JsonObject;
  readonly outputs: JsonObject;
  readonly onResult: ReadonlyMap<string, string>;
  readonly onSuccess: string;
  readonly onFailure: string;
}

function parseContract(artifact: Artifact, report: Report): ContractTable {
  const core = coreOf(artifact, report);
  const status = core.within("result_status_contract");
  return {
    inputs: core.each("inputs").map(([name]) => [name, core.within("inputs").object(name)]),
    outputs: core.each("outputs").map(([name]) => [name, core.within("outputs").object(name)]),
    allowed: status.texts("allowed"),
    onInputFailure: status.text("on_input_failure") ?? "VIOLATION",
    steps: listOf(core, "pipeline", report).map((step) => parseStep(step, report)),
    hasSteps: Array.isArray(core.raw("pipeline")),
    evaluations: core.each("evaluation").map(([name, evaluation]) => ({
      name,
      path: evaluation.path,
      condition: evaluation.requiredText("condition"),
      onTrue: evaluation.requiredText("on_true"),
      onFalse: evaluation.requiredText("on_false"),
    })),
    suppressed: core.texts("suppress_trace_fields"),
  };
}

function listOf(of: Members, key: string, report: Report): readonly Members[] {
  const list = of.raw(key);
  if (!Array.isArray(list)) {
    const hint = list === undefined ? whereMissing(key, "a list", of.value, of.path) : undefined;
    malformed(report, [...of.path, key], "a list", hint);
    return [];
  }
  return list.flatMap((item: Json, i) => {
    if (isObject(item)) return [members(item, [...of.path, key, i], report)];
    malformed(report, [...of.path, key, i], "an object");
    return [];
  });
}

function parseStep(step: Members, report: Report): StepTable {
  const renamed = step.within("on_ct_result");
  return {
    name: step.requiredText("step"),
    members: Object.keys(step.value),
    path: step.path,
    transform: step.text("transform"),
    sideEffect: step.text("side_effect"),
    op: step.text("op"),
    store: step.text("store"),
    inputs: step.object("inputs"),
    outputs: step.object("outputs"),
    onResult: textMap(step, "on_result", report),
    onSuccess: renamed.text("on_success") ?? "SUCCESS",
    onFailure: renamed.text("on_failure") ?? "VIOLATION",
  };
}

// ---- CT, CS, RB, STRUCTURE ----

/** The inputs that a transform's artifact requires. */
function parseTransform(artifact: Artifact): readonly string[] {
  const inputs = own(artifact.ir ?? {}, "inputs");
  if (!isObject(inputs)) return [];
  return Object.keys(inputs).filter((name) => {
    const spec = own(inputs, name);
    return isObject(spec) && own(spec, "required") === true;
  });
}

/** Operation -> the outcomes it declares. */
function parseEffect(artifact: Artifact): ReadonlyMap<string, readonly string[]> {
  const silent: Report = () => undefined;
  const operations = members(artifact.ir ?? {}, [], silent)
    .within("cs_metadata")
    .within("operations")
    .each("operations")
    .map(([name, operation]) => [name, operation.texts("result_status_values")] as const);
  return new Map(operations);
}

export interface BindingTable {
  readonly structure: string | null;
  readonly effects: ReadonlyMap<string, BoundEffect>;
}

/** A side effect's `policy`, and the path (or root) in that, or else the path in `config`. */
export interface BoundEffect {
  /** Without `retry` and `verify`, which are for the engine alone. */
  readonly policy: JsonObject;
  readonly path: string | null;
  readonly pathAt: readonly ["policy" | "config", "path" | "root"];
  /** `retry` and `verify` of the policy, or else of `config`; null where neither has it. */
  readonly declaredRetry: DeclaredMember | null;
  readonly declaredVerify: DeclaredMember | null;
}

/** A member as it is declared, and where. */
export interface DeclaredMember {
  readonly value: Json;
  /** Below the artifact's `frontmatter`. */
  readonly path: Path;
}

/** Where a side effect's path may be, the first that is there: what holds several files calls it a root. */
const PATHS = [
  ["policy", "path"],
  ["policy", "root"],
  ["config", "path"],
] as const;

/** A root counts where it says that it is below the data root: what others call so may be anything. */
function isPath(text: string | null, member: "path" | "root"): boolean {
  return text !== null && (member === "path" || text.startsWith("{{module_data_root}}/"));
}

function parseRuntimeBinding(artifact: Artifact, report: Report): BindingTable {
  const core = coreOf(artifact, report);
  const effects = core.each("bindings").map(([effect, binding]) => {
    const pathAt =
      PATHS.find(([within, member]) => isPath(binding.within(within).text(member), member)) ?? PATHS[0];
    const declared = binding.within(pathAt[0]).text(pathAt[1]);
    const { retry: _, verify: __, ...policy } = binding.object("policy");
    const bound: BoundEffect = {
      policy,
      path: isPath(declared, pathAt[1]) ? declared : null,
      pathAt,
      declaredRetry: declaredIn(binding, "retry"),
      declaredVerify: declaredIn(binding, "verify"),
    };
    return [effect, bound] as const;
  });
  return { structure: core.text("storage_structure"), effects: new Map(effects) };
}

function declaredIn(binding: Members, name: "retry" | "verify"): DeclaredMember | null {
  for (const of of [binding.within("policy"), binding.within("config")]) {
    const value = of.raw(name);
    if (value !== undefined) return { value, path: [...of.path, name] };
  }
  return null;
}

/** Store name -> path below the data root, as declared. */
function parseStructure(artifact: Artifact, report: Report): ReadonlyMap<string, string> {
  const stores = coreOf(artifact, report).each("entity_stores");
  return new Map(stores.map(([name, store]) => [name, store.requiredText("path")]));
}

export interface IntentTable {
  /** The declared spec, field by field. */
  readonly inputs: JsonObject;
  /** Whether other members than the declared ones are admitted. */
  readonly additional: boolean;
}

function parseIntent(artifact: Artifact, report: Report): IntentTable {
  const core = coreOf(artifact, report);
  const additional = core.raw("additional") ?? true;
  if (typeof additional === "boolean") return { inputs: core.object("inputs"), additional };
  malformed(report, [...core.path, "additional"], "true or false");
  return { inputs: core.object("inputs"), additional: true };
}
