/** `tokenized/<domain>/topology.json`: which artifact of a domain leads to which, by their numbers. */

import type { JsonObject } from "../../../json/value.ts";
import { objectAt, own } from "../../../json/value.ts";
import {
  bindingsOf,
  capabilityOf,
  type DomainArtifact,
  type DomainModel,
  nodeKind,
  nodesOf,
  runtimeBindingsOf,
  stepsOf,
  textsIn,
} from "./domain-artifacts.ts";

interface Edge {
  readonly from: number;
  readonly kind: number;
  readonly to: number;
}

/** The three members that the hash of the projection covers. */
export function topologyOf(model: DomainModel): JsonObject {
  const { artifacts, addresses } = model;
  const edges = artifacts
    .flatMap((artifact): readonly Edge[] =>
      edgesFrom(artifact, model).map(([from, kind, to]) => ({
        from: addresses.of(from),
        kind: addresses.of(`edge_kind::${kind}`),
        to: addresses.of(to),
      })),
    )
    .sort((a, b) => a.from - b.from || a.to - b.to || a.kind - b.kind);
  const adjacency = new Map<string, readonly number[]>();
  for (const { from, to } of edges) {
    const known = adjacency.get(String(from)) ?? [];
    if (!known.includes(to)) adjacency.set(String(from), [...known, to]);
  }
  const nodes = artifacts
    .map(({ fqdn, kind }) => ({
      address: addresses.of(fqdn),
      kind: addresses.of(`node_kind::${nodeKind(kind)}`),
    }))
    .sort((a, b) => a.address - b.address);
  return { adjacency: Object.fromEntries(adjacency), edges: edges.map((edge) => ({ ...edge })), nodes };
}

type Named = readonly [from: string, kind: string, to: string];

function edgesFrom(artifact: DomainArtifact, { byName }: DomainModel): readonly Named[] {
  const { fqdn, frontmatter } = artifact;
  const steps = stepsOf(artifact).flatMap((step): readonly Named[] => {
    const name = capabilityOf(step);
    const kind = own(step, "transform") === undefined ? "CC_BINDS_CS" : "CC_BINDS_CT";
    return name === undefined ? [] : [[fqdn, kind, name]];
  });
  const mapped = bindingsOf(artifact).map(([name]): Named => [fqdn, "RB_MAPS", name]);
  const bound = runtimeBindingsOf(artifact).map((name): Named => [fqdn, "WF_BINDS_RB", name]);
  return [...steps, ...mapped, ...governed(artifact, byName), ...bound, ...nodeEdges(artifact, frontmatter)];
}

/** A runtime binding may name structures of its own domain among its references. */
function governed({ kind, fqdn, envelope }: DomainArtifact, byName: DomainModel["byName"]): readonly Named[] {
  if (kind !== "RB") return [];
  return textsIn(own(envelope, "references")).flatMap((name): readonly Named[] =>
    byName.get(name)?.kind === "STRUCTURE" ? [[fqdn, "GOVERNED_BY", name]] : [],
  );
}

function nodeEdges(workflow: DomainArtifact, frontmatter: JsonObject): readonly Named[] {
  const nodes = nodesOf(workflow);
  const byKey = new Map(nodes.map((one) => [one.key, one.fqdn]));
  const start = byKey.get(String(own(objectAt(frontmatter, "core"), "start_node"))) ?? null;
  const contained = new Set(nodes.flatMap(({ fqdn }) => fqdn ?? []));
  const next = nodes.flatMap(({ node, fqdn }) =>
    Object.values(objectAt(node, "next")).flatMap((key): readonly Named[] => {
      const target = byKey.get(String(key)) ?? null;
      return fqdn === null || target === null ? [] : [[fqdn, "NODE_NEXT", target]];
    }),
  );
  return [
    ...[...contained].map((name): Named => [workflow.fqdn, "WF_CONTAINS_NODE", name]),
    ...(start === null ? [] : [[workflow.fqdn, "WF_START", start] as const]),
    ...next,
  ];
}
