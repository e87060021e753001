/** How differences are shown: the place, what was expected, what was found. */

import { counted } from "../errors/counted.ts";
import type { Json } from "../json/value.ts";
import type { Difference } from "../scenarios/expect/compare.ts";
import { plain } from "./print.ts";

/** More of them than anybody reads say nothing more: `--json` lists all. */
const SHOWN = 12;

/** Long values are cut: the place is what helps. */
const LONGEST = 400;

/** A place, and by word what stands there. */
export interface Place {
  readonly at: string;
  readonly sides: readonly (readonly [word: string, value: Json | undefined])[];
}

export function differencesText(differences: readonly Difference[], indent = "  "): string {
  const places = differences.map(({ at, expected, found }): Place => {
    return {
      at,
      sides: [
        ["expected", expected],
        ["found   ", found],
      ],
    };
  });
  return placesText(places, indent);
}

export function placesText(places: readonly Place[], indent = "  "): string {
  const rest = places.length - SHOWN;
  const shown = places.slice(0, SHOWN).map((one) => placeText(one, indent));
  return `${shown.join("")}${rest > 0 ? `${indent}… and ${rest} more, listed with --json\n` : ""}`;
}

function placeText({ at, sides }: Place, indent: string): string {
  const lines = sides.map(([word, value]) => `${indent}  ${word}  ${valueText(value)}\n`);
  return `${indent}${plain(at)}\n${lines.join("")}`;
}

/** Texts in quotes, so that `"1"` and `1` look different. */
function valueText(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  const text = plain(JSON.stringify(value));
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${counted(text.length, "character")})`;
}
