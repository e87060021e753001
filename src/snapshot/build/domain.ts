/**
 * The domains of an assembled snapshot. Each declares itself: an artifact `STRUCTURE_BUILD_<NAME>_CONFIG_V<n>` with its
 * name (`structure_scope`), its layers and the namespaces of its modules. A tree that has one makes an assembled snapshot.
 */

import { isObject, type Json, type JsonObject, objectAt, own } from "../../json/value.ts";

export interface Domain {
  /** The folder of its artifacts below `canonical/`. */
  readonly name: string;
  /** The code of the artifact that declares it. */
  readonly code: string;
  /** By layer, with its `registry_module`; copies of capabilities belong to the first one. */
  readonly layers: JsonObject;
  readonly identityRules: Json;
  /** The domain whose capabilities it uses; null where it names none. */
  readonly imports: string | null;
}

/** Whether an authored text is a declaration of a domain; that of an older tree declares no layers. */
export function isDomain(code: string, content: string): boolean {
  return /^STRUCTURE_BUILD_\w+_CONFIG_V\d+$/.test(code) && /^layer_definitions:/m.test(content);
}

/** @param block that the schema of its kind accepts; null for any other */
export function domainIn(code: string, block: JsonObject): Domain | null {
  const [name, layers, identityRules] = ["structure_scope", "layer_definitions", "identity_rules"].map((key) =>
    own(block, key),
  );
  if (typeof name !== "string" || !isObject(layers) || identityRules === undefined) return null;
  const surface = objectAt(objectAt(block, "artifact_discovery"), "import_surface");
  const imports = own(surface, "domain");
  return { name, code, layers, identityRules, imports: typeof imports === "string" ? imports : null };
}

/** The domain whose folder a file of an assembled snapshot is in; null for a file of none. */
export function domainOfFile(file: string): string | null {
  return /^canonical\/([^/]+)\//.exec(file)?.[1] ?? null;
}
