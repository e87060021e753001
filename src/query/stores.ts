/** `stores`: the files that workflows keep their data in, and who reads and writes each. */

import { targetOf } from "../capabilities/effect.ts";
import { objectAt, own } from "../json/value.ts";
import { type CompiledSnapshot, silent } from "../plan/analysis/compiled-snapshot.ts";
import { memoize } from "../plan/analysis/memoize.ts";
import type { EffectStep } from "../plan/plan.ts";
import { stepPath } from "../plan/routes.ts";
import { pathBelowRoot } from "../plan/storage.ts";
import { isFqdn } from "../snapshot/fqdn.ts";
import { QueryFault } from "./errors.ts";
import { artifactOf, type QueryModel } from "./model.ts";
import { type Place, placeOf } from "./place.ts";
import { unknownName } from "./require-name.ts";

export type StoresAnswer = {
  readonly query: "stores";
  /** Sorted by their files. */
  readonly stores: readonly StoreEntry[];
  /** Workflows that do not compile: which stores they use is not known. */
  readonly uncompiled: readonly string[];
};

export type StoreEntry = {
  /** `<domain>::<STORE>` of its first declaration; the file where no structure declares it, or another store has that name. */
  readonly store: string;
  /** Below the data root. */
  readonly path: string;
  /** Where structures declare it; empty where only a runtime binding names the file. */
  readonly declared: readonly StoreDeclaration[];
  /** What its operations promise, sorted: `append-only`, `idempotent`, `reads`. */
  readonly semantics: readonly string[];
  readonly reads: readonly StoreUse[];
  readonly writes: readonly StoreUse[];
};

export type StoreDeclaration = Place & { readonly name: string; readonly description: string };

/** A step that uses the store; its place is in the contract. */
export type StoreUse = Place & {
  readonly workflow: string;
  readonly node: string;
  readonly step: string;
  readonly op: string;
  readonly capability: string;
};

/** @throws QueryFault for a store that the snapshot does not have */
export async function stores(given: string | undefined, model: QueryModel): Promise<StoresAnswer> {
  const compiled = await model.compiled();
  const all = storesIn(compiled);
  const wanted = given === undefined ? [...all.values()] : [requireStore(given, [...all.values()])];
  const entries = await Promise.all(wanted.map((store) => toEntry(store, model)));
  return { query: "stores", stores: entries, uncompiled: uncompiledIn(compiled) };
}

/** Full names, sorted. */
export function uncompiledIn({ workflows }: CompiledSnapshot): readonly string[] {
  return workflows.flatMap(({ artifact, plan }) => (plan === null ? [artifact.fqdn] : []));
}

/** A file below the data root, and what declares and uses it. */
export interface Store {
  /** That of its first declaration, where no other file has the same name; else the path. */
  readonly name: string;
  readonly path: string;
  readonly declared: readonly Declared[];
  readonly uses: readonly EffectUse[];
}

interface Declared {
  readonly structure: string;
  readonly name: string;
}

/** A step of a workflow that performs a side effect on a file. */
export interface EffectUse {
  readonly workflow: string;
  readonly node: string;
  readonly contract: string;
  readonly step: EffectStep;
  readonly isReading: boolean;
}

const fullName = ({ structure, name }: Declared) => `${structure.slice(0, structure.indexOf("::"))}::${name}`;

/** By path, sorted. */
export const storesIn = memoize((compiled: CompiledSnapshot): ReadonlyMap<string, Store> => {
  const declared = declaredIn(compiled);
  const uses = new Map<string, EffectUse[]>();
  for (const use of effectUses(compiled)) {
    const { path } = use.step;
    if (path === null) continue;
    const known = uses.get(path) ?? [];
    uses.set(path, known);
    known.push(use);
  }
  const paths = [...new Set([...declared.keys(), ...uses.keys()])].sort();
  const nameOf = (path: string) => (declared.get(path) ?? []).slice(0, 1).map(fullName)[0];
  const isOnly = (name: string) => paths.filter((path) => nameOf(path) === name).length === 1;
  const stores = paths.map((path): Store => {
    const name = nameOf(path);
    const own = name !== undefined && isOnly(name) ? name : path;
    return { name: own, path, declared: declared.get(path) ?? [], uses: uses.get(path) ?? [] };
  });
  return new Map(stores.map((store) => [store.path, store]));
});

