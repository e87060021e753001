/** Coverage as a part of a verdict: what was never taken, and where that is declared. */

import { counted } from "../../errors/counted.ts";
import { pointer } from "../../json/pointer.ts";
import { lineOf } from "../../json/text.ts";
import type { Case, Level, Notice, Part, Rule } from "../../report/result.ts";
import { type Coverage, isBelow } from "../../scenarios/coverage.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { Context } from "../context.ts";
import { plain } from "../print.ts";
import { inSnapshot } from "../results.ts";
import { type CoverageTerms, edgeText } from "./coverage.ts";

const RULES = {
  untaken: { id: "edge-never-taken", about: "Every declared edge is taken by some run.", level: "error" },
  refused: {
    id: "coverage-unknown",
    about: "Every workflow compiles, so its edges are known.",
    level: "error",
  },
} as const satisfies Readonly<Record<string, Rule>>;

export function coveragePart(
  coverage: readonly Coverage[],
  { snapshot, min }: CoverageTerms,
  context: Context,
): Part {
  const isShort = (one: Coverage) => isBelow([one], min);
  return {
    name: "coverage",
    state: coverage.some(isShort) ? "failed" : "passed",
    counted: countedIn(coverage, min),
    rules: Object.values(RULES),
    notices: coverage.flatMap((one) => noticesOf(one, isShort(one) ? "error" : "note", snapshot, context)),
    suites: [{ name: "coverage", cases: coverage.map((one) => toCase(one, isShort(one))) }],
  };
}

function countedIn(coverage: readonly Coverage[], min: number | undefined): string {
  const sum = (of: (one: Coverage) => number) => coverage.reduce((total, one) => total + of(one), 0);
  const edges = `${sum(({ taken }) => taken)} of ${counted(
    sum(({ declared }) => declared),
    "edge",
  )}`;
  const unknown = coverage.filter(({ refused }) => refused !== undefined).length;
  return [
    `${edges} of ${counted(coverage.length, "workflow")} taken`,
    ...(min === undefined ? [] : [`at least ${min} % of each required`]),
    ...(unknown === 0 ? [] : [`${counted(unknown, "workflow does", "workflows do")} not compile`]),
  ].join(", ");
}

function noticesOf(one: Coverage, level: Level, snapshot: Snapshot, context: Context): readonly Notice[] {
  const { workflow, untaken, refused } = one;
  const artifact = snapshot.artifact(workflow);
  const common = { level, artifact: workflow };
  const file = artifact === undefined ? {} : { file: inSnapshot(artifact.file, context) };
  if (refused !== undefined) {
    const message = `${workflow} does not compile: ${refused}`;
    return [{ ...common, ...file, rule: RULES.refused.id, message, fingerprint: workflow }];
  }
  return untaken.map((edge) => {
    const at = pointer(["frontmatter", "core", "nodes", edge.from, "next", edge.outcome]);
    const place = artifact === undefined ? {} : { ...file, line: lineOf(artifact.text, at) ?? 1, pointer: at };
    const message = `No run takes ${edgeText(edge)} of ${workflow}.`;
    const hint = `add a scenario in which ${edge.from} ends ${edge.outcome}`;
    const fingerprint = `${workflow} ${edgeText(edge)}`;
    return { ...common, ...place, rule: RULES.untaken.id, message, hint, fingerprint };
  });
}

function toCase({ workflow, taken, declared, untaken, refused }: Coverage, isShort: boolean): Case {
  const tried = { name: workflow, subject: "pgs coverage" };
  if (!isShort) return tried;
  const message =
    refused === undefined ? `${taken} of ${counted(declared, "edge")} taken` : "it does not compile";
  const never = untaken.map((edge) => `never ${plain(edgeText(edge))}\n`).join("");
  return { ...tried, failed: { message, detail: refused === undefined ? never : plain(refused) } };
}
