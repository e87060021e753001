/** One synchronisation for all who wait for it. */

import { nextTurn } from "./next-turn.ts";

/**
 * Who asks while one is under way shares the next one, which begins when that has ended: it covers everything that was
 * written before it began. `sync` fails for all who share it. Where others may ask as well, one begins when whatever the
 * process can do in this turn of the event loop is done, so that they share it.
 */
export function sharedSync(sync: () => Promise<void>, hasOthers = () => false): () => Promise<void> {
  let current: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const begin = (): Promise<void> => {
    next = null;
    const begun = sync();
    const end = () => {
      current = null;
    };
    begun.then(end, end);
    current = begun;
    return begun;
  };
  const beginAfterOthers = () => (hasOthers() ? nextTurn().then(begin) : begin());
  return () => {
    // The next one is not begun at once when the current one has ended: nobody may begin another before it.
    if (next !== null) return next;
    if (current !== null) next = current.then(beginAfterOthers, beginAfterOthers);
    else if (hasOthers()) next = beginAfterOthers();
    else return begin();
    return next;
  };
}
