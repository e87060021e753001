/** Where an artifact's author reads a field: not in the file that was made of the Markdown, but in the Markdown. */

import { isObject, type Json, own } from "../json/json.ts";
import type { FindLine } from "./derive.ts";
import type { Path } from "./hint.ts";
import type { Artifact } from "./load.ts";

/**
 * The line of the artifact's `content` that says the field at a path below `frontmatter`; of one that is not there,
 * the line of the field around it. Null where the text has no Machine block. Loads a YAML parser, which a run that
 * ends well never does.
 */
export async function markdownLine(artifact: Pick<Artifact, "text">, path: Path): Promise<number | null> {
  const { contentLines, lineAround } = await import("./derive.ts");
  const find = finders.get(artifact) ?? contentLines(contentOf(artifact));
  finders.set(artifact, find);
  return lineAround(find, path) ?? null;
}

/** Many fields of one artifact are asked for in a row: its text is read for the first. */
const finders = new WeakMap<object, FindLine>();

function contentOf({ text }: Pick<Artifact, "text">): string {
  const envelope = JSON.parse(text) as Json;
  const content = isObject(envelope) ? own(envelope, "content") : undefined;
  return typeof content === "string" ? content : "";
}
