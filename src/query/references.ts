/** Which artifact mentions which, and where: read from their executed fields, whatever kind they are. */

import { isObject, type Json, own } from "../json/value.ts";
import { memoize } from "../plan/analysis/memoize.ts";
import { type Fqdn, namespaceOf, wordOf } from "../snapshot/fqdn.ts";
import type { Path } from "../snapshot/hint.ts";
import { grouped } from "./grouped.ts";
import type { QueryArtifact, QueryModel } from "./model.ts";
import { namedBy } from "./names.ts";
import { type Place, placeOf } from "./place.ts";

/** One place at which an artifact names another one. */
export interface Reference {
  readonly from: QueryArtifact;
  /** Full name; the snapshot need not have it. */
  readonly to: string;
  /** Below the `frontmatter` of `from`. */
  readonly path: Path;
}

export interface References {
  /** By the artifact that names, in the order of its fields. */
  from(name: string): readonly Reference[];
  /** By the artifact that is named, sorted by the one that names it. */
  to(name: string): readonly Reference[];
  /** Every name that some artifact mentions. */
  mentioned(): Iterable<string>;
}

type Artifacts = Pick<QueryModel, "artifacts">;

export function referencesOf(model: Artifacts): References {
  return indexed(model.artifacts);
}

const indexed = memoize((artifacts: QueryModel["artifacts"]): References => {
  const all = [...artifacts.values()].flatMap((artifact) => [...referencesIn(artifact, { artifacts })]);
  const [from, to] = [grouped(all, (one) => one.from.fqdn), grouped(all, (one) => one.to)];
  return {
    from: (name) => from.get(name) ?? [],
    to: (name) => to.get(name) ?? [],
    mentioned: () => to.keys(),
  };
});

/** What it says of itself is no reference. */
function* referencesIn(from: QueryArtifact, model: Artifacts): Generator<Reference> {
  const namespace = namespaceOf(from.fqdn);
  for (const { text, path } of textsIn(from.frontmatter, [])) {
    const to = isNodeName(path) ? undefined : namedBy(text, namespace, model);
    if (to !== undefined && to !== from.fqdn) yield { from, to, path };
  }
}

/** Nodes are often named like the contracts that they run: such a name means the node. */
function isNodeName([core, member, , third, ...rest]: Path): boolean {
  if (core !== "core") return false;
  if (member === "start_node") return true;
  return member === "nodes" && (third === undefined || (third === "next" && rest.length > 0));
}

interface TextAt {
  readonly text: string;
  readonly path: Path;
}

/** Every text and every member's name. A code with its full name beside it is read as that, where the code is. */
function* textsIn(value: Json, path: Path): Generator<TextAt> {
  if (typeof value === "string") yield { text: value, path };
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* textsIn(item, [...path, i]);
  if (!isObject(value)) return;
  const full = own(value, "fqdn_id") ?? null;
  const isSaid = isSaidByCode(full, own(value, "code"));
  for (const [name, member] of Object.entries(value)) {
    if (isSaid && name === "fqdn_id") continue;
    yield { text: name, path: [...path, name] };
    yield* textsIn(isSaid && name === "code" ? full : member, [...path, name]);
  }
}

/** Whether a full name repeats the code beside it. */
export function isSaidByCode(full: Json, code: Json | undefined): boolean {
  return typeof full === "string" && typeof code === "string" && (full === code || full.endsWith(`::${code}`));
}

/** By the kind of an artifact: the kinds that a run goes on to from it. */
const EXECUTED: Readonly<Record<string, readonly string[]>> = {
  WF: ["WF", "IN", "CC", "RB", "STRUCTURE", "EV"],
  CC: ["WF", "CC", "CT", "CS", "EV"],
  CT: ["CT"],
  CS: ["CS", "WF"],
  RB: ["STRUCTURE"],
};

/** The members that tell of an artifact and that no run reads. */
const UNEXECUTED: ReadonlySet<string | number> = new Set([
  "governed_by",
  "extensions",
  "supersedes",
  "superseded_by",
]);

/**
 * Whether a run goes on along it: what governs, describes or replaces an artifact is not executed with it, and a side
 * effect is executed where a step performs it, not where a binding names it.
 */
export function isExecuted({ from, to, path }: Reference): boolean {
  return EXECUTED[from.word]?.includes(wordOf(to as Fqdn)) === true && !UNEXECUTED.has(path[0] ?? "");
}

/** A reference in an answer: its place is in the artifact `from`. */
export type Mention = Omit<Place, "artifact"> & { readonly from: string; readonly to: string };

export async function toMention({ from, to, path }: Reference): Promise<Mention> {
  const { artifact: _, ...place } = await placeOf(from, path);
  return { from: from.fqdn, to, ...place };
}

/**
 * The references through which each artifact is first reached, in breadth: along the references where `along` is
 * `from`, against them where it is `to`. The start is reached by none.
 */
export function reach(
  start: string,
  along: "from" | "to",
  references: References,
  follows: (one: Reference) => boolean = () => true,
): ReadonlyMap<string, Reached> {
  const reached = new Map<string, Reached>([[start, { by: null, depth: 0 }]]);
  for (const [name, { depth }] of reached) {
    for (const by of references[along](name)) {
      const next = along === "from" ? by.to : by.from.fqdn;
      if (!reached.has(next) && follows(by)) reached.set(next, { by, depth: depth + 1 });
    }
  }
  return reached;
}

export interface Reached {
  /** Null for the start. */
  readonly by: Reference | null;
  readonly depth: number;
}

/** The references from the start of a search along references to an artifact that it reached. */
export function chainTo(name: string, reached: ReadonlyMap<string, Reached>): readonly Reference[] {
  const chain: Reference[] = [];
  for (let by = reached.get(name)?.by; by !== undefined && by !== null; by = reached.get(by.from.fqdn)?.by)
    chain.unshift(by);
  return chain;
}
