/** What another snapshot would have made of a recorded run, as text and as JSON. */

import { diffTraces, type TraceDifference } from "../../../examine/diff/diff-traces.ts";
import type { Unanswered, WhatIfResult } from "../../../examine/what-if/what-if.ts";
import type { Json, JsonObject } from "../../../json/value.ts";
import { MAIN_RUN, type TraceEvent } from "../../../trace/event.ts";
import { type PathEntry, type Summary, summaryOf } from "../../../trace/summary.ts";
import type { Paint } from "../../colour.ts";
import { plain } from "../../print.ts";
import { groupsText, inOrder } from "../../trace-differences.ts";

export interface WhatIfView {
  /** The root of the snapshot at hand. */
  readonly root: string;
  readonly recorded: readonly TraceEvent[];
  readonly supposed: WhatIfResult;
}

interface Told {
  readonly here: Summary;
  /** The first node that ended otherwise, or led whatIf; null where the path is the same. */
  readonly parts: { readonly recorded: PathEntry | null; readonly here: PathEntry | null } | null;
  readonly differences: readonly TraceDifference[];
}

function tell({ recorded, supposed }: WhatIfView): Told {
  const [then, here] = [summaryOf(recorded), summaryOf(supposed.events)];
  const all = diffTraces(recorded, supposed.events).differences;
  const isKnown = supposed.unanswered === null;
  // Behind what was not answered there is nothing to compare.
  const differences = isKnown ? all : all.filter(({ b }) => b !== undefined);
  return { here, parts: partingOf(then.path, here.path, isKnown), differences };
}

function partingOf(then: readonly PathEntry[], here: readonly PathEntry[], isWhole: boolean): Told["parts"] {
  const length = isWhole ? Math.max(then.length, here.length) : here.length;
  for (let i = 0; i < length; i++) {
    const [recorded = null, own = null] = [then[i], here[i]];
    if (!isSameWay(recorded, own)) return { recorded, here: own };
  }
  return null;
}

function isSameWay(a: PathEntry | null, b: PathEntry | null): boolean {
  return a?.run === b?.run && a?.node === b?.node && a?.outcome === b?.outcome && a?.next === b?.next;
}

export function whatIfJson(whatIf: WhatIfView): JsonObject {
  const { here, parts, differences } = tell(whatIf);
  return {
    root: whatIf.root,
    path: here.path,
    ending: here.ending,
    parts,
    unanswered: whatIf.supposed.unanswered,
    differences: inOrder(differences),
  } as unknown as JsonObject;
}

export function whatIfText(whatIf: WhatIfView, paint: Paint): string {
  const { here, parts, differences } = tell(whatIf);
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

function endingText({ ending }: Summary): string {
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
