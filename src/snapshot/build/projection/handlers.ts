/** `tokenized/<domain>/handlers.json`: what carries a step out, and where its stores are. */

import { isObject, type JsonObject, objectAt, own } from "../../../json/value.ts";
import {
  bindingsOf,
  type DomainArtifact,
  type DomainModel,
  runtimeBindingsOf,
  textsIn,
} from "./domain-artifacts.ts";

export function handlersOf({ artifacts, addresses, byName }: DomainModel): JsonObject {
  const table = (kind: string, make: (one: DomainArtifact) => JsonObject | null): JsonObject =>
    Object.fromEntries(
      artifacts.flatMap((one) => {
        const made = one.kind === kind ? make(one) : null;
        return made === null ? [] : [[String(addresses.of(one.fqdn)), made]];
      }),
    );
  return {
    cs: table("CS", ({ envelope }) => objectAt(envelope, "cs_ir")),
    ct: table("CT", ({ envelope }) => ({ ct_ir: objectAt(envelope, "ct_ir") })),
    projection_class: "machine_projection",
    rb_policy: table("RB", (binding) => {
      const structure = structureOf(binding, byName);
      const storage =
        structure === undefined ? {} : { storage_structure_artifact: { frontmatter: structure.frontmatter } };
      const policies = bindingsOf(binding).map(([name, bound]) => {
        const policy = { ...objectAt(bound, "policy"), ...storage, module_data_root: "{{module_data_root}}" };
        return [String(addresses.of(name)), { policy }];
      });
      return Object.fromEntries(policies);
    }),
    wf_storage: table("WF", (workflow) => storageOf(workflow, byName)),
  };
}

type ByName = DomainModel["byName"];

function structureOf({ frontmatter }: DomainArtifact, byName: ByName): DomainArtifact | undefined {
  return byName.get(String(own(objectAt(frontmatter, "core"), "storage_structure")));
}

/** The stores of a workflow that consults those of others; null for one that has its own alone. */
function storageOf(workflow: DomainArtifact, byName: ByName): JsonObject | null {
  if (textsIn(own(workflow.frontmatter, "consults")).length === 0) return null;
  const [ownBinding] = runtimeBindingsOf(workflow);
  const stores = runtimeBindingsOf(workflow).flatMap((name) => {
    const binding = byName.get(name);
    const structure = binding === undefined ? undefined : structureOf(binding, byName);
    const declared = objectAt(objectAt(structure?.frontmatter ?? {}, "core"), "entity_stores");
    return Object.entries(declared).map(([store, one]) => {
      const reach = name === ownBinding ? "owned" : "consulted";
      return [store, { ...(isObject(one) ? one : {}), described_by: name, reach }] as const;
    });
  });
  return { frontmatter: { core: { entity_stores: Object.fromEntries(stores) } } };
}
