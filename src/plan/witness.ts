/**
 * A plan against the tokenized projection of its snapshot, which other runtimes execute: what the projection says the
 * same, what it says otherwise, and what it does not say.
 */

import { pointer } from "../json/pointer.ts";
import type { Json, JsonObject } from "../json/value.ts";
import type { Files } from "../ports.ts";
import { type DomainArtifact, domainArtifact, nodesOf } from "../snapshot/build/projection/domain-artifacts.ts";
import { SnapshotFault } from "../snapshot/errors.ts";
import { type Fqdn, fqdnOfFile } from "../snapshot/fqdn.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { type Place, type Statement, statementsOf } from "../snapshot/tokenized/compare.ts";
import { type Projection, readProjections } from "../snapshot/tokenized/projection.ts";
import type { IntentSpec } from "./intent.ts";
import type { Action, Contract, Plan, Step } from "./plan.ts";

/** A field of the plan, and how often the projection says it. */
export interface WitnessField {
  /** Where the projection has it, or would have it. */
  readonly field: string;
  /** In the words of the plan. */
  readonly about: string;
  readonly same: number;
  readonly differs: number;
  /** The projection says it of others, but not here. */
  readonly missing: number;
  /** No part of the projection says it. */
  readonly silent: number;
}

/** A place at which the projection does not say what the plan has. */
export interface WitnessDifference {
  readonly field: string;
  /** Full name of the artifact. */
  readonly artifact: string;
  /** The artifact's file below the snapshot, and the field in it. */
  readonly file: string;
  readonly pointer: string;
  /** The file of the projection from the snapshot, and the place in it. */
  readonly projection: string;
  readonly at: string;
  /** As the projection would say it; null where no artifact declares it. */
  readonly declared: Json;
  /** Null where the projection does not say it. */
  readonly projected: Json;
}

/** What one projection that has the workflow says of the plan. */
export interface Witness {
  /** The folder of the projection, from the snapshot. */
  readonly projection: string;
  /** Without those that the plan does not have. */
  readonly fields: readonly WitnessField[];
  readonly differences: readonly WitnessDifference[];
}

/** By folder. @throws SnapshotFault `WITNESS_MISSING` where no projection has the workflow */
export function witnessesOf(plan: Plan, snapshot: Snapshot, files: Files): readonly Witness[] {
  const { fqdn } = plan.workflow;
  const projections = readProjections(snapshot.folder, files).filter(({ names }) =>
    [...names.values()].includes(fqdn),
  );
  if (projections.length === 0)
    throw new SnapshotFault("WITNESS_MISSING", { snapshot: snapshot.folder, workflow: fqdn });
  const artifacts = artifactsOf(snapshot);
  return projections.map((projection) => witnessOf(plan, projection, { snapshot, artifacts }));
}

function witnessOf(plan: Plan, projection: Projection, read: Artifacts): Witness {
  const closure = new Set<string>(plan.closureFiles.flatMap(({ path }) => fqdnOfFile(path) ?? []));
  const counts = new Map<string, Counts>();
  const differences: WitnessDifference[] = [];
  for (const statement of statementsOf(projection, read.artifacts)) {
    const { about, verdict } = statement;
    const field = fieldOf(statement);
    if (!closure.has(about) || field === null || isNothing(statement)) continue;
    add(counts, field, verdict);
    if (verdict === "differs" || verdict === "missing")
      differences.push(differenceOf(statement, field, projection, read));
  }
  for (const [field, count] of unsaid(plan)) add(counts, field, "silent", count);
  const fields = FIELDS.flatMap(([field, about]) => {
    const counted = counts.get(field) ?? NONE;
    return Object.values(counted).some((count) => count > 0) ? [{ field, about, ...counted }] : [];
  });
  return { projection: projection.folder, fields, differences };
}

/** What neither the artifact nor the projection has: an actor, where none is declared. */
function isNothing({ declared, projected }: Statement): boolean {
  return (declared ?? null) === null && projected === undefined;
}

