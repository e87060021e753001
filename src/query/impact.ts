/** `impact`: which workflows a change of an artifact can reach, and which of their endings, stores and events. */

import type { CompiledSnapshot, CompiledWorkflow } from "../plan/analysis/compiled-snapshot.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { stepPath } from "../plan/routes.ts";
import { namedEvents } from "./events.ts";
import { artifactOf, type QueryModel } from "./model.ts";
import { declaredGraph, exitsOf, reachable } from "./outcomes.ts";
import { type Place, placeOf } from "./place.ts";
import {
  isExecuted,
  type Mention,
  type Reached,
  type Reference,
  reach,
  referencesOf,
  toMention,
} from "./references.ts";
import { requireArtifact } from "./require-name.ts";
import { type Store, storesIn } from "./stores.ts";

export type ImpactAnswer = {
  readonly query: "impact";
  readonly artifact: string;
  /** The workflows that mention it, directly or through others: those first in which a run executes it. */
  readonly workflows: readonly WorkflowImpact[];
  /** Other workflows that read what those write, or ask for what those announce. */
  readonly readers: readonly Reader[];
};

export type WorkflowImpact = {
  readonly workflow: string;
  /** Whether a run executes it; false where it only governs or describes. */
  readonly executed: boolean;
  /** Of a workflow that does not compile, its stores and records are not known. */
  readonly compiles: boolean;
  /** The shortest chain of mentions that leads to it; empty for the workflow itself. */
  readonly steps: readonly Mention[];
  /** The nodes at which a run first meets it. */
  readonly nodes: readonly string[];
  /** The EXITs behind those. */
  readonly outcomes: readonly string[];
  /** The stores that are written at or behind those. */
  readonly stores: readonly string[];
  /** The events that are announced or recorded at or behind those. */
  readonly events: readonly string[];
};

export type Reader = Place & {
  readonly workflow: string;
  readonly because: "reads" | "requires" | "forbids";
  /** The store, or the event. */
  readonly of: string;
};

/** @throws QueryFault for a name that the snapshot does not have */
export async function impact(given: string, model: QueryModel): Promise<ImpactAnswer> {
  const artifact = requireArtifact(given, model).fqdn;
  const compiled = await model.compiled();
  const scope = { artifact, model, compiled, ...reachOf(artifact, model) };
  const names = [...scope.mentioning.keys()].filter((name) => model.artifacts.get(name)?.word === "WF").sort();
  const impacts = await Promise.all(names.map((name) => impactOn(name, scope)));
  const workflows = [...impacts.filter((one) => one.executed), ...impacts.filter((one) => !one.executed)];
  return { query: "impact", artifact, workflows, readers: await readersOf(workflows, scope) };
}

interface Scope {
  readonly artifact: string;
  readonly model: QueryModel;
  readonly compiled: CompiledSnapshot;
  /** What leads to the artifact by mentions. */
  readonly mentioning: ReadonlyMap<string, Reached>;
  /** The same by mentions that a run follows. */
  readonly executing: ReadonlyMap<string, Reached>;
}

function reachOf(
  artifact: string,
  model: Pick<QueryModel, "artifacts">,
): Pick<Scope, "mentioning" | "executing"> {
  const references = referencesOf(model);
  return {
    mentioning: reach(artifact, "to", references),
    executing: reach(artifact, "to", references, isExecuted),
  };
}

/** Full names, sorted: the workflows of which a run executes the artifact. */
export function workflowsExecuting(artifact: string, model: Pick<QueryModel, "artifacts">): readonly string[] {
  const names = [...reachOf(artifact, model).executing.keys()];
  return names.filter((name) => model.artifacts.get(name)?.word === "WF").sort();
}

