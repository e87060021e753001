/** Code of host effects, in this process. */

import { createRequire, isBuiltin } from "node:module";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";
import type { HostCode } from "../ports.ts";

export const hostCode: HostCode = {
  evaluate: (text, file, columnOffset) => new Script(text, { filename: file, columnOffset }).runInThisContext(),
  load: async (specifier, importer) =>
    import(
      isBuiltin(specifier) ? specifier : pathToFileURL(createRequire(importer).resolve(specifier)).href
    ) as Promise<Readonly<Record<string, unknown>>>,
};
