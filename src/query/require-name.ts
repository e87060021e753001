/** Looks up the subject of a question by a typed name, or refuses with the nearest name as a suggestion. */

import { meantName } from "../snapshot/require.ts";
import { QueryFault, type Subject } from "./errors.ts";
import type { QueryArtifact, QueryModel } from "./model.ts";
import { namesOfCode } from "./names.ts";
import { reach, referencesOf } from "./references.ts";

/**
 * By its full name, or by a code that no other artifact has.
 * @throws QueryFault `NAME_UNKNOWN`, `NAME_AMBIGUOUS`
 */
export function requireArtifact(given: string, model: QueryModel): QueryArtifact {
  const found = find(given, model, "artifact");
  if (found !== undefined) return found;
  throw unknownName(given, "artifact", [...model.artifacts.keys()]);
}

/** @throws QueryFault `NAME_UNKNOWN`, `NAME_AMBIGUOUS`, `NOT_A_WORKFLOW` */
export function requireWorkflow(given: string, model: QueryModel): QueryArtifact {
  const found = find(given, model, "workflow");
  if (found?.word === "WF") return found;
  if (found === undefined) {
    const names = [...model.artifacts.values()].flatMap(({ fqdn, word }) => (word === "WF" ? [fqdn] : []));
    throw unknownName(given, "workflow", names);
  }
  throw new QueryFault("NOT_A_WORKFLOW", { given, workflows: workflowsReferringTo(found.fqdn, model) });
}

function find(given: string, model: QueryModel, subject: Subject): QueryArtifact | undefined {
  const names = namesOfCode(given, model);
  if (names.length > 1) throw new QueryFault("NAME_AMBIGUOUS", { given, subject, names });
  return model.artifacts.get(names[0] ?? given);
}

export function unknownName(given: string, subject: Subject, names: readonly string[]): QueryFault {
  const nearest = meantName(given, names);
  return new QueryFault("NAME_UNKNOWN", {
    given,
    subject,
    meant: nearest === null ? namesWith(given, names) : [nearest],
  });
}

/** As many suggestions as a hint can hold. */
const MOST_MEANT = 8;

/** The names with that text in them; none where there are too many to be of help. */
function namesWith(given: string, names: readonly string[]): readonly string[] {
  const found = names.filter((name) => name.toLowerCase().includes(given.toLowerCase()));
  return found.length > MOST_MEANT ? [] : found;
}

/** Full names, sorted: those that name it, or something that does; the workflow itself where it is one. */
export function workflowsReferringTo(name: string, model: Pick<QueryModel, "artifacts">): readonly string[] {
  const reached = [...reach(name, "to", referencesOf(model)).keys()];
  return reached.filter((one) => model.artifacts.get(one)?.word === "WF").sort();
}
