/** Files that are in memory alone, as the reader of a snapshot or of a package wants them. */

import type { Files } from "../../ports.ts";

/** By absolute path. */
export function keptFiles(contents: ReadonlyMap<string, Uint8Array>): Files {
  const below = (folder: string) => {
    const start = `${folder}/`;
    return [...contents.keys()]
      .filter((path) => path.startsWith(start))
      .map((path) => path.slice(start.length));
  };
  const isFolder = (path: string) => below(path).length > 0;
  return {
    read: (path) => contents.get(path) ?? null,
    list: (folder) =>
      below(folder)
        .sort()
        .map((path) => ({ path, isFile: true, isLink: false })),
    names: (folder) => [...new Set(below(folder).map((path) => path.split("/", 1)[0] ?? ""))].sort(),
    realPath: (path) => (contents.has(path) || isFolder(path) ? path : null),
    isFolder,
  };
}
