/** Snapshots that the tests ask: the project's own, and the published ones where they are there. */

import { nodeFiles } from "../../src/platform/node-ports.ts";
import type { CheckCache } from "../../src/ports.ts";
import { type Answer, answer } from "../../src/query/ask.ts";
import { openQueryModel, type QueryModel } from "../../src/query/model.ts";
import type { Question } from "../../src/query/questions.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { OWN_SNAPSHOT } from "../snapshot/memory-files.ts";
import { unpacked } from "../support/archive.ts";
import { ownRegistry } from "../support/own-registry.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";

export interface AskedSnapshot {
  readonly name: string;
  /** Unpacked when it is first asked for. */
  folder(): string;
  /** `false`, or the reason to skip. */
  readonly skip: string | false;
  model(): Promise<QueryModel>;
}

const ASSEMBLED = "assembled/v5-subset.tar.xz";
const PUBLISHED = "published/protocol_snapshot";

/** Their contents are checked by other tests. */
const TRUSTED: CheckCache = { has: () => true, add: () => undefined };

export const OWN = snapshotAt("the own snapshot", () => OWN_SNAPSHOT, false);
export const SNAPSHOTS: readonly AskedSnapshot[] = [
  OWN,
  snapshotAt("the published snapshot", () => sharedPath(PUBLISHED), skipWithout(PUBLISHED)),
  snapshotAt("an assembled snapshot", () => `${unpacked(ASSEMBLED)}/subset`, skipWithout(ASSEMBLED)),
];

function snapshotAt(name: string, folder: () => string, skip: string | false): AskedSnapshot {
  let model: Promise<QueryModel> | undefined;
  return {
    name,
    folder,
    skip,
    model() {
      model ??= openSnapshot(folder(), nodeFiles, { checked: TRUSTED }).then((snapshot) =>
        openQueryModel(snapshot, ownRegistry),
      );
      return model;
    },
  };
}

/** The answer to a question of that kind. */
export async function asked<Q extends Question>(
  question: Q,
  model: QueryModel,
): Promise<Extract<Answer, { readonly query: Q["query"] }>> {
  return (await answer(question, model)) as Extract<Answer, { readonly query: Q["query"] }>;
}
