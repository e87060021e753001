/** The places of an answer in the Markdown of the workspace, where it has that. */

import { parsePointer } from "../../../json/pointer.ts";
import { isObject, type Json, type JsonObject, own } from "../../../json/value.ts";
import { type FindPlace, openPlaces } from "../../authored-places.ts";
import type { Context } from "../../context.ts";

/** The same answer; each of its places that a file of the workspace makes has that as `authored`. */
export async function placed<A extends Json>(answer: A, context: Context): Promise<A> {
  const find = await openPlaces(context);
  // What is added is declared as optional where a place is shown.
  return withPlaces(answer, find) as A;
}

function withPlaces(value: Json, find: FindPlace): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withPlaces(item, find));
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, withPlaces(member, find)]);
  return { ...Object.fromEntries(members), ...authoredAt(value, find) };
}

function authoredAt(value: JsonObject, find: FindPlace): JsonObject {
  const [file, at, line] = [own(value, "file"), own(value, "pointer"), own(value, "line")];
  if (typeof file !== "string" || typeof at !== "string" || line === undefined) return {};
  const [whole, ...path] = parsePointer(at);
  const authored = find(file, whole === "frontmatter" ? path : []);
  if (authored === null) return {};
  const isText = whole !== "frontmatter" && typeof line === "number";
  return { authored: { file: authored.file, line: isText ? line : authored.line } };
}
