/** How a gate is told: the words of each part that failed, then one line for every part. */

import { type Case, hasPassed, type Part, type Verdict } from "../../../report/result.ts";
import type { Paint, Tone } from "../../colour.ts";
import { plain, table } from "../../print.ts";
import type { Printed } from "../../report-view.ts";

/** Parts that one look gave. */
export interface Gated {
  readonly parts: readonly Part[];
  /** What the command says that does nothing else. */
  toText(paint: Paint): string;
}

export const gateReport: Printed<readonly Gated[]> = {
  command: "pgs gate",
  toParts: (gated) => partsOf(gated),
  toJson(gated) {
    return { ok: hasPassed(verdictOf(gated)), parts: partsOf(gated).map(partJson) };
  },
  toText(gated, paint) {
    const failed = gated.filter(({ parts }) => parts.some(({ state }) => state === "failed"));
    const told = failed.map((one) => one.toText(paint)).filter((text) => text !== "");
    return [...told, partsText(partsOf(gated), paint)].join("\n");
  },
};

export function verdictOf(gated: readonly Gated[]): Verdict {
  return { command: gateReport.command, parts: partsOf(gated) };
}

function partsOf(gated: readonly Gated[]): readonly Part[] {
  return gated.flatMap(({ parts }) => parts);
}

function partJson({ name, state, counted, notices, suites }: Part): unknown {
  const cases = suites.flatMap((suite) => suite.cases);
  const count = (is: (one: Case) => boolean) => cases.filter(is).length;
  return {
    part: name,
    state,
    counted,
    cases: {
      total: cases.length,
      failed: count(({ failed }) => failed !== undefined),
      skipped: count(({ skipped }) => skipped !== undefined),
    },
    notices,
  };
}

const WORDS: Readonly<Record<Part["state"], readonly [string, Tone]>> = {
  passed: ["passed", "good"],
  failed: ["FAILED", "bad"],
  skipped: ["left out", "quiet"],
};

function partsText(parts: readonly Part[], paint: Paint): string {
  const rows = table(
    parts.map(({ name, state, counted }) => [WORDS[state][0], name, plain(counted)]),
    "",
  );
  const lines = rows.split("\n").slice(0, -1);
  const painted = parts.map(({ state }, i) => paint(WORDS[state][1], lines[i] ?? ""));
  return `${painted.join("\n")}\n`;
}
