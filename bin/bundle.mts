/** Bundles TypeScript of this project as it is for Node: a process loads it many times faster than through tsx. */

import { mkdirSync, mkdtempSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Plugin, rolldown } from "rolldown";
import { transform } from "rolldown/utils";

const root = join(import.meta.dirname, "..");

/** A folder to bundle into. It is below the project, so that packages are found from it. */
export function makeBundleFolder(): string {
  const build = join(root, "build");
  mkdirSync(build, { recursive: true });
  return mkdtempSync(join(build, "bundle-"));
}

/** Writes `<name>.mjs` for each input, and what the inputs share. Packages stay outside. */
export async function bundle(
  input: Readonly<Record<string, string>>,
  dir: string,
  plugins: readonly Plugin[] = [],
): Promise<void> {
  const build = await rolldown({
    input: { ...input },
    platform: "node",
    external: /^(?:[a-z]|@)/,
    treeshake: false,
    plugins: [...plugins, places],
  });
  const names = { entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" };
  await build.write({ dir, format: "esm", sourcemap: true, keepNames: true, ...names });
  await build.close();
}

/** A module finds the files beside it as if it were not bundled. */
const places: Plugin = {
  name: "places",
  async transform(code, id) {
    if (!code.includes("import.meta.")) return null;
    const place = { dirname: dirname(id), filename: id, url: pathToFileURL(id).href };
    const define = Object.fromEntries(
      Object.entries(place).map(([name, value]) => [`import.meta.${name}`, JSON.stringify(value)]),
    );
    const { code: placed, map = null, errors } = await transform(id, code, { define, sourcemap: true });
    if (errors[0] !== undefined) throw errors[0];
    return { code: placed, map, moduleType: "js" };
  },
};
