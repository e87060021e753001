/** `explain`: a workflow in sentences, for readers who know the matter and not the protocol. */

import { counted } from "../errors/counted.ts";
import { joined } from "../errors/joined.ts";
import { objectAt, own } from "../json/value.ts";
import type { CompiledSnapshot, CompiledWorkflow } from "../plan/analysis/compiled-snapshot.ts";
import { CompileFault } from "../plan/errors.ts";
import { inReadingOrder } from "../plan/graph.ts";
import type { AdmissionRule, ContractNode, Plan } from "../plan/plan.ts";
import { nodePath } from "../plan/routes.ts";
import { type Fqdn, wordOf } from "../snapshot/fqdn.ts";
import type { Path } from "../snapshot/hint.ts";
import { namedEvents } from "./events.ts";
import { admissionText, endingText, fieldText, nodeText, storeText } from "./explain-words.ts";
import { artifactOf, type QueryArtifact, type QueryModel } from "./model.ts";
import { arrivalsAt, compiledWorkflow, exitsOf } from "./outcomes.ts";
import { type Place, placeOf } from "./place.ts";
import { referencesOf } from "./references.ts";
import { requireWorkflow } from "./require-name.ts";
import { storesIn } from "./stores.ts";

export const TOPICS = ["who", "asked", "done", "written", "endings"] as const;
export type Topic = (typeof TOPICS)[number];

export type ExplainAnswer = {
  readonly query: "explain";
  readonly workflow: string;
  readonly summary: string;
  /** In the order of a run: who may ask, what is asked, what is done, what is written where, how it can end. */
  readonly parts: readonly { readonly topic: Topic; readonly sentences: readonly Sentence[] }[];
};

/** A statement with the place that says so. */
export type Sentence = Place & { readonly text: string };

interface Scope {
  readonly artifact: QueryArtifact;
  readonly plan: Plan;
  readonly workflow: CompiledWorkflow;
  readonly compiled: CompiledSnapshot;
  readonly model: QueryModel;
}

/** @throws QueryFault for a name that is no workflow's; CompileFault for one that does not compile */
export async function explain(given: string, model: QueryModel): Promise<ExplainAnswer> {
  const artifact = requireWorkflow(given, model);
  const workflow = await compiledWorkflow(artifact, model);
  const { plan } = workflow;
  if (plan === null) throw new CompileFault(artifact.fqdn, workflow.reasons, workflow.causes);
  const scope = { artifact, model, plan, workflow, compiled: await model.compiled() };
  const parts: Readonly<Record<Topic, readonly Said[]>> = {
    who: [...forceOf(scope), ...actorsIn(scope), ...ingressIn(scope), ...admissionIn(scope)],
    asked: askedIn(scope),
    done: nodesIn(scope),
    written: storesOf(scope),
    endings: endingsIn(scope),
  };
  return {
    query: "explain",
    workflow: artifact.fqdn,
    summary: artifact.summary,
    parts: await Promise.all(
      TOPICS.map(async (topic) => ({ topic, sentences: await Promise.all(parts[topic].map(toSentence)) })),
    ),
  };
}

interface Said {
  readonly text: string;
  readonly artifact: QueryArtifact;
  /** Below its `frontmatter`. */
  readonly path: Path;
}

async function toSentence({ text, artifact, path }: Said): Promise<Sentence> {
  return { text, ...(await placeOf(artifact, path)) };
}

// ---- who ----

/** Whether the workflow is in force at all. */
function forceOf({ artifact, plan }: Scope): readonly Said[] {
  if (plan.supersededBy.length === 0) return [];
  const text = `The workflow is not in force: every request is refused. In its place: ${joined(plan.supersededBy)}.`;
  return [{ text, artifact, path: ["superseded_by"] }];
}

/** The actors that the workflow names, or its intent. */
function actorsIn({ artifact, plan, model }: Scope): readonly Said[] {
  const intent = intentOf(plan, model);
  const from = [artifact, ...(intent === undefined ? [] : [intent])];
  const references = from.flatMap(({ fqdn }) => referencesOf(model).from(fqdn));
  const actors = references.filter(({ to }) => wordOf(to as Fqdn) === "AC");
  if (actors.length === 0) {
    const text = "The workflow names no actor: it does not say who may ask.";
    return [{ text, artifact, path: [] }];
  }
  return actors.map(({ from, to, path }) => {
    const text = `It is for ${to}${described(model.artifacts.get(to)?.summary ?? "")}.`;
    return { text, artifact: from, path };
  });
}

function intentOf({ nodes, start }: Plan, model: QueryModel): QueryArtifact | undefined {
  const node = nodes.get(start);
  const name = node?.type === "IN" ? node.intent?.fqdn : undefined;
  return name === undefined ? undefined : model.artifacts.get(name);
}

const described = (summary: string) => (summary === "" ? "" : ` (${summary.replace(/\.$/, "")})`);

