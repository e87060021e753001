/** Files of this project for child processes: bundled once, so that no child compiles them through tsx. */

import { rmSync } from "node:fs";
import { join } from "node:path";

const PROJECT = join(import.meta.dirname, "../..");

/** By path below the project: the file to load instead. All of one call share what they import. */
export async function childModules<Path extends string>(
  ...paths: readonly Path[]
): Promise<Readonly<Record<Path, string>>> {
  const { bundle, makeBundleFolder } = await import("../../bin/bundle.mts");
  const folder = makeBundleFolder();
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const names = paths.map((path, i) => [path, `child-${i}`] as const);
  await bundle(Object.fromEntries(names.map(([path, name]) => [name, join(PROJECT, path)])), folder);
  return Object.fromEntries(names.map(([path, name]) => [path, join(folder, `${name}.mjs`)])) as Record<
    Path,
    string
  >;
}
