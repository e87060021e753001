/** Where a workflow's side effects may go: what its runtime binding and its STRUCTURE declare (SPEC 4.6). */

import type { Reach } from "../capabilities/target.ts";
import type { JsonObject } from "../json/value.ts";
import type { Artifact } from "../snapshot/artifact.ts";
import { type Change, type Path, quote } from "../snapshot/hint.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import type { BindingTable, BoundEffect, Hint, Report, WorkflowTable } from "../snapshot/parse.ts";
import type { Closure } from "./closure.ts";
import { parseRetry, parseVerify, type Retry } from "./retry.ts";

/** Where side effects may go: the bound policies and the declared stores. */
export interface Storage {
  readonly structure: BindingTable["structure"];
  readonly effects: ReadonlyMap<string, BoundStorage>;
  /** The stores of the runtime binding, and those of the ones that the workflow consults. */
  readonly stores: ReadonlyMap<string, DeclaredStore>;
  /** What to do about a side effect that is not bound, and that needs a policy such as this. */
  bind(effect: string, policy: JsonObject): Hint | undefined;
  /** What to do about a side effect that is bound to a path out of the data root. */
  contain(effect: string): Hint | undefined;
  /** Reports problems of the runtime binding's artifact. */
  readonly report: Report;
}

export interface DeclaredStore {
  /** Below the data root; null for a path that leads out of it, which is reported at its declaration. */
  readonly path: string | null;
  readonly reach: Reach;
  /** The STRUCTURE that declares it. */
  readonly structure: string;
  /** Other structures of the workflow that declare a store of this name. */
  readonly others: readonly string[];
}

/** What the runtime binding says of one side effect. */
export interface BoundStorage extends BoundEffect {
  readonly retry: Retry | null;
  readonly verify: boolean;
}

export function resolveStorage(table: WorkflowTable, closure: Closure, report: Report): Storage {
  const artifact = closure.resolve(table.runtimeBinding, "RB", report, ["runtime_binding"]);
  const consulted = table.consults.flatMap(({ name, path }) => consultedStores(name, path, closure, report));
  if (artifact === undefined) {
    const unknown = () => undefined;
    const stores = byName(consulted);
    return { structure: null, effects: new Map(), stores, bind: unknown, contain: unknown, report };
  }
  const bindingReport = closure.reportFor(artifact);
  const parsed = closure.tables.runtimeBinding(artifact, bindingReport);
  const effects = new Map([...parsed.effects].map(([name, bound]) => [name, bind(bound, bindingReport)]));
  const binding = { ...parsed, effects, ...advice(artifact, parsed, closure), report: bindingReport };
  const owned = storesOf(binding.structure, "owned", closure, bindingReport);
  return { ...binding, stores: byName([...owned, ...consulted]) };
}

/** The stores of a runtime binding that the workflow consults; what else it binds is for its own workflows. */
function consultedStores(name: string, path: Path, closure: Closure, report: Report): readonly NamedStore[] {
  const artifact = closure.resolve(name, "RB", report, path);
  if (artifact === undefined) return [];
  const bindingReport = closure.reportFor(artifact);
  const { structure } = closure.tables.runtimeBinding(artifact, bindingReport);
  return storesOf(structure, "consulted", closure, bindingReport);
}

type NamedStore = readonly [name: string, store: Omit<DeclaredStore, "others">];

function storesOf(name: string | null, reach: Reach, closure: Closure, report: Report): readonly NamedStore[] {
  if (name === null) return [];
  const structure = closure.resolve(name, "STRUCTURE", report, ["core", "storage_structure"]);
  return structure === undefined ? [] : resolveStores(structure, reach, closure);
}

/** A store that is owned and consulted is owned. */
function byName(all: readonly NamedStore[]): Storage["stores"] {
  const stores = new Map<string, DeclaredStore>();
  for (const [name, store] of all) {
    const known = stores.get(name);
    const { structure } = store;
    if (known === undefined) stores.set(name, { ...store, others: [] });
    else if (![known.structure, ...known.others].includes(structure))
      stores.set(name, { ...known, others: [...known.others, structure] });
  }
  return stores;
}

function bind(bound: BoundEffect, report: Report): BoundStorage {
  const retry = parseRetry(bound.declaredRetry, report);
  return { ...bound, retry, verify: parseVerify(bound.declaredVerify, report) };
}

function resolveStores(structure: Artifact, reach: Reach, closure: Closure): readonly NamedStore[] {
  const report = closure.reportFor(structure);
  const declared = [...closure.tables.structure(structure, report)];
  return declared.map(([store, given]) => {
    const path = pathBelowRoot(given);
    if (path === null) {
      const at = ["core", "entity_stores", store, "path"];
      report("STORE_PATH_ESCAPES", at, escaping(given, store), pathMeant(given));
    }
    return [store, { path, reach, structure: structure.fqdn }];
  });
}

/** What to change in the runtime binding. */
function advice(
  artifact: Artifact,
  { effects }: BindingTable,
  closure: Closure,
): Pick<Storage, "bind" | "contain"> {
  const path = ["core", "bindings"];
  return {
    bind(effect, policy) {
      const nobody = [...effects.keys()].filter((name) => closure.peek(name) === undefined);
      const misspelt = nearestName(effect, nobody);
      const binding = Object.keys(policy).length === 0 ? {} : { policy };
      return misspelt === null
        ? { do: "add", as: quote(binding), at: [...path, effect], artifact }
        : { do: "rename", to: effect, at: [...path, misspelt], artifact };
    },
    contain(effect) {
      const bound = effects.get(effect);
      if (bound === undefined || bound.path === null) return undefined;
      return { ...pathMeant(bound.path), at: [...path, effect, ...bound.pathAt], artifact };
    },
  };
}

/** The same path without what leads out of the data root. */
function pathMeant(declared: string): Change {
  const names = (declared.startsWith(ROOT) ? declared.slice(ROOT.length) : declared).split(/[\\/]/);
  const path = names.filter((name) => isBelowRoot(name)).join("/");
  return { do: "change", to: path === "" ? "a path below the data root" : quote(path) };
}

const ROOT = "{{module_data_root}}/";

/** Why a declared path is refused. */
export function escaping(declared: string, owner: string): string {
  return `the path ${JSON.stringify(declared)} of ${owner} leads out of the data root`;
}

/** The normalised path below the data root; null if it leads out of it. */
export function pathBelowRoot(declared: string): string | null {
  const path = declared.startsWith(ROOT) ? declared.slice(ROOT.length) : declared;
  return isBelowRoot(path) ? path : null;
}

/** A relative path of plain names: no way up, no absolute start, no drive, no empty part. */
function isBelowRoot(path: string): boolean {
  return path
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && !/[\\:\0]|\{\{/.test(part));
}
