/** What may differ between two runs of the same workflow and payload. */

import type { Member, Members } from "./field-check.ts";
import { ENVELOPE, EVENTS, type EventType } from "./schema.ts";

/** Members of line and payload that may differ. */
export const OBSERVATIONAL: ReadonlySet<string> = new Set(allMembers().flatMap(observationalIn));

/** By member of a payload: the members of its object that may differ. */
export const OBSERVATIONAL_INSIDE: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  allMembers()
    .flatMap(Object.entries<Member>)
    .map(([name, { kind }]) => [name, new Set(observationalIn(kind.members ?? {}))] as const)
    .filter(([, inside]) => inside.size > 0),
);

/** The names of a payload's members: those that may not differ, and all others. */
export interface PayloadMembers {
  readonly compared: readonly string[];
  readonly others: readonly string[];
}

/** By event type. */
export const MEMBERS = Object.fromEntries(
  Object.entries(EVENTS).map(([type, { members }]): [string, PayloadMembers] => {
    const names = Object.keys(members);
    const compared = names.filter((name) => !OBSERVATIONAL.has(name));
    return [type, { compared, others: names.filter((name) => OBSERVATIONAL.has(name)) }];
  }),
) as Readonly<Record<string, PayloadMembers>> as Readonly<Record<EventType, PayloadMembers>>;

function allMembers(): readonly Members[] {
  return [ENVELOPE, ...Object.values(EVENTS).map(({ members }) => members)];
}

function observationalIn(members: Members): readonly string[] {
  return Object.keys(members).filter((name) => members[name]?.isObservational === true);
}
