/**
 * Answers the questions that a snapshot can be asked. Question and answer are JSON values; an answer is a function of the
 * snapshot alone, and names no folder of the machine.
 */

import type { SnapshotAnswer } from "../capabilities/target.ts";
import type { Fault } from "../errors/base.ts";
import { isObject, type Json, own } from "../json/value.ts";
import { type ActorsAnswer, actors } from "./actors.ts";
import { badQuestion, QueryFault } from "./errors.ts";
import { type EventsAnswer, events } from "./events.ts";
import { type ExplainAnswer, explain } from "./explain.ts";
import { type ImpactAnswer, impact } from "./impact.ts";
import type { QueryModel } from "./model.ts";
import { type OutcomesAnswer, outcomes } from "./outcomes.ts";
import { MEMBERS, QUERIES, type Question } from "./questions.ts";
import { type DepsAnswer, deps, type PathAnswer, path, type RefsAnswer, refs } from "./refs.ts";
import { type SearchAnswer, search } from "./search.ts";
import { type StoresAnswer, stores } from "./stores.ts";

export type Answer =
  | RefsAnswer
  | DepsAnswer
  | ImpactAnswer
  | PathAnswer
  | StoresAnswer
  | EventsAnswer
  | OutcomesAnswer
  | ActorsAnswer
  | SearchAnswer
  | ExplainAnswer;

/**
 * Same snapshot and question, same answer.
 * @throws QueryFault for a name that the snapshot does not have; CompileFault where the answer needs a workflow that
 * does not compile
 */
export function answer(question: Question, model: QueryModel): Promise<Answer> {
  switch (question.query) {
    case "refs":
      return refs(question.artifact, model);
    case "deps":
      return deps(question.artifact, question.transitive === true, model);
    case "impact":
      return impact(question.artifact, model);
    case "path":
      return path(question.from, question.to, model);
    case "stores":
      return stores(question.store, model);
    case "events":
      return events(question.event, model);
    case "outcomes":
      return outcomes(question.workflow, model);
    case "actors":
      return actors(model);
    case "search":
      return search(question.text, model);
    case "explain":
      return explain(question.workflow, model);
    default:
      return question satisfies never;
  }
}

/** @throws QueryFault `BAD_QUESTION`: strict, because a misspelt member would ask something else */
export function parseQuestion(question: Json): Question {
  const given = isObject(question) ? question : {};
  const query = QUERIES.find((one) => one === own(given, "query"));
  if (query === undefined) throw badQuestion("query", QUERIES);
  const members: Readonly<Record<string, string>> = MEMBERS[query];
  const unknown = Object.keys(given).find((name) => name !== "query" && !Object.hasOwn(members, name));
  if (unknown !== undefined) throw badQuestion(unknown, "absent");
  for (const [name, need] of Object.entries(members)) {
    const value = own(given, name);
    if (value === undefined && need !== "required") continue;
    if (need === "flag" ? typeof value !== "boolean" : typeof value !== "string")
      throw badQuestion(name, need === "flag" ? "true or false" : "a text");
  }
  // By its construction it has what the table says.
  return given as unknown as Question;
}

/** Of a snapshot that cannot be read, the code alone: the facts may name a folder of the machine. */
export function refusalOf(fault: Fault): SnapshotAnswer {
  if (!(fault instanceof QueryFault)) return { refused: "UNREADABLE", facts: { refusal: fault.code } };
  const refused = fault.code === "BAD_QUESTION" ? "BAD_QUESTION" : "UNKNOWN_NAME";
  return { refused, facts: fault.facts };
}
