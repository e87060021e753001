/** Where a workflow's side effects may go: what its runtime binding and its STRUCTURE declare (SPEC 4.6). */

import type { Artifact } from "../snapshot/load.ts";
import {
  type BindingTable,
  parseRuntimeBinding,
  parseStructure,
  type Report,
  type WorkflowTable,
} from "../snapshot/parse.ts";
import type { Closure } from "./closure.ts";

/** Where side effects may go: the bound policies and the declared stores. */
export interface Storage extends BindingTable {
  /** Path below the data root by store; null for one that leads out of it, which is reported where it is declared. */
  readonly stores: ReadonlyMap<string, string | null>;
}

export function resolveStorage(table: WorkflowTable, closure: Closure, report: Report): Storage {
  const artifact = closure.resolve(table.runtimeBinding, "RB", report, ["runtime_binding"]);
  if (artifact === undefined) return { structure: null, effects: new Map(), stores: new Map() };
  const bindingReport = closure.reportFor(artifact);
  const binding = parseRuntimeBinding(artifact, bindingReport);
  if (binding.structure === null) return { ...binding, stores: new Map() };
  const structure = closure.resolve(binding.structure, "STRUCTURE", bindingReport, [
    "core",
    "storage_structure",
  ]);
  const stores = structure === undefined ? new Map() : resolveStores(structure, closure.reportFor(structure));
  return { ...binding, stores };
}

function resolveStores(structure: Artifact, report: Report): Storage["stores"] {
  const declared = [...parseStructure(structure, report)];
  return new Map(
    declared.map(([store, given]) => {
      const path = pathBelowRoot(given);
      if (path === null)
        report("STORE_PATH_ESCAPES", ["core", "entity_stores", store, "path"], escaping(given, store));
      return [store, path];
    }),
  );
}

const ROOT = "{{module_data_root}}/";

/** Why a declared path is refused. */
export function escaping(declared: string, owner: string): string {
  return `the path ${JSON.stringify(declared)} of ${owner} leads out of the data root`;
}

/** What a declared path means below the data root; null when it leads out of it. */
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
