/** A snapshot with other artifacts laid over it, in memory. */

import type { JsonObject } from "../json/value.ts";
import type { Files } from "../ports.ts";
import { SEAL_FILE } from "../snapshot/seal.ts";

/**
 * The files as if the artifacts were written into the folder. What comes of it is another snapshot, which nobody has
 * sealed: each artifact is checked from its own contents.
 */
export function overlaid(folder: string, artifacts: ReadonlyMap<string, JsonObject>, files: Files): Files {
  const root = files.realPath(folder) ?? folder;
  const name = (path: string) => {
    const base = [folder, root].find((one) => path.startsWith(`${one}/`));
    return base === undefined ? "" : path.slice(base.length + 1);
  };
  const isSeal = (path: string) => name(path) === SEAL_FILE;
  return {
    ...files,
    read(path) {
      const artifact = artifacts.get(name(path));
      if (artifact !== undefined) return Buffer.from(JSON.stringify(artifact, null, 2));
      return isSeal(path) ? null : files.read(path);
    },
    realPath: (path) => (artifacts.has(name(path)) ? path : isSeal(path) ? null : files.realPath(path)),
    names: (at) => files.names(at).filter((one) => !isSeal(`${at}/${one}`)),
    list(at) {
      const start = at === folder ? "" : `${name(at)}/`;
      const added = [...artifacts.keys()]
        .filter((path) => path.startsWith(start))
        .map((path) => ({ path: path.slice(start.length), isFile: true, isLink: false }));
      const listed = files.list(at).filter(({ path }) => !added.some((one) => one.path === path));
      return [...listed, ...added].sort((a, b) => (a.path < b.path ? -1 : 1));
    },
  };
}
