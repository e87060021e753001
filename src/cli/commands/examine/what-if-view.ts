/** What another snapshot would have made of a recorded run, as text. */

import { compareWhatIf, type WhatIfAnswer } from "../../../examine/what-if/compare-what-if.ts";
import type { Unanswered } from "../../../examine/what-if/what-if.ts";
import type { Json, JsonObject } from "../../../json/value.ts";
import { MAIN_RUN } from "../../../trace/event.ts";
import { waitsText } from "../../../trace/sessions.ts";
import type { PathEntry, Summary } from "../../../trace/summary.ts";
import type { Paint } from "../../colour.ts";
import { plain } from "../../print.ts";
import { groupsText } from "../../trace-differences.ts";

export function whatIfText(whatIf: WhatIfAnswer, paint: Paint): string {
  const { here, parts, differences } = compareWhatIf(whatIf);
  const { unanswered } = whatIf.supposed;
  return [
    `\n${paint("strong", "on this snapshot")}  ${whatIf.root}\n`,
    parts === null
      ? `  path   the same${unanswered === null ? "" : " as far as it is known"}\n`
      : `  diverges  recorded  ${wayText(parts.recorded)}\n            here      ${wayText(parts.here)}\n`,
    unanswered === null ? endingText(here) : unansweredText(unanswered),
    groupsText(differences, ["recorded", "here    "]),
  ].join("");
}

function wayText(entry: PathEntry | null): string {
  if (entry === null) return "nothing more";
  const { run, node, outcome, next } = entry;
  return plain(`${run === MAIN_RUN ? "" : `${run}/`}${node} --${outcome}--> ${next ?? "nowhere"}`);
}

function endingText({ ending, waits }: Summary): string {
  if (ending === null && waits.length > 0) return `  ended  no: it ${plain(waitsText(waits))}\n`;
  return ending === null ? "" : `  ended  ${ending.status} ${plain(ending.exit_reason_code)}\n`;
}

/** By code: what the record would have had to say. */
const UNANSWERED: Readonly<Record<Unanswered["code"], (facts: JsonObject) => string>> = {
  EFFECT: ({ op, store, step }) =>
    `its step ${word(step)} performs ${word(op)}${store === null ? "" : ` on ${word(store)}`} with inputs that no recorded effect had`,
  READING: ({ step }) => `its step ${word(step)} reads clock or entropy values that the run did not record`,
  ADMISSION: ({ event }) => `the run did not check whether ${word(event)} was recorded for these values`,
  SUPPRESSED: () => "the rest depends on a suppressed value",
};

function word(value: Json | undefined): string {
  return plain(typeof value === "string" ? value : JSON.stringify(value ?? null));
}

function unansweredText({ code, facts, node }: Unanswered): string {
  const where = node === null ? "the admission" : node;
  return `  known  up to ${plain(where)}: ${UNANSWERED[code](facts)}\n`;
}
