/** The traces that a command line names: each file, and every jsonl below a folder. */

import { type Context, shortPath } from "../../context.ts";
import { UsageFault } from "../../errors.ts";

/** @throws UsageFault `TRACES_MISSING` for a folder without any */
export function tracesAt(places: readonly string[], { platform, path }: Context): readonly string[] {
  const { files, cwd } = platform;
  return places.flatMap((place) => {
    const at = path(place);
    if (!files.isFolder(at)) return [place];
    const found = files.list(at).filter(({ path: one }) => one.endsWith(".jsonl"));
    if (found.length === 0) throw new UsageFault("TRACES_MISSING", { path: place });
    return found.map(({ path: one }) => shortPath(`${at}/${one}`, cwd));
  });
}
