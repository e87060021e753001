/** Suggests a known name for an unknown one. */

import { distance } from "fastest-levenshtein";

/** The hint for a wrong name; undefined where no candidate is near. */
export function didYouMean(given: string, candidates: Iterable<string>): string | undefined {
  const nearest = shortenedName(given, [...candidates]);
  return nearest === null ? undefined : `did you mean ${nearest}?`;
}

/** The only name that contains the typed words, else the nearest one; null if there is none or more than one. */
export function shortenedName(given: string, candidates: readonly string[]): string | null {
  const words = wordsOf(given);
  const fuller = candidates.filter((name) => words.every((word) => wordsOf(name).includes(word)));
  return onlyOf(fuller) ?? nearestName(given, candidates);
}

/** The only nearest candidate, or null when none is near; a bare code finds its full name. */
export function nearestName(given: string, candidates: readonly string[]): string | null {
  const bare = candidates.filter((name) => name.endsWith(`::${given}`));
  if (bare.length > 0) return onlyOf(bare);
  const lower = given.toLowerCase();
  const recased = onlyOf(candidates.filter((name) => name.toLowerCase() === lower));
  if (recased !== null) return recased;
  const compared = (name: string) => (given.includes("::") ? name : (name.split("::").at(-1) ?? name));
  const near = [...new Set(candidates)].filter((name) => isMisspelling(given, compared(name)));
  const far = near.map((name) => slips(given, compared(name)));
  const least = far.reduce((least, one) => Math.min(least, one), Infinity);
  const nearest = near.filter((_, i) => far[i] === least);
  return onlyOf(nearest);
}

function onlyOf([first, ...others]: readonly string[]): string | null {
  return first === undefined || others.length > 0 ? null : first;
}

const wordsOf = (name: string) => name.split(/::|_/);

/** Word by word: one long word in common does not make `CC_APPROVE_RELEASE_V0` of `CC_REJECT_RELEASE_V0`. */
function isMisspelling(given: string, name: string): boolean {
  const [words, others] = [wordsOf(given), wordsOf(name)];
  if (words.length !== others.length)
    return Math.min(given.length, name.length) > 4 && distance(given, name) < 2;
  return words.every((word, i) => isNearWord(word, others[i] ?? ""));
}

/** In short words a wrong letter makes another word, as `GET` is not `SET`, and a prefix does in any. */
function isNearWord(given: string, word: string): boolean {
  if (given === word || (VERSION.test(given) && VERSION.test(word))) return true;
  const [short, long] = given.length < word.length ? [given, word] : [word, given];
  if (long.endsWith(short) && (long === given || long.length > short.length + 1)) return false;
  const letters = slips(short, long);
  const isOtherLetter = short.length === long.length && distance(short, long) === 1;
  if (short.length < 4) return letters === 1 && !isOtherLetter && long.length > 2;
  return letters <= Math.max(1, Math.floor(short.length / 3));
}

const VERSION = /^V\d+$/;

/** Letters lost, added or wrong; two that were swapped count once. */
function slips(given: string, name: string): number {
  const far = distance(given, name);
  const sorted = (word: string) => [...word].sort().join("");
  return far === 2 && sorted(given) === sorted(name) ? 1 : far;
}