type Counts = Record<Statement["verdict"], number>;

const NONE: Readonly<Counts> = { same: 0, differs: 0, missing: 0, silent: 0 };

function add(counts: Map<string, Counts>, field: string, verdict: Statement["verdict"], by = 1): void {
  const known = counts.get(field) ?? { ...NONE };
  counts.set(field, { ...known, [verdict]: known[verdict] + by });
}

type FindArtifact = (name: string) => DomainArtifact | undefined;

/** Each is read once, however many projections name it. */
function artifactsOf(snapshot: Snapshot): FindArtifact {
  const known = new Map<string, DomainArtifact | undefined>();
  return (name) => {
    if (!known.has(name)) {
      const artifact = snapshot.artifact(name as Fqdn);
      known.set(name, artifact && domainArtifact(JSON.parse(artifact.text) as JsonObject));
    }
    return known.get(name);
  };
}

// ---- fields ----

/** Every field of a plan, in the order of the projection, and then those that no projection has. */
const FIELDS: readonly (readonly [field: string, about: string])[] = [
  ["entry.start", "the contract of the start"],
  ["entry.start_key", "the start"],
  ["entry.rb", "the runtime binding"],
  ["entry.actor", "the actor"],
  ["admission", "fields of the intent: type, required"],
  ["routing", "routes to nodes"],
  ["terminal", "routes to ends"],
  ["emits", "announced events"],
  ["bindings", "inputs of nodes"],
  ["pipeline.step_id", "names of steps"],
  ["pipeline.addr", "capabilities of steps"],
  ["pipeline.op", "operations of steps"],
  ["pipeline.inputs", "inputs and stores of steps"],
  ["pipeline.outputs", "outputs of steps"],
  ["pipeline.on_result", "what follows a step"],
  ["ct", "transforms"],
  ["cs", "side effects"],
  ["rb_policy", "policies and stores of the runtime binding"],
  ["wf_storage", "stores that are consulted"],
  ["exit.reason", "reasons of ends"],
  ["workflow.admission", "events that are required or forbidden"],
  ["intent.constraints", "further constraints of the intent"],
  ["contract.inputs", "declared inputs of contracts"],
  ["contract.outputs", "declared outputs of contracts"],
  ["contract.allowed", "allowed outcomes of contracts"],
  ["contract.on_input_failure", "outcomes of inputs that do not fit"],
  ["contract.evaluation", "conditions that decide an outcome"],
  ["contract.on_ct_result", "other outcomes of transforms"],
  ["contract.suppressed", "values that are not traced"],
];

function fieldOf({ path }: Statement): string | null {
  const [member, , second, third] = path;
  if (member === "entry") return second === undefined ? "entry.start" : `entry.${second}`;
  if (member === "pipeline") return third === undefined ? "pipeline.addr" : `pipeline.${third}`;
  return member === undefined ? null : String(member);
}

/** What a plan has and no form of projection has a place for. */
function unsaid({ nodes, admission }: Plan): readonly (readonly [field: string, count: number])[] {
  const all = [...nodes.values()];
  const contracts = new Map(
    all.flatMap((node) => (node.type === "CC" ? [[node.contract.fqdn, node.contract]] : [])),
  );
  const sum = (count: (contract: Contract) => number) =>
    [...contracts.values()].reduce((total, contract) => total + count(contract), 0);
  const intents = all.flatMap((node) => (node.type === "IN" && node.intent !== null ? [node.intent] : []));
  return [
    ["exit.reason", all.filter((node) => node.type === "EXIT" && node.reason !== null).length],
    ["workflow.admission", admission.requires.length + admission.forbids.length],
    [
      "intent.constraints",
      intents.reduce((total, { spec, isClosed }) => total + constraints(spec, isClosed), 0),
    ],
    ["contract.inputs", sum(({ inputs }) => inputs.length)],
    ["contract.outputs", sum(({ outputs }) => outputs.size)],
    ["contract.allowed", contracts.size],
    ["contract.on_input_failure", contracts.size],
    [
      "contract.evaluation",
      sum(({ steps }) => new Set(steps.flatMap(({ onResult }) => evaluations(onResult))).size),
    ],
    ["contract.on_ct_result", sum(({ steps }) => steps.filter(hasOtherOutcomes).length)],
    ["contract.suppressed", sum(({ suppressed }) => suppressed.size)],
  ];
}

