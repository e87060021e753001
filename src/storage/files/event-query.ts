/** Looks for events in every journal below the data root (SPEC 4.2). */

import { StoreFault } from "../../errors/ports.ts";
import { own } from "../../json/value.ts";
import type { DataRoot, StoreFile } from "../../ports.ts";
import type { EventPattern, EventQuery } from "../event-query.ts";
import { type FindEvents, openEvents } from "./event-index.ts";

/** Looks into all journals, also when every pattern has matched: a line that is no JSON object is never passed over. */
export function eventQuery(data: DataRoot): EventQuery {
  const journals = new WeakMap<StoreFile, FindEvents>();
  const findIn = (store: StoreFile, patterns: readonly EventPattern[]) => {
    const find = journals.get(store) ?? openEvents(store);
    journals.set(store, find);
    return unlessRemoved(() => find(patterns)) ?? [];
  };
  return {
    async find(patterns) {
      const found = patterns.map(() => false);
      for (const name of data.journals()) {
        findIn(data.store(name), patterns).forEach((isFound, i) => {
          found[i] ||= isFound;
        });
      }
      return found;
    },
  };
}

/** Null where a journal was removed after it was listed. */
function unlessRemoved<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof StoreFault && own(error.facts, "errno") === "ENOENT") return null;
    throw error;
  }
}
