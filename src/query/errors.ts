/** Refusals of a question: a name that the snapshot does not have, or a question that is none. */

import { type FactsOf, Fault, type FaultDetail, type WordingTable, wordingFrom } from "../errors/base.ts";
import { joined } from "../errors/joined.ts";
import { oneOf } from "../snapshot/hint.ts";

/** What a question can be about. */
export type Subject = "artifact" | "workflow" | "store" | "event";

/** What prints the names of a subject. */
const LISTS: Readonly<Record<Subject, string>> = {
  artifact: "pgs query names",
  workflow: "pgs query names WF",
  store: "pgs query stores",
  event: "pgs query events",
};

const queryTable = {
  NAME_UNKNOWN: (f: { given: string; subject: Subject; meant: readonly string[] }) => ({
    what: `the snapshot has no ${f.subject} ${f.given}`,
    hint:
      f.meant.length === 0
        ? `type ${LISTS[f.subject]}, which prints every ${f.subject}; pgs query search finds a text in all artifacts`
        : `type ${joined(f.meant, "or")} instead of ${f.given}`,
  }),
  NAME_AMBIGUOUS: (f: { given: string; subject: Subject; names: readonly string[] }) => ({
    what: `the snapshot has more than one ${f.subject} ${f.given}`,
    hint: `type one of them: ${joined(f.names, "or")}`,
  }),
  NOT_A_WORKFLOW: (f: { given: string; workflows: readonly string[] }) => ({
    what: `${f.given} is no workflow`,
    hint:
      f.workflows.length === 0
        ? "no workflow refers to it; type pgs query names WF, which prints every workflow"
        : `type ${joined(f.workflows, "or")} instead, which ${f.workflows.length === 1 ? "refers" : "refer"} to it`,
  }),
  BAD_QUESTION: (f: { member: string; expected: string }) => ({
    what: `the member ${f.member} of the question should be ${f.expected}`,
    hint: `write ${f.member}: ${f.expected}`,
  }),
} satisfies WordingTable;

export class QueryFault<C extends keyof typeof queryTable = keyof typeof queryTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof queryTable, C>, detail: FaultDetail = {}) {
    super("usage", code, facts, wordingFrom(queryTable, code, facts), detail);
  }
}

/** The question lacks a member, or has one of the wrong kind. */
export function badQuestion(member: string, choices: readonly string[] | string): QueryFault {
  const expected = typeof choices === "string" ? choices : oneOf(choices);
  return new QueryFault("BAD_QUESTION", { member, expected });
}