async function impactOn(workflow: string, scope: Scope): Promise<WorkflowImpact> {
  const { compiled, mentioning, executing, model } = scope;
  const executed = executing.has(workflow);
  const chain = chainFrom(workflow, executed ? executing : mentioning);
  const found = compiled.workflows.find(({ artifact }) => artifact.fqdn === workflow);
  const nodes = found === undefined || !executed ? [] : nodesMeeting(found, scope);
  const behind = reachable(nodes, found === undefined ? [] : declaredGraph(found).edges);
  const exits = found === undefined ? [] : exitsOf(found).map(({ key }) => key);
  const isHere = (one: { readonly workflow: string | null; readonly node: string | null }) =>
    one.workflow === workflow && one.node !== null && behind.has(one.node);
  const written = ({ uses }: Store) => uses.some((use) => !use.isReading && isHere(use));
  const events = namedEvents(compiled, model)
    .filter(isHere)
    .map(({ event }) => event);
  return {
    workflow,
    executed,
    compiles: found?.plan !== null,
    steps: await Promise.all(chain.map(toMention)),
    nodes,
    outcomes: exits.filter((key) => behind.has(key)).sort(),
    stores: [...storesIn(compiled).values()].filter(written).map(({ name }) => name),
    events: [...new Set(events)].sort(),
  };
}

/** The references from where a search against references came to. */
function chainFrom(name: string, reached: ReadonlyMap<string, Reached>): readonly Reference[] {
  const chain: Reference[] = [];
  for (let by = reached.get(name)?.by ?? null; by !== null; by = reached.get(by.to)?.by ?? null) chain.push(by);
  return chain;
}

/** The nodes that lead to the artifact; all of a run where what leads to it belongs to none. */
function nodesMeeting(workflow: CompiledWorkflow, scope: Scope): readonly string[] {
  const { artifact, executing, model } = scope;
  const { table, artifact: own } = workflow;
  if (own.fqdn === artifact) return [table.start];
  const met = new Set<string>();
  for (const one of referencesOf(model).from(own.fqdn)) {
    if (!isExecuted(one) || !executing.has(one.to)) continue;
    for (const node of nodesAt(one, workflow, scope)) met.add(node);
  }
  return table.nodes.map(({ key }) => key).filter((key) => met.has(key));
}

function nodesAt(
  { to, path }: Reference,
  { table, plan }: CompiledWorkflow,
  { artifact, model, compiled }: Scope,
): readonly string[] {
  const [core, nodes, key] = path;
  if (core === "core" && nodes === "nodes" && key !== undefined) return [String(key)];
  if (model.artifacts.get(to)?.word !== "RB" || plan === null) return [table.start];
  if (model.artifacts.get(artifact)?.word !== "STRUCTURE")
    return nodesWith(plan, ({ kind }) => kind === "effect");
  const stores = [...storesIn(compiled).values()].filter(({ declared }) =>
    declared.some(({ structure }) => structure === artifact),
  );
  const paths = new Set(stores.map((store) => store.path));
  return nodesWith(plan, (step) => step.kind === "effect" && step.path !== null && paths.has(step.path));
}

function nodesWith({ nodes }: Plan, isMeant: (step: Step) => boolean): readonly string[] {
  return [...nodes.values()].flatMap((node) =>
    node.type === "CC" && node.contract.steps.some(isMeant) ? [node.key] : [],
  );
}

const ASKS = { required: "requires", forbidden: "forbids" } as const;

/** Sorted by workflow. */
async function readersOf(
  workflows: readonly WorkflowImpact[],
  { compiled, model }: Scope,
): Promise<readonly Reader[]> {
  const inside = new Set(workflows.flatMap(({ workflow, executed }) => (executed ? [workflow] : [])));
  const [stores, events] = [
    new Set(workflows.flatMap((one) => one.stores)),
    new Set(workflows.flatMap((one) => one.events)),
  ];
  const reads = [...storesIn(compiled).values()].flatMap((store) => {
    const of = store.name;
    const uses = store.uses.filter(({ isReading, workflow }) => isReading && !inside.has(workflow));
    if (!stores.has(of)) return [];
    return uses.map(async ({ workflow, contract, step }): Promise<Reader> => {
      return {
        workflow,
        because: "reads",
        of,
        ...(await placeOf(artifactOf(contract, model), stepPath(step.index))),
      };
    });
  });
  const asks = namedEvents(compiled, model).flatMap(({ event, role, workflow, artifact, path }) => {
    if (role !== "required" && role !== "forbidden") return [];
    if (workflow === null || inside.has(workflow) || !events.has(event)) return [];
    return [
      placeOf(artifactOf(artifact, model), path).then((place): Reader => {
        return { workflow, because: ASKS[role], of: event, ...place };
      }),
    ];
  });
  const all = await Promise.all([...reads, ...asks]);
  return all.sort((a, b) => (a.workflow < b.workflow ? -1 : a.workflow > b.workflow ? 1 : 0));
}
