/** How a finding about a trace is told. */

import { type TraceFinding, wordsOf } from "../examine/finding.ts";
import type { JsonObject } from "../json.ts";
import type { Paint } from "./paint.ts";
import { plain } from "./report.ts";

export function findingJson(found: TraceFinding): JsonObject {
  const { what, hint } = wordsOf(found);
  return {
    line: found.line ?? null,
    code: found.code,
    message: what,
    facts: found.facts,
    ...(hint === undefined ? {} : { hint }),
  };
}

export function findingText(found: TraceFinding, file: string, paint: Paint): string {
  const { what, hint } = wordsOf(found);
  const where = found.line === undefined ? file : `${file}:${found.line}`;
  const { recorded, replayed } = found.facts;
  const values =
    found.code === "DIVERGED" ? `    recorded  ${plain(recorded)}\n    replayed  ${plain(replayed)}\n` : "";
  return `\n${paint("bad", found.code)}  ${where}\n  ${plain(what)}\n${values}${hint === undefined ? "" : `  hint: ${hint}\n`}`;
}
