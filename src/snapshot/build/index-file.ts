/** The index of artifacts and of the users of each store, as `artifact_index/` has it. */

import { isObject, type Json, type JsonObject, objectAt, own } from "../../json/value.ts";
import { namespaceOf } from "../fqdn.ts";
import { type AuthoredArtifact, ofKind, pipeline, section } from "./authored.ts";
import type { TreeForm } from "./identity.ts";

const HEADER = { schema_version: "v0", generated_by: "pgs compile" };

export function artifactIndex(artifacts: readonly AuthoredArtifact[]): JsonObject {
  const entries = artifacts.map(({ fqdn, kind, file }) => [
    fqdn,
    {
      canonical_path: file.startsWith("canonical/") ? file : `protocol_snapshot/${file}`,
      domain: namespaceOf(fqdn),
      kind,
    },
  ]);
  return { ...HEADER, artifact_count: artifacts.length, artifacts: Object.fromEntries(entries) };
}

/**
 * In our own tree the users of a store are the contracts whose steps name it; in a tree of modules, those whose side
 * effect has its path by the runtime binding.
 */
export function storeIndex(artifacts: readonly AuthoredArtifact[], form: TreeForm): JsonObject {
  const stores: { [name: string]: JsonObject } = {};
  for (const structure of ofKind(artifacts, "STRUCTURE")) {
    const domain = namespaceOf(structure.fqdn);
    for (const [store, declared] of Object.entries(section(structure, "core", "entity_stores"))) {
      const { path, description } = isObject(declared) ? declared : {};
      const name = `${domain}::${store}`;
      const declaration = {
        declared_by: structure.fqdn,
        path: path ?? null,
        description: description ?? null,
        bindings:
          form === "own"
            ? storeBindings(structure, store, artifacts)
            : pathBindings(typeof path === "string" ? path : "", artifacts),
      };
      const earlier = stores[name]?.["declarations"] as readonly Json[] | undefined;
      stores[name] = { domain, store, declarations: [...(earlier ?? []), declaration] };
    }
  }
  return { ...HEADER, store_count: Object.keys(stores).length, stores };
}

/** Per runtime binding and side effect: which contracts use the store, in which workflows. */
function storeBindings(
  structure: AuthoredArtifact,
  store: string,
  artifacts: readonly AuthoredArtifact[],
): readonly JsonObject[] {
  const runtimeBindings = ofKind(artifacts, "RB").filter(
    (binding) => own(section(binding, "core"), "storage_structure") === structure.fqdn,
  );
  return runtimeBindings.flatMap((binding) =>
    Object.keys(section(binding, "core", "bindings"))
      .sort()
      .map((effect) => ({ rb: binding.fqdn, cs: effect, ...usersOf({ binding, effect, store }, artifacts) }))
      .filter(({ consumer_ccs }) => consumer_ccs.length > 0),
  );
}

/** Per runtime binding and side effect with that path: the contracts that use the side effect, and their workflows. */
function pathBindings(path: string, artifacts: readonly AuthoredArtifact[]): readonly JsonObject[] {
  return ofKind(artifacts, "RB").flatMap((binding) =>
    Object.entries(section(binding, "core", "bindings"))
      .filter(([, bound]) => isObject(bound) && pathOf(bound) === path)
      .map(([effect]) => ({
        rb: binding.fqdn,
        cs: effect,
        ...usersOf({ binding, effect, store: null }, artifacts),
      })),
  );
}

function pathOf(bound: JsonObject): string | null {
  const path = own(objectAt(bound, "policy"), "path");
  return typeof path === "string" ? path.replace("{{module_data_root}}/", "") : null;
}

interface StoreUse {
  readonly binding: AuthoredArtifact;
  readonly effect: string;
  /** Null: whichever. */
  readonly store: string | null;
}

function usersOf({ binding, effect, store }: StoreUse, artifacts: readonly AuthoredArtifact[]) {
  const uses = (step: JsonObject) =>
    own(step, "side_effect") === effect && (store === null || own(step, "store") === store);
  const contracts = ofKind(artifacts, "CC").filter((contract) => pipeline(contract).some(uses));
  const workflows = ofKind(artifacts, "WF").filter(
    (workflow) => own(workflow.derived.frontmatter, "runtime_binding") === binding.fqdn,
  );
  const calls = (workflow: AuthoredArtifact, contract: AuthoredArtifact) =>
    Object.values(section(workflow, "core", "nodes")).some(
      (node) => isObject(node) && own(node, "fqdn_id") === contract.fqdn,
    );
  const consumers = contracts.filter((contract) => workflows.some((workflow) => calls(workflow, contract)));
  const users = workflows.filter((workflow) => consumers.some((contract) => calls(workflow, contract)));
  return { consumer_ccs: consumers.map(({ fqdn }) => fqdn), workflows: users.map(({ fqdn }) => fqdn) };
}
