/** Code of host effects, in this process. */

import { createRequire } from "node:module";
import { types } from "node:util";
import { Script } from "node:vm";
import type { HostCode } from "../ports.ts";

type Exports = Readonly<Record<string, unknown>>;

export const hostCode: HostCode = {
  evaluate: (text, file, columnOffset) => new Script(text, { filename: file, columnOffset }).runInThisContext(),
  // Not `import()`, which a program that was compiled as a script does not have.
  load: (specifier, importer) => toExports(createRequire(importer)(specifier)),
};

/** As an import sees them: a module that is none of ECMAScript is its own default export. */
function toExports(loaded: unknown): Exports {
  const named = (typeof loaded === "object" || typeof loaded === "function") && loaded !== null ? loaded : {};
  return types.isModuleNamespaceObject(loaded) ? (loaded as Exports) : { ...named, default: loaded };
}
