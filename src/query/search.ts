/** `search`: where a text stands in the artifacts. */

import { isObject, type Json, own } from "../json/value.ts";
import type { Path } from "../snapshot/hint.ts";
import { contentOf } from "../snapshot/markdown-line.ts";
import { badQuestion } from "./errors.ts";
import type { QueryArtifact, QueryModel } from "./model.ts";
import { type Place, placeOf } from "./place.ts";
import { isSaidByCode } from "./references.ts";

/** As many hits as anybody reads. */
export const MOST_HITS = 100;

export type SearchAnswer = {
  readonly query: "search";
  readonly text: string;
  /** The first `MOST_HITS`: names, then fields, then lines of the Markdown outside its Machine block. */
  readonly hits: readonly Hit[];
  /** How many there are. */
  readonly count: number;
};

export type Hit = Place & {
  readonly in: "name" | "field" | "text";
  /** The line, or the value of the field, around the text. */
  readonly excerpt: string;
};

interface Found {
  readonly artifact: QueryArtifact;
  readonly in: Hit["in"];
  readonly whole: string;
  readonly path: Path;
  /** Of a line of the Markdown. */
  readonly line?: number;
}

/** Upper and lower case are the same. @throws QueryFault for an empty text */
export async function search(text: string, model: QueryModel): Promise<SearchAnswer> {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") throw badQuestion("text", "a text to search for");
  const all = [...model.artifacts.values()];
  const has = ({ whole }: Found) => whole.toLowerCase().includes(wanted);
  const found = [
    ...all.map((artifact): Found => ({ artifact, in: "name", whole: artifact.fqdn, path: [] })),
    ...all.flatMap((artifact) => [...fieldsIn(artifact, artifact.frontmatter, [])]),
    ...all.flatMap((artifact) => [...linesIn(artifact)]),
  ].filter(has);
  const hits = await Promise.all(found.slice(0, MOST_HITS).map((one) => toHit(one, wanted)));
  return { query: "search", text, hits, count: found.length };
}

/** Each text with its member's name, and every other name. */
function* fieldsIn(artifact: QueryArtifact, value: Json, path: Path): Generator<Found> {
  const name = path.at(-1);
  const named = typeof name === "string" ? name : undefined;
  if (typeof value === "string") {
    yield { artifact, in: "field", whole: named === undefined ? value : `${named}: ${value}`, path };
    return;
  }
  if (named !== undefined) yield { artifact, in: "field", whole: named, path };
  if (Array.isArray(value))
    for (const [i, item] of value.entries()) yield* fieldsIn(artifact, item, [...path, i]);
  if (!isObject(value)) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === "fqdn_id" && isSaidByCode(member, own(value, "code"))) continue;
    yield* fieldsIn(artifact, member, [...path, key]);
  }
}

/** What the Machine block says is found in its fields. */
function* linesIn(artifact: QueryArtifact): Generator<Found> {
  let isMachine = false;
  for (const [i, whole] of contentOf(artifact).split("\n").entries()) {
    if (whole.startsWith("```")) isMachine = !isMachine && whole.startsWith("```yaml");
    else if (!isMachine) yield { artifact, in: "text", whole, path: [], line: i + 1 };
  }
}

async function toHit({ artifact, in: where, whole, path, line }: Found, wanted: string): Promise<Hit> {
  const place = await placeOf(artifact, path);
  const at = line === undefined ? place : { ...place, pointer: "/content", line };
  return { in: where, excerpt: excerptOf(whole, wanted), ...at };
}

const AROUND = 60;

function excerptOf(whole: string, wanted: string): string {
  const text = whole.replace(/\s+/g, " ").trim();
  const at = Math.max(0, text.toLowerCase().indexOf(wanted));
  const [from, to] = [Math.max(0, at - AROUND), at + wanted.length + AROUND];
  return `${from > 0 ? "…" : ""}${text.slice(from, to)}${to < text.length ? "…" : ""}`;
}
