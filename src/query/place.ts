/** Where an answer stands: the artifact, the field, and the line of the Markdown that the field is made from. */

import { fieldPointer, type Path } from "../snapshot/hint.ts";
import { markdownLine } from "../snapshot/markdown-line.ts";

/** A type, not an interface: answers are JSON values. */
export type Place = {
  /** Full name. */
  readonly artifact: string;
  /** Path below the snapshot. */
  readonly file: string;
  /** RFC 6901, into that file. */
  readonly pointer: string;
  /** Line of the artifact's Markdown; null where that does not say it. */
  readonly line: number | null;
};

/** `path` is below the artifact's `frontmatter`; the whole artifact where it is empty. */
export async function placeOf(artifact: Placed, path: Path = []): Promise<Place> {
  const { fqdn, file } = artifact;
  if (path.length === 0) return { artifact: fqdn, file, pointer: "", line: 1 };
  return { artifact: fqdn, file, pointer: fieldPointer(path), line: await markdownLine(artifact, path) };
}

type Placed = { readonly fqdn: string; readonly file: string; readonly text: string };
