/** Which artifact an event's code names. */

import { memoize } from "../../plan/analysis/memoize.ts";
import { codeOf, namespaceOf } from "../../snapshot/fqdn.ts";
import type { Entry } from "./entries.ts";
import type { SnapshotModel } from "./snapshot-model.ts";

const eventsByCode = memoize(({ ofWord }: SnapshotModel): ReadonlyMap<string, readonly Entry[]> => {
  const events = ofWord("EV");
  const codes = new Set(events.map(({ fqdn }) => codeOf(fqdn)));
  return new Map([...codes].map((code) => [code, events.filter(({ fqdn }) => codeOf(fqdn) === code)]));
});

/** The event's artifact: that of the namespace which names it, else the only one with that code. */
export function eventOf(code: string, namespace: string, subject: SnapshotModel): Entry | undefined {
  const all = eventsByCode(subject).get(code.slice(code.lastIndexOf(":") + 1)) ?? [];
  return all.find(({ fqdn }) => namespaceOf(fqdn) === namespace) ?? all[0];
}
