/** Success criteria: which steps satisfy each, and whether it holds. */

import { pointer } from "../../json/pointer.ts";
import { type AuthoredFile, authoredIn, type Criterion } from "./authored.ts";
import { malformed, unknownName } from "./malformed.ts";
import type { Source } from "./source.ts";

export interface EvaluatedCriterion extends Criterion {
  /** The steps that satisfy it, in order. */
  readonly satisfiedBy: readonly string[];
  /** Those of them that did not come out as expected. */
  readonly missedBy: readonly string[];
  /** There is such a step, and every one of them came out as expected. */
  readonly holds: boolean;
}

/** @throws ScenarioFault `SCENARIO_MALFORMED` for an id that stands twice, or one that no criterion has */
export function checkCriteria(source: Source): void {
  const { criteria = [], steps } = authoredIn(source);
  const ids = criteria.map(({ id }) => id);
  const twice = ids.findIndex((id, i) => ids.indexOf(id) !== i);
  if (twice !== -1) malformed(source, pointer(["criteria", twice, "id"]), "the id of exactly one criterion");
  for (const [i, { satisfies = [] }] of steps.entries()) {
    for (const [k, id] of satisfies.entries()) {
      if (ids.includes(id)) continue;
      unknownName(source, pointer(["steps", i, "satisfies", k]), id, ids, "the id of a criterion");
    }
  }
}

/** Each criterion, in the order of the file. */
export function evaluateCriteria(
  { criteria = [], steps }: AuthoredFile,
  isEqual: (step: string) => boolean,
): readonly EvaluatedCriterion[] {
  return criteria.map(({ id, statement }) => {
    const satisfiedBy = steps.filter(({ satisfies = [] }) => satisfies.includes(id)).map(({ name }) => name);
    const missedBy = satisfiedBy.filter((step) => !isEqual(step));
    return { id, statement, satisfiedBy, missedBy, holds: satisfiedBy.length > 0 && missedBy.length === 0 };
  });
}