/** Through which doors requests arrive, where the snapshot says that. */
function ingressIn({ artifact, model }: Scope): readonly Said[] {
  return referencesOf(model)
    .to(artifact.fqdn)
    .filter(({ from }) => from.word === "TI")
    .map(({ from, path }) => {
      const route = objectAt(objectAt(from.frontmatter, "core"), "route");
      const words = [own(route, "method"), own(route, "path")].filter((one) => typeof one === "string");
      const at = words.length === 0 ? from.fqdn : `${words.join(" ")} (${from.fqdn})`;
      return { text: `Requests arrive at ${at}.`, artifact: from, path };
    });
}

function admissionIn({ artifact, plan: { admission }, compiled, model }: Scope): readonly Said[] {
  const named = namedEvents(compiled, model);
  const rules = (side: "requires" | "forbids", all: readonly AdmissionRule[]) =>
    all.map((rule, i): Said => {
      const path = ["core", "admission", side, i];
      const role = side === "requires" ? "required" : "forbidden";
      const of = named.filter((one) => one.workflow === artifact.fqdn && one.role === role)[i];
      const summary = model.artifacts.get(of?.event ?? "")?.summary ?? "";
      return { text: admissionText(side, rule, described(summary)), artifact, path };
    });
  const all = [...rules("requires", admission.requires), ...rules("forbids", admission.forbids)];
  if (all.length > 0) return all;
  return [{ text: "No earlier event has to be on record, and none keeps a request out.", artifact, path: [] }];
}

// ---- what is asked ----

function askedIn({ artifact, plan, model }: Scope): readonly Said[] {
  const node = plan.nodes.get(plan.start);
  const path = nodePath(plan.start);
  if (node?.type !== "IN" || node.intent === null)
    return [{ text: "Any request is accepted.", artifact, path }];
  const intent = artifactOf(node.intent.fqdn, model);
  const declared = objectAt(objectAt(intent.frontmatter, "core"), "inputs");
  const fields = Object.entries(node.intent.spec).map(([name, spec]): Said => {
    const description = own(objectAt(declared, name), "description");
    const text = fieldText(name, spec, typeof description === "string" ? description : "");
    return { text, artifact: intent, path: ["core", "inputs", name] };
  });
  const closed = node.intent.isClosed
    ? "A request with any other member is rejected."
    : "A request may have other members.";
  const rejection = node.next.byOutcome.get("NACK");
  const rejected =
    rejection === undefined ? "" : ` A request that does not have this form ends at ${rejection}.`;
  const size = `The request has ${counted(fields.length, "declared member")}.`;
  return [{ text: `${size} ${closed}${rejected}`, artifact: intent, path: ["core", "inputs"] }, ...fields];
}

// ---- what is done, and written ----

function nodesIn({ artifact, plan, model }: Scope): readonly Said[] {
  const nodes = inReadingOrder(plan).filter((node): node is ContractNode => node.type === "CC");
  return nodes.map((node) => {
    const { summary } = artifactOf(node.contract.fqdn, model);
    return { text: nodeText(node, summary), artifact, path: nodePath(node.key) };
  });
}

function storesOf({ artifact, compiled, model }: Scope): readonly Said[] {
  const stores = [...storesIn(compiled).values()].flatMap((store): readonly Said[] => {
    const uses = store.uses.filter(({ workflow }) => workflow === artifact.fqdn);
    if (uses.length === 0) return [];
    const [declared] = store.declared;
    const place =
      declared === undefined
        ? { artifact, path: ["runtime_binding"] }
        : { artifact: artifactOf(declared.structure, model), path: ["core", "entity_stores", declared.name] };
    return [{ text: storeText(store, uses), ...place }];
  });
  const records = namedEvents(compiled, model).filter(
    ({ role, workflow }) => role === "recorded" && workflow === artifact.fqdn,
  );
  const recorded = records.map(({ event, node, artifact: of, path }): Said => {
    const text = `${node} writes a record of ${event}${described(model.artifacts.get(event)?.summary ?? "")}.`;
    return { text, artifact: artifactOf(of, model), path };
  });
  if (stores.length === 0) return [{ text: "It reads and writes no store.", artifact, path: [] }, ...recorded];
  return [...stores, ...recorded];
}

// ---- how it ends ----

function endingsIn({ artifact, plan, workflow }: Scope): readonly Said[] {
  const order = inReadingOrder(plan).map(({ key }) => key);
  const exits = [...exitsOf(workflow)].sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key));
  const { requires, forbids } = plan.admission;
  const denied: readonly Said[] =
    requires.length + forbids.length === 0
      ? []
      : [
          {
            text: "A request that is not admitted ends before the first step.",
            artifact,
            path: ["core", "admission"],
          },
        ];
  const unrouted = plan.findings.filter(({ code }) => code === "OUTCOME_WITHOUT_ROUTE");
  return [
    ...denied,
    ...exits.map((exit) => ({
      text: endingText(exit, arrivalsAt(exit, workflow)),
      artifact,
      path: nodePath(exit.key),
    })),
    ...unrouted.map(({ facts }) => {
      const [node, outcome] = [String(facts["node"]), String(facts["outcome"])];
      const text = `Where ${node} answers ${outcome}, the run is refused: the workflow says nothing of that answer.`;
      return { text, artifact, path: nodePath(node, "next") };
    }),
  ];
}
