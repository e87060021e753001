/** The artifacts of one domain as its projections see them, and the numbers that they are given. */

import { byCodePoint } from "../../../json/python-canonical.ts";
import { isObject, type JsonObject, objectAt, own } from "../../../json/value.ts";
import { qualify } from "../../fqdn.ts";

/** An artifact of a domain, or the copy of one of another domain. */
export interface DomainArtifact {
  readonly fqdn: string;
  readonly kind: string;
  readonly namespace: string;
  /** The whole file. */
  readonly envelope: JsonObject;
  readonly frontmatter: JsonObject;
}

/** The file of an artifact, as the projections read it. */
export function domainArtifact(envelope: JsonObject): DomainArtifact {
  const [fqdn, kind, namespace] = ["fqdn_id", "artifact_type", "namespace"].map((key) =>
    String(own(envelope, key)),
  ) as [string, string, string];
  return { fqdn, kind, namespace, envelope, frontmatter: objectAt(envelope, "frontmatter") };
}

export interface DomainModel {
  readonly name: string;
  /** With the copies, sorted by name. */
  readonly artifacts: readonly DomainArtifact[];
  readonly byName: ReadonlyMap<string, DomainArtifact>;
  readonly addresses: Addresses;
}

/** Numbers by name: each domain has its own. */
export interface Addresses {
  /** @throws Error for a name that the domain neither has nor uses */
  of(name: string): number;
  /** Every name with its number, in the order of the numbers. */
  readonly all: readonly (readonly [name: string, address: number])[];
}

/** @param numbers those of artifacts; where there are none, each has its rank by name */
export function domainModel(
  name: string,
  artifacts: readonly DomainArtifact[],
  numbers?: ReadonlyMap<string, number>,
): DomainModel {
  const sorted = [...artifacts].sort((a, b) => byCodePoint(a.fqdn, b.fqdn));
  const byName = new Map(sorted.map((one) => [one.fqdn, one]));
  const names = [...new Set(sorted.flatMap((one) => [one.fqdn, ...usedBy(one)]))].sort(byCodePoint);
  const all = [
    ...names.map((one, rank) => [one, numbers?.get(one) ?? rank] as const),
    ...numbered("edge_kind", EDGE_KINDS, 0x4000),
    ...numbered("node_kind", NODE_KINDS, 0x4100),
    ...numbered("outcome", outcomesIn(sorted), 0x5000),
    ...numbered("transition", transitionsIn(sorted), 0x6000),
  ];
  const byWord = new Map(all);
  const of = (word: string): number => {
    const found = byWord.get(word);
    if (found === undefined) throw new Error(`${word} has no number in ${name}`);
    return found;
  };
  return { name, artifacts: sorted, byName, addresses: { of, all } };
}

const EDGE_KINDS = [
  "ASSERTED_BY",
  "CC_BINDS_CS",
  "CC_BINDS_CT",
  "CT_ATOM_STEP",
  "GOVERNED_BY",
  "INVARIANT_APPLIES",
  "MOLECULE_COMPOSES_ATOM",
  "NODE_NEXT",
  "RB_MAPS",
  "REFERENCES",
  "TI_INVOKES_WF",
  "WF_ADMITS_VIA_IN",
  "WF_BINDS_RB",
  "WF_CONTAINS_NODE",
  "WF_START",
];

const NODE_KINDS = [
  "AC",
  "ASSERT",
  "CC",
  "CS",
  "CT",
  "EV",
  "GOVERNANCE",
  "IN",
  "RB",
  "TE",
  "TEST_DATA",
  "TI",
  "WF",
];

/** The word for the kind of a node; what only governs has one word for all its kinds. */
export function nodeKind(kind: string): string {
  return NODE_KINDS.includes(kind) ? kind : "GOVERNANCE";
}

function numbered(group: string, words: readonly string[], first: number) {
  return words.map((word, i) => [`${group}::${word}`, first + i] as const);
}

function outcomesIn(artifacts: readonly DomainArtifact[]): readonly string[] {
  const found = artifacts.flatMap(({ kind, frontmatter }) =>
    kind === "CC"
      ? textsIn(own(objectAt(objectAt(frontmatter, "core"), "result_status_contract"), "allowed"))
      : [],
  );
  return [...new Set(found)].sort(byCodePoint);
}

function transitionsIn(artifacts: readonly DomainArtifact[]): readonly string[] {
  const found = artifacts.flatMap((artifact) =>
    nodesOf(artifact).flatMap(({ node }) => Object.keys(objectAt(node, "next"))),
  );
  return [...new Set(found)].sort(byCodePoint);
}

export interface WorkflowNode {
  readonly key: string;
  readonly node: JsonObject;
  /** The full name of its intent or contract; null for an EXIT. */
  readonly fqdn: string | null;
}

/** The nodes of a workflow, sorted by key; none of another artifact. */
export function nodesOf({ kind, namespace, frontmatter }: DomainArtifact): readonly WorkflowNode[] {
  if (kind !== "WF") return [];
  return Object.entries(objectAt(objectAt(frontmatter, "core"), "nodes"))
    .flatMap(([key, node]) => {
      if (!isObject(node)) return [];
      const named = own(node, "fqdn_id") ?? own(node, "code");
      return [{ key, node, fqdn: typeof named === "string" ? qualify(named, namespace) : null }];
    })
    .sort((a, b) => byCodePoint(a.key, b.key));
}

/** The steps of a contract; none of another artifact. */
export function stepsOf({ kind, frontmatter }: DomainArtifact): readonly JsonObject[] {
  const steps = kind === "CC" ? own(objectAt(frontmatter, "core"), "pipeline") : undefined;
  return Array.isArray(steps) ? steps.filter(isObject) : [];
}

/** The side effects that a runtime binding maps, each with its policy; none of another artifact. */
export function bindingsOf({ kind, frontmatter }: DomainArtifact): readonly (readonly [string, JsonObject])[] {
  const bindings = kind === "RB" ? objectAt(objectAt(frontmatter, "core"), "bindings") : {};
  return Object.entries(bindings).map(([name, bound]) => [name, isObject(bound) ? bound : {}]);
}

/** The runtime bindings of a workflow: its own, and those that it consults. */
export function runtimeBindingsOf({ kind, frontmatter }: DomainArtifact): readonly string[] {
  if (kind !== "WF") return [];
  return [...textsIn(own(frontmatter, "runtime_binding")), ...textsIn(own(frontmatter, "consults"))];
}

/** A text, or a list of texts. */
export function textsIn(value: unknown): readonly string[] {
  return [value].flat().filter((one) => typeof one === "string");
}

/** The transform or side effect of a step; undefined where it names none. */
export function capabilityOf(step: JsonObject): string | undefined {
  const name = own(step, "transform") ?? own(step, "side_effect");
  return typeof name === "string" ? name : undefined;
}

/** The names that an artifact is routed, bound or mapped to. */
function usedBy(artifact: DomainArtifact): readonly string[] {
  return [
    ...nodesOf(artifact).flatMap(({ fqdn }) => fqdn ?? []),
    ...runtimeBindingsOf(artifact),
    ...stepsOf(artifact).flatMap((step) => capabilityOf(step) ?? []),
    ...bindingsOf(artifact).map(([name]) => name),
  ];
}
