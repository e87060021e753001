/** Where a workflow's side effects may go: what its runtime binding and its STRUCTURE declare (SPEC 4.6). */

import type { JsonObject } from "../json/value.ts";
import type { Artifact } from "../snapshot/artifact.ts";
import { type Change, quote } from "../snapshot/hint.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import type { BindingTable, BoundEffect, Hint, Report, WorkflowTable } from "../snapshot/parse.ts";
import type { Closure } from "./closure.ts";
import { parseRetry, parseVerify, type Retry } from "./retry.ts";

/** Where side effects may go: the bound policies and the declared stores. */
export interface Storage {
  readonly structure: BindingTable["structure"];
  readonly effects: ReadonlyMap<string, BoundStorage>;
  /** Path below the data root by store; null for a path that leads out of it, which is reported at its declaration. */
  readonly stores: ReadonlyMap<string, string | null>;
  /** What to do about a side effect that is not bound, and that needs a policy such as this. */
  bind(effect: string, policy: JsonObject): Hint | undefined;
  /** What to do about a side effect that is bound to a path out of the data root. */
  contain(effect: string): Hint | undefined;
  /** Reports problems of the runtime binding's artifact. */
  readonly report: Report;
}

/** What the runtime binding says of one side effect. */
export interface BoundStorage extends BoundEffect {
  readonly retry: Retry | null;
  readonly verify: boolean;
}

export function resolveStorage(table: WorkflowTable, closure: Closure, report: Report): Storage {
  const artifact = closure.resolve(table.runtimeBinding, "RB", report, ["runtime_binding"]);
  if (artifact === undefined) {
    const unknown = () => undefined;
    return { structure: null, effects: new Map(), stores: new Map(), bind: unknown, contain: unknown, report };
  }
  const bindingReport = closure.reportFor(artifact);
  const parsed = closure.tables.runtimeBinding(artifact, bindingReport);
  const effects = new Map([...parsed.effects].map(([name, bound]) => [name, bind(bound, bindingReport)]));
  const binding = { ...parsed, effects, ...advice(artifact, parsed, closure), report: bindingReport };
  if (binding.structure === null) return { ...binding, stores: new Map() };
  const structure = closure.resolve(binding.structure, "STRUCTURE", bindingReport, [
    "core",
    "storage_structure",
  ]);
  const stores = structure === undefined ? new Map() : resolveStores(structure, closure);
  return { ...binding, stores };
}

function bind(bound: BoundEffect, report: Report): BoundStorage {
  const retry = parseRetry(bound.declaredRetry, report);
  return { ...bound, retry, verify: parseVerify(bound.declaredVerify, report) };
}

function resolveStores(structure: Artifact, closure: Closure): Storage["stores"] {
  const report = closure.reportFor(structure);
  const declared = [...closure.tables.structure(structure, report)];
  return new Map(
    declared.map(([store, given]) => {
      const path = pathBelowRoot(given);
      if (path === null) {
        const at = ["core", "entity_stores", store, "path"];
        report("STORE_PATH_ESCAPES", at, escaping(given, store), pathMeant(given));
      }
      return [store, path];
    }),
  );
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
      return { ...pathMeant(bound.path), at: [...path, effect, bound.pathIn, "path"], artifact };
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
