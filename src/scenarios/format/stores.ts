/** Where a scenario's data is: by the name of a declared store, or by a path below the data root. */

import { pathBelowRoot } from "../../plan/storage.ts";
import { namespaceOf } from "../../snapshot/fqdn.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { malformed, unknownName } from "./malformed.ts";
import type { Source } from "./source.ts";

/** By name, plain and with its domain: the paths of the stores that are called so. */
export type Stores = ReadonlyMap<string, ReadonlySet<string>>;

/** The stores of every STRUCTURE that can be read. */
export function storesOf(snapshot: Snapshot): Stores {
  const stores = new Map<string, Set<string>>();
  for (const fqdn of snapshot.names("STRUCTURE")) {
    const artifact = snapshot.artifact(fqdn);
    if (artifact === undefined) continue;
    for (const [store, declared] of snapshot.tables.structure(artifact, () => undefined)) {
      const path = pathBelowRoot(declared);
      if (path === null) continue;
      const domain = namespaceOf(fqdn);
      for (const name of [store, `${domain}::${store}`]) {
        const known = stores.get(name);
        if (known === undefined) stores.set(name, new Set([path]));
        else known.add(path);
      }
    }
  }
  return stores;
}

/** The path that a name stands for, a store's or its own. @throws ScenarioFault `SCENARIO_MALFORMED` */
export function pathOf(name: string, at: string, stores: Stores, source: Source): string {
  const found = stores.get(name);
  if (found === undefined && isPath(name)) return name;
  if (found === undefined) {
    const plain = [...stores.keys()].filter((one) => !one.includes("::"));
    return unknownName(source, at, name, plain, "the name of a store or a path below the data root");
  }
  const [path, ...others] = found;
  if (path !== undefined && others.length === 0) return path;
  const full = [...stores.keys()].filter((one) => one.endsWith(`::${name}`));
  return malformed(source, at, `one store: ${full.join(" or ")}`);
}

function isPath(name: string): boolean {
  const isBelow = name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  return isBelow && /[./]/.test(name) && !name.includes("\0") && !name.includes("::");
}
