/**
 * What a snapshot declares, one by one: workflows with their nodes and edges, what contracts and intents take and
 * answer, what is bound and where it is stored, each with its place. It is read from the tables, so that also
 * a workflow that does not compile has one.
 */

import type { Registry } from "../capabilities/registry.ts";
import { CompileFault, Fault } from "../faults.ts";
import { isObject, type Json, type JsonObject, objectAt, own, pointer } from "../json.ts";
import { type Fqdn, isFqdn } from "../snapshot/fqdn.ts";
import type { Artifact, Snapshot } from "../snapshot/load.ts";
import {
  parseContract,
  parseIntent,
  parseRuntimeBinding,
  parseStructure,
  parseWorkflow,
  type Report,
} from "../snapshot/parse.ts";
import { compile } from "./compile.ts";

export type DeclaredKind =
  | "artifact"
  | "compilation"
  | "start"
  | "binding"
  | "admission"
  | "node"
  | "edge"
  | "outcome"
  | "field"
  | "output"
  | "capability"
  | "store";

export interface Declared {
  readonly kind: DeclaredKind;
  /** FQDN of the artifact that declares it. */
  readonly artifact: string;
  readonly name: string;
  readonly value: Json;
  /** Path below the snapshot. */
  readonly file: string;
  /** JSON Pointer into the file. */
  readonly at: string;
}

/** @throws SnapshotFault, SealFault when an artifact is refused */
export async function surfaceOf(snapshot: Snapshot, registry: Registry): Promise<readonly Declared[]> {
  const structures = new Set<string>(snapshot.names("STRUCTURE"));
  const declared: Declared[] = [];
  for (const workflow of artifactsOf(snapshot, snapshot.names("WF"))) {
    declared.push(...ofWorkflow(workflow), await compilationOf(workflow, snapshot, registry));
  }
  for (const intent of artifactsOf(snapshot, snapshot.names("IN"))) declared.push(...ofIntent(intent));
  for (const contract of artifactsOf(snapshot, snapshot.names("CC"))) declared.push(...ofContract(contract));
  for (const binding of artifactsOf(snapshot, snapshot.names("RB"))) {
    declared.push(...ofRuntimeBinding(binding));
    // A structure may also stand among the governance artifacts, where only its name leads.
    structures.add(parseRuntimeBinding(binding, silent).structure ?? "");
  }
  for (const structure of artifactsOf(snapshot, [...structures].sort()))
    declared.push(...ofStructure(structure));
  return declared;
}

function artifactsOf(snapshot: Snapshot, names: readonly string[]): readonly Artifact[] {
  const known = names.filter((name): name is Fqdn => isFqdn(name));
  return known.map((name) => snapshot.artifact(name)).filter((artifact) => artifact !== undefined);
}

/** What has the wrong shape is said by compiling. */
const silent: Report = () => undefined;

type Say = (kind: DeclaredKind, name: string, path: readonly (string | number)[], value: Json) => Declared;

function saying({ fqdn, file }: Artifact): Say {
  return (kind, name, path, value) => {
    const at = pointer(path.length === 0 ? [] : ["frontmatter", ...path]);
    return { kind, artifact: fqdn, name, value, file, at };
  };
}

async function compilationOf(workflow: Artifact, snapshot: Snapshot, registry: Registry): Promise<Declared> {
  const say = saying(workflow);
  try {
    await compile(workflow, snapshot, registry);
    return say("compilation", "", [], "compiles");
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const reasons = error instanceof CompileFault ? error.reasons : [{ code: error.code, what: error.message }];
    return say("compilation", "", [], { reasons: reasons.map(({ code, what }) => `${code} ${what}`) });
  }
}

function ofWorkflow(artifact: Artifact): readonly Declared[] {
  const say = saying(artifact);
  const { start, runtimeBinding, nodes, requires, forbids, bindings } = parseWorkflow(artifact, silent);
  const admitting = (rule: string, events: readonly string[]) =>
    events.map((event) => {
      const where = Object.fromEntries(bindings.get(event) ?? []);
      return say("admission", `${rule} ${event}`, ["core", "admission", rule], where);
    });
  return [
    say("artifact", "", [], "workflow"),
    say("start", "", ["core", "start_node"], start),
    say("binding", "", ["runtime_binding"], runtimeBinding),
    ...admitting("requires", requires),
    ...admitting("forbids", forbids),
    ...nodes.flatMap(({ key, path, type, code, inputs, next, reason, emit }) => [
      say("node", key, path, { type, code, inputs, reason, emit }),
      ...[...next].map(([outcome, to]) =>
        say("edge", `${key} --${outcome}-->`, [...path, "next", outcome], to),
      ),
    ]),
  ];
}

