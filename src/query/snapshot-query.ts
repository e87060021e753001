/** What a run asks its snapshot. Nothing that answers is loaded before the first question. */

import type { Registry } from "../capabilities/registry.ts";
import type { SnapshotQuery } from "../capabilities/target.ts";
import { Fault } from "../errors/base.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { QueryModel } from "./model.ts";
import { QUERIES } from "./questions.ts";

/** Of the snapshot that the run's plan was compiled from: a function of it, so that an answer can be recorded and found again. */
export function toSnapshotQuery(snapshot: Snapshot, registry: Registry): SnapshotQuery {
  let model: Promise<QueryModel> | undefined;
  return {
    questions: QUERIES,
    async ask(question) {
      const [{ answer, parseQuestion, refusalOf }, { openQueryModel }] = await Promise.all([
        import("./ask.ts"),
        import("./model.ts"),
      ]);
      try {
        const parsed = parseQuestion(question);
        model ??= openQueryModel(snapshot, registry);
        return { answer: await answer(parsed, await model) };
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        return refusalOf(error);
      }
    },
  };
}
