/** What may differ between two runs of the same workflow and payload. */

import type { Member, Members } from "./field-check.ts";
import { ENVELOPE, EVENTS } from "./schema.ts";

/** Members of line and payload that may differ. */
export const OBSERVATIONAL: ReadonlySet<string> = new Set(allMembers().flatMap(observationalIn));

/** By member of a payload: the members of its object that may differ. */
export const OBSERVATIONAL_INSIDE: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  allMembers()
    .flatMap(Object.entries<Member>)
    .map(([name, { kind }]) => [name, new Set(observationalIn(kind.members ?? {}))] as const)
    .filter(([, inside]) => inside.size > 0),
);

function allMembers(): readonly Members[] {
  return [ENVELOPE, ...Object.values(EVENTS).map(({ members }) => members)];
}

function observationalIn(members: Members): readonly string[] {
  return Object.keys(members).filter((name) => members[name]?.isObservational === true);
}
