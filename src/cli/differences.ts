/** How differences are shown: the place, what was expected, what was found. */

import type { Difference } from "../certify/compare.ts";
import type { Json } from "../json.ts";
import { plain } from "./report.ts";

/** More of them than anybody reads say nothing more: `--json` lists all. */
const SHOWN = 12;

/** Long values are cut: the place is what helps. */
const LONGEST = 400;

export function differencesText(differences: readonly Difference[], indent = "  "): string {
  const rest = differences.length - SHOWN;
  const shown = differences.slice(0, SHOWN).map((one) => differenceText(one, indent));
  return `${shown.join("")}${rest > 0 ? `${indent}… and ${rest} more, listed with --json\n` : ""}`;
}

function differenceText({ at, expected, found }: Difference, indent: string): string {
  const line = (word: string, value: Json | undefined) => `${indent}  ${word}  ${valueText(value)}\n`;
  return `${indent}${plain(at)}\n${line("expected", expected)}${line("found   ", found)}`;
}

/** Texts in quotes, so that `"1"` and `1` look different. */
function valueText(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  const text = plain(JSON.stringify(value));
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`;
}