function declaredIn({ snapshot }: CompiledSnapshot): ReadonlyMap<string, readonly Declared[]> {
  const stores = new Map<string, Declared[]>();
  for (const structure of structuresIn(snapshot)) {
    const artifact = snapshot.artifact(structure);
    if (artifact === undefined) continue;
    for (const [name, given] of snapshot.tables.structure(artifact, silent)) {
      const path = pathBelowRoot(given) ?? given;
      const known = stores.get(path) ?? [];
      stores.set(path, known);
      known.push({ structure, name });
    }
  }
  return stores;
}

/** Those that a runtime binding names may be governance's. */
function structuresIn(snapshot: CompiledSnapshot["snapshot"]) {
  const named = snapshot.names("RB").flatMap((name) => {
    const artifact = snapshot.artifact(name);
    const structure = artifact && snapshot.tables.runtimeBinding(artifact, silent).structure;
    return isFqdn(structure) ? [structure] : [];
  });
  return [...new Set([...snapshot.names("STRUCTURE"), ...named])].sort();
}

/** Every step that performs a side effect, once for each node that runs it. */
export const effectUses = memoize((compiled: CompiledSnapshot): readonly EffectUse[] =>
  compiled.contracts.flatMap(({ uses }) =>
    uses.flatMap(({ plan, node }) =>
      node.contract.steps.flatMap((step): readonly EffectUse[] => {
        if (step.kind !== "effect") return [];
        const { fqdn: workflow } = plan.workflow;
        const isReading = targetOf(step.operation).isReading(step.operation);
        return [{ workflow, node: node.key, contract: node.contract.fqdn, step, isReading }];
      }),
    ),
  ),
);

function requireStore(given: string, all: readonly Store[]): Store {
  const names = ({ path, declared }: Store) => [path, ...declared.flatMap((one) => [one.name, fullName(one)])];
  const meant = all.filter((store) => names(store).includes(given));
  const [only, ...others] = meant;
  if (only === undefined)
    throw unknownName(
      given,
      "store",
      all.map(({ name }) => name),
    );
  if (others.length === 0) return only;
  throw new QueryFault("NAME_AMBIGUOUS", { given, subject: "store", names: meant.map(({ path }) => path) });
}

async function toEntry(store: Store, model: QueryModel): Promise<StoreEntry> {
  const of = (isReading: boolean) => store.uses.filter((use) => use.isReading === isReading);
  const semantics = store.uses.flatMap(({ step: { operation } }) =>
    "semantics" in operation ? [operation.semantics] : [],
  );
  return {
    store: store.name,
    path: store.path,
    declared: await Promise.all(store.declared.map((one) => toDeclaration(one, model))),
    semantics: [...new Set(semantics)].sort(),
    reads: await Promise.all(of(true).map((use) => toUse(use, model))),
    writes: await Promise.all(of(false).map((use) => toUse(use, model))),
  };
}

async function toDeclaration({ structure, name }: Declared, model: QueryModel): Promise<StoreDeclaration> {
  const artifact = artifactOf(structure, model);
  const core = objectAt(artifact.frontmatter, "core");
  const description = own(objectAt(objectAt(core, "entity_stores"), name), "description");
  const place = await placeOf(artifact, ["core", "entity_stores", name]);
  return { name, description: typeof description === "string" ? description : "", ...place };
}

async function toUse({ workflow, node, contract, step }: EffectUse, model: QueryModel): Promise<StoreUse> {
  const place = await placeOf(artifactOf(contract, model), stepPath(step.index));
  return { workflow, node, step: step.name, op: step.op, capability: step.code, ...place };
}