function ofIntent(artifact: Artifact): readonly Declared[] {
  const say = saying(artifact);
  return [
    say("artifact", "", [], "intent"),
    ...ofFields(parseIntent(artifact, silent), "", ["core", "inputs"], say),
  ];
}

/** Every field with its rules, those nested in it after it. */
function ofFields(
  fields: JsonObject,
  above: string,
  path: readonly (string | number)[],
  say: Say,
): readonly Declared[] {
  return Object.entries(fields).flatMap(([name, spec]) =>
    isObject(spec) ? ofField(spec, `${above}${name}`, [...path, name], say) : [],
  );
}

/** What describes a field to people is no rule; what is nested in it has a place of its own. */
const NO_RULES: ReadonlySet<string> = new Set([
  "description",
  "summary",
  "required",
  "items",
  "fields",
  "properties",
]);

function ofField(
  spec: JsonObject,
  name: string,
  path: readonly (string | number)[],
  say: Say,
  isListed = false,
): readonly Declared[] {
  const rules = Object.entries(spec).filter(([rule]) => !NO_RULES.has(rule));
  const required = isListed || own(spec, "required") === true;
  const items = own(spec, "items");
  return [
    say("field", name, path, { required, ...Object.fromEntries(rules) }),
    ...ofFields(objectAt(spec, "fields"), `${name}.`, [...path, "fields"], say),
    ...ofProperties(spec, `${name}.`, [...path, "properties"], say),
    ...(isObject(items) ? ofField(items, `${name}[]`, [...path, "items"], say) : []),
  ];
}

/** The members as a JSON Schema declares them: which of them are required is listed beside them. */
function ofProperties(
  spec: JsonObject,
  above: string,
  path: readonly (string | number)[],
  say: Say,
): readonly Declared[] {
  const listed = own(spec, "required");
  return Object.entries(objectAt(spec, "properties")).flatMap(([name, member]) => {
    const isListed = Array.isArray(listed) && listed.includes(name);
    return isObject(member) ? ofField(member, `${above}${name}`, [...path, name], say, isListed) : [];
  });
}

function ofContract(artifact: Artifact): readonly Declared[] {
  const say = saying(artifact);
  const { inputs, outputs, allowed, onInputFailure, steps } = parseContract(artifact, silent);
  const status = ["core", "result_status_contract"];
  return [
    say("artifact", "", [], "contract"),
    ...ofFields(Object.fromEntries(inputs), "", ["core", "inputs"], say),
    ...outputs.map(([name, spec]) =>
      say("output", name, ["core", "outputs", name], own(spec, "type") ?? "any"),
    ),
    ...allowed.map((outcome) => say("outcome", outcome, [...status, "allowed"], outcome)),
    say("outcome", "on_input_failure", [...status, "on_input_failure"], onInputFailure),
    ...steps.map(({ name, path, transform, sideEffect, op, store }) =>
      say("capability", name, path, { uses: transform ?? sideEffect, op, store }),
    ),
  ];
}

function ofRuntimeBinding(artifact: Artifact): readonly Declared[] {
  const say = saying(artifact);
  const { structure, effects } = parseRuntimeBinding(artifact, silent);
  return [
    say("artifact", "", [], "runtime binding"),
    say("binding", "storage_structure", ["core", "storage_structure"], structure),
    ...[...effects].map(([effect, { policy, path }]) =>
      say("binding", effect, ["core", "bindings", effect], { policy, path }),
    ),
  ];
}

function ofStructure(artifact: Artifact): readonly Declared[] {
  const say = saying(artifact);
  return [
    say("artifact", "", [], "structure"),
    ...[...parseStructure(artifact, silent)].map(([store, path]) =>
      say("store", store, ["core", "entity_stores", store, "path"], path),
    ),
  ];
}
