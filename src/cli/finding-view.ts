/** How a finding about a trace is told. */

import { type TraceFinding, wordsOf } from "../examine/finding.ts";
import type { JsonObject } from "../json/value.ts";
import type { Paint } from "./colour.ts";
import { type Place, placesText } from "./differences.ts";
import { plain } from "./print.ts";

/** More of them than anybody reads say nothing more: `--json` lists what was kept of them. */
const SHOWN = 20;

/** `check` is the one that found them; of `omitted` more, nothing was kept. */
export function findingsText(
  found: readonly TraceFinding[],
  file: string,
  check: string,
  paint: Paint,
  omitted = 0,
): string {
  const rest = found.length - SHOWN + omitted;
  const shown = found.slice(0, SHOWN).map((one) => findingText(one, file, check, paint));
  const listed = omitted === 0 ? "listed" : `the first ${found.length} are listed`;
  return `${shown.join("")}${rest > 0 ? `\n… and ${rest} more, ${listed} with --json\n` : ""}`;
}

/** `check` is the one that found it. */
export function findingText(found: TraceFinding, file: string, check: string, paint: Paint): string {
  const { what, hint } = wordsOf(found);
  const where = found.line === undefined ? file : `${file}:${found.line}`;
  const hintLine = hint === undefined ? "" : `  hint: ${plain(hint)}\n`;
  return `\n${paint("bad", found.code)}  ${plain(where)}  (${check})\n  ${plain(what)}\n${placesText(partings(found), "    ")}${hintLine}`;
}

/** Where a replayed event parts from the recorded one. */
function partings({ code, facts }: TraceFinding): readonly Place[] {
  if (code !== "DIVERGED") return [];
  const also = (facts["also"] ?? []) as readonly JsonObject[];
  return [facts, ...also].map(({ pointer, recorded, replayed }) => ({
    at: String(pointer),
    sides: [
      ["recorded", recorded],
      ["replayed", replayed],
    ],
  }));
}
