import { object, optional, string } from "../input-schema.ts";
import type { SnapshotAnswer } from "../target.ts";
import { asking, type QueryEffect } from "../targets/snapshot.ts";

const REFUSED = {
  BAD_QUESTION: "VIOLATION",
  UNKNOWN_NAME: "NOT_FOUND",
  UNREADABLE: "BACKEND_ERROR",
} as const satisfies Record<Extract<SnapshotAnswer, { refused: unknown }>["refused"], string>;

const QUERY = asking({
  about: "The snapshot's answer to one question: the operation is its name, the params are its other members.",
  input: { operation: string, params: optional(object) },
  outcomes: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"],
  async run({ operation, params = {} }, snapshot) {
    const found = await snapshot.ask({ ...params, query: operation });
    if ("answer" in found) return { outcome: "SUCCESS", result: { result: found.answer } };
    return { outcome: REFUSED[found.refused], reason: { code: found.refused, ...found.facts } };
  },
});

const CATALOG = asking({
  about: "The names of the questions that the snapshot answers.",
  input: {},
  outcomes: ["SUCCESS", "BACKEND_ERROR"],
  run: async (_, { questions }) => ({ outcome: "SUCCESS", result: { operations: [...questions] } }),
});

/** Questions of `pgs query`, which name no folder of the machine and change nothing. */
export const csSnapshotQuery = {
  code: "capability_side_effects::CS_SNAPSHOT_QUERY_V0",
  about: "What the snapshot of the run says of itself.",
  operations: { QUERY, CATALOG },
  examples: [
    {
      about: "an answer of the snapshot is the result",
      op: "QUERY",
      input: { operation: "actors" },
      given: { answer: { answer: { query: "actors", actors: [] } } },
      outcome: "SUCCESS",
      result: { result: { query: "actors", actors: [] } },
    },
    {
      about: "a name that the snapshot does not have is not found",
      op: "QUERY",
      input: { operation: "refs", params: { artifact: "CC_NOWHERE_V0" } },
      given: { answer: { refused: "UNKNOWN_NAME", facts: { name: "CC_NOWHERE_V0" } } },
      outcome: "NOT_FOUND",
    },
    {
      about: "a question of another name is refused",
      op: "QUERY",
      input: { operation: "weather" },
      given: { answer: { refused: "BAD_QUESTION", facts: { query: "weather" } } },
      outcome: "VIOLATION",
    },
    {
      about: "the questions are listed by name",
      op: "CATALOG",
      input: {},
      outcome: "SUCCESS",
      result: { operations: ["actors", "refs"] },
    },
  ],
} satisfies QueryEffect;
