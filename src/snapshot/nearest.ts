/** What somebody may have meant who wrote a name that is none. */

import { distance } from "fastest-levenshtein";

/** The hint for a wrong name; undefined where no candidate is near. */
export function didYouMean(given: string, candidates: Iterable<string>): string | undefined {
  const nearest = nearestName(given, [...candidates]);
  return nearest === null ? undefined : `did you mean ${nearest}?`;
}

/** The nearest candidate, or null when none is near; a bare code finds its full name, and so do some of its words. */
export function nearestName(given: string, candidates: readonly string[]): string | null {
  const bare = candidates.find((name) => name.endsWith(`::${given}`));
  if (bare !== undefined) return bare;
  const fuller = candidates.filter((name) => hasWords(name, given));
  if (fuller.length === 1) return fuller[0] as string;
  let best: string | null = null;
  let bestDistance = Math.max(3, Math.ceil(given.length / 3));
  for (const name of candidates) {
    const far = distance(given, given.includes("::") ? name : (name.split("::").at(-1) as string));
    if (far < bestDistance) [best, bestDistance] = [name, far];
  }
  return best;
}

/** Whether the name has every word of the given one: `WF_REGISTER_V0` is a short way of saying `WF_REGISTER_ACTOR_V0`. */
function hasWords(name: string, given: string): boolean {
  const words = new Set(name.split(/::|_/));
  return given.split(/::|_/).every((word) => words.has(word));
}
