/** Finds the line of a field in the authored Markdown of an artifact. */

import { isObject, type Json, own } from "../json/value.ts";
import type { Artifact } from "./artifact.ts";
import type { FindLine } from "./derive.ts";
import type { Path } from "./hint.ts";

/**
 * The line of the artifact's `content` with the field at a path below `frontmatter`; for an absent field,
 * the line of its parent. Null if the text has no Machine block. Loads a YAML parser, which a successful run
 * never needs.
 */
export async function markdownLine(artifact: Pick<Artifact, "text">, path: Path): Promise<number | null> {
  const { contentLines, lineAround } = await import("./derive.ts");
  const find = finders.get(artifact) ?? contentLines(contentOf(artifact));
  finders.set(artifact, find);
  return lineAround(find, path) ?? null;
}

/** Callers ask for many fields of one artifact in a row: its text is parsed once. */
const finders = new WeakMap<object, FindLine>();

/** The Markdown in an artifact; empty where it has none. */
export function contentOf({ text }: Pick<Artifact, "text">): string {
  const envelope = JSON.parse(text) as Json;
  const content = isObject(envelope) ? own(envelope, "content") : undefined;
  return typeof content === "string" ? content : "";
}
