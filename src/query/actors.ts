/** `actors`: who the snapshot knows, and where it names them. */

import { objectAt, own } from "../json/value.ts";
import type { QueryModel } from "./model.ts";
import { type Place, placeOf } from "./place.ts";
import { type Mention, referencesOf, toMention } from "./references.ts";
import { workflowsReferringTo } from "./require-name.ts";

export type ActorsAnswer = {
  readonly query: "actors";
  /** Sorted by name. */
  readonly actors: readonly ActorEntry[];
};

export type ActorEntry = Place & {
  readonly actor: string;
  readonly summary: string;
  /** As declared, such as `person`; null where it declares none. */
  readonly type: string | null;
  /** Names of what is known of such an actor. */
  readonly attributes: readonly string[];
  readonly mentions: readonly Mention[];
  /** The workflows that mention it, directly or through others. */
  readonly workflows: readonly string[];
};

export async function actors(model: QueryModel): Promise<ActorsAnswer> {
  const all = [...model.artifacts.values()].filter(({ word }) => word === "AC");
  const references = referencesOf(model);
  return {
    query: "actors",
    actors: await Promise.all(
      all.map(async (artifact) => {
        const core = objectAt(artifact.frontmatter, "core");
        const type = own(core, "type");
        return {
          actor: artifact.fqdn,
          summary: artifact.summary,
          type: typeof type === "string" ? type : null,
          attributes: Object.keys(objectAt(core, "attributes")),
          ...(await placeOf(artifact)),
          mentions: await Promise.all(references.to(artifact.fqdn).map(toMention)),
          workflows: workflowsReferringTo(artifact.fqdn, model),
        };
      }),
    ),
  };
}
