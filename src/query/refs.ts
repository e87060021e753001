/** `refs`: who mentions an artifact. `deps`: what an artifact mentions. `path`: how one leads to another. */

import { codeOf, type Fqdn } from "../snapshot/fqdn.ts";
import type { QueryModel } from "./model.ts";
import {
  chainTo,
  type Mention,
  type Reached,
  type Reference,
  type References,
  reach,
  referencesOf,
  toMention,
} from "./references.ts";
import { requireArtifact } from "./require-name.ts";

export type RefsAnswer = {
  readonly query: "refs";
  readonly artifact: string;
  /** False for a name that artifacts mention and the snapshot does not have. */
  readonly known: boolean;
  /** Sorted by the artifact that mentions it. */
  readonly mentions: readonly Mention[];
};

/** @throws QueryFault for a name that nothing has and nothing mentions */
export async function refs(given: string, model: QueryModel): Promise<RefsAnswer> {
  const references = referencesOf(model);
  const artifact = missing(given, references, model) ?? requireArtifact(given, model).fqdn;
  const mentions = await Promise.all(references.to(artifact).map(toMention));
  return { query: "refs", artifact, known: model.artifacts.has(artifact), mentions };
}

/** The only name of that name or code that artifacts mention and the snapshot does not have. */
function missing(given: string, references: References, { artifacts }: QueryModel): string | undefined {
  const all = [...references.mentioned()].filter((name) => !artifacts.has(name));
  const meant = all.filter((name) => name === given || codeOf(name as Fqdn) === given);
  return meant.length === 1 ? meant[0] : undefined;
}

export type DepsAnswer = {
  readonly query: "deps";
  readonly artifact: string;
  readonly transitive: boolean;
  /** Every mention; where transitive, the one through which each artifact is first reached, the nearest first. */
  readonly mentions: readonly Dependency[];
};

export type Dependency = Mention & {
  /** Whether the snapshot has the artifact that is mentioned. */
  readonly known: boolean;
  /** How many mentions lead to it: 1 where the artifact itself mentions it. */
  readonly depth: number;
};

/** @throws QueryFault for a name that the snapshot does not have */
export async function deps(given: string, transitive: boolean, model: QueryModel): Promise<DepsAnswer> {
  const artifact = requireArtifact(given, model).fqdn;
  const references = referencesOf(model);
  const found = transitive ? firstMentions(artifact, references) : directMentions(artifact, references);
  const mentions = await Promise.all(
    found.map(async ({ by, depth }) => ({
      ...(await toMention(by)),
      known: model.artifacts.has(by.to),
      depth,
    })),
  );
  return { query: "deps", artifact, transitive, mentions };
}

type Found = Reached & { readonly by: Reference };

function directMentions(artifact: string, references: References): readonly Found[] {
  return references.from(artifact).map((by) => ({ by, depth: 1 }));
}

function firstMentions(artifact: string, references: References): readonly Found[] {
  return [...reach(artifact, "from", references).values()].flatMap(({ by, depth }) =>
    by === null ? [] : [{ by, depth }],
  );
}

export type PathAnswer = {
  readonly query: "path";
  readonly from: string;
  readonly to: string;
  readonly found: boolean;
  /** Whether mentions lead the other way. */
  readonly reverse: boolean;
  /** The shortest chain of mentions; the first is in `from`, the last names `to`. */
  readonly steps: readonly Mention[];
};

/** @throws QueryFault for a name that the snapshot does not have */
export async function path(givenFrom: string, givenTo: string, model: QueryModel): Promise<PathAnswer> {
  const [from, to] = [requireArtifact(givenFrom, model).fqdn, requireArtifact(givenTo, model).fqdn];
  const references = referencesOf(model);
  const reached = reach(from, "from", references);
  const steps = await Promise.all(chainTo(to, reached).map(toMention));
  const reverse = from !== to && reach(to, "from", references).has(from);
  return { query: "path", from, to, found: reached.has(to), reverse, steps };
}