/** Fields with more than a type, and whether others are a violation: the projection knows types alone. */
function constraints(spec: IntentSpec, isClosed: boolean): number {
  const more = Object.values(spec).filter(({ enum: values, minimum, minItems, format, items, fields }) =>
    [values, minimum, minItems, format, items, fields].some((one) => one !== undefined),
  );
  return more.length + (isClosed ? 1 : 0);
}

function evaluations(onResult: ReadonlyMap<string, Action>): readonly string[] {
  return [...onResult.values()].flatMap((action) => (action.do === "evaluate" ? [action.name] : []));
}

function hasOtherOutcomes(step: Step): boolean {
  return step.kind === "transform" && (step.onSuccess !== "SUCCESS" || step.onFailure !== "VIOLATION");
}

// ---- places ----

interface Artifacts {
  readonly snapshot: Snapshot;
  readonly artifacts: FindArtifact;
}

function differenceOf(
  { about, file, path, declared, projected }: Statement,
  field: string,
  projection: Projection,
  { snapshot, artifacts }: Artifacts,
): WitnessDifference {
  const artifact = artifacts(about);
  return {
    field,
    artifact: about,
    file: snapshot.artifact(about as Fqdn)?.file ?? "",
    pointer: pointer(artifact === undefined ? [] : declaredAt(path, artifact, projection)),
    projection: `${projection.folder}/${file}.json`,
    at: pointer(path),
    declared: declared ?? null,
    projected: projected ?? null,
  };
}

/** Where the artifact declares what a place of the projection says. */
function declaredAt([member, , ...rest]: Place, artifact: DomainArtifact, { names }: Projection): Place {
  const core = ["frontmatter", "core"];
  const nameAt = (address: string | number | undefined) => names.get(Number(address)) ?? String(address);
  const [first, second, ...below] = rest;
  switch (member) {
    case "ct":
      return ["ct_ir"];
    case "cs":
      return ["cs_ir", ...rest];
    case "admission":
      return [...core, "inputs", ...rest];
    case "rb_policy":
      return [...core, "bindings", ...(first === undefined ? [] : [nameAt(first)])];
    case "wf_storage":
      return ["frontmatter", "consults"];
    case "pipeline":
      return [...core, "pipeline", ...(first === undefined ? [] : [first, ...stepField(second, below)])];
    case "entry":
      return ["frontmatter", ...(ENTRY[String(first)] ?? ["core", "start_node"])];
    default: {
      if (first === undefined) return [...core, "nodes"];
      const node = nodeAt(String(first), artifact, nameAt(first));
      if (member === "bindings") return [...core, "nodes", node, "inputs", ...rest.slice(1)];
      const outcome = second === undefined ? [] : [nameAt(second).replace(/^transition::/, "")];
      return [...core, "nodes", node, "next", ...outcome];
    }
  }
}

const ENTRY: Readonly<Record<string, Place>> = {
  actor: ["core", "actor_context"],
  rb: ["runtime_binding"],
};

function stepField(field: string | number | undefined, below: Place): Place {
  if (field === undefined || field === "addr") return [];
  if (field === "step_id") return ["step"];
  return below[0] === "__store__" ? ["store"] : [field, ...below];
}

/** The key of a node; of a form that knows contracts alone, the first node of that contract. */
function nodeAt(key: string, workflow: DomainArtifact, contract: string): string {
  const nodes = nodesOf(workflow);
  const found = nodes.find((node) => node.key === key) ?? nodes.find(({ fqdn }) => fqdn === contract);
  return found?.key ?? key;
}
