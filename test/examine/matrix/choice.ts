/** Choices that are the same in every run, and do not depend on what was chosen before. */

import { sha256 } from "../../../src/json/canonical.ts";

/** A whole number below `end`, by what it is chosen for. */
export function below(end: number, ...what: readonly (string | number)[]): number {
  return Number.parseInt(sha256(what.join(" ")).slice(0, 8), 16) % end;
}

/** One of them. */
export function oneOf<T>(all: readonly T[], ...what: readonly (string | number)[]): T {
  return all[below(all.length, ...what)] as T;
}

/** All places of a list in rounds, those of one round `apart` from each other: one by one when that is all of it. */
export function rounds(length: number, apart: number): readonly (readonly number[])[] {
  const places = Array.from({ length }, (_, i) => i);
  return places.slice(0, apart).map((first) => places.filter((i) => i % apart === first));
}
