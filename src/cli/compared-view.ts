/** What a comparison of traces and one of snapshots are told alike (`pgs diff`). */

import type { Json } from "../json/value.ts";
import type { Paint } from "./colour.ts";
import { type Place, placesText } from "./differences.ts";
import { plain } from "./print.ts";

/** Whether they are equal, and which two were compared. */
export function verdictText(isEqual: boolean, a: string, b: string, paint: Paint): string {
  const verdict = isEqual ? paint("good", "EQUAL") : paint("bad", "DIFFERENT");
  return `${verdict}\n  a  ${plain(a)}\n  b  ${plain(b)}\n`;
}

/** Nothing where there are no places. */
export function groupText(heading: string, places: readonly Place[]): string {
  return places.length === 0 ? "" : `\n${heading}\n${placesText(places)}`;
}

/** What the two sides are called. */
export type Sides = readonly [a: string, b: string];

export const SIDES: Sides = ["a", "b"];

export function sidesOf(
  a: Json | undefined,
  b: Json | undefined,
  [left, right]: Sides = SIDES,
): Place["sides"] {
  return [
    [left, a],
    [right, b],
  ];
}
