/** How the results of conformance cases are shown: as text, as JSON, as a part of a verdict. */

import { counted } from "../../errors/counted.ts";
import { canonical } from "../../json/canonical.ts";
import type { Notice, Part, Rule, Suite } from "../../report/result.ts";
import { type CaseResult, isConforming, wantedOutcome } from "../../scenarios/conformance.ts";
import type { Paint } from "../colour.ts";
import type { Context } from "../context.ts";
import { differencesText } from "../differences.ts";
import { plain } from "../print.ts";
import type { Printed } from "../report-view.ts";
import { inSnapshot } from "../results.ts";

export const conformanceReport: Printed<readonly CaseResult[]> = {
  command: "pgs conformance",
  toJson,
  toText,
  toParts,
};

function toJson(results: readonly CaseResult[]): unknown {
  const passed = results.filter(isConforming).length;
  return {
    ok: passed === results.length,
    total: results.length,
    passed,
    failed: results.length - passed,
    cases: results.map(({ declared, outcome, reason, differences }) => ({
      case: declared.name,
      ct: declared.transform,
      file: declared.file,
      expected_outcome: declared.outcome,
      outcome,
      passed: differences.length === 0,
      ...(differences.length === 0 ? {} : { differences, reason }),
    })),
  };
}

function toText(results: readonly CaseResult[], paint: Paint): string {
  const failed = results.filter((result) => !isConforming(result));
  const told = failed.map((result) => `${paint("bad", "FAILED")}  ${messageOf(result)}\n${detailOf(result)}\n`);
  return `${told.join("")}${paint(failed.length === 0 ? "good" : "bad", countsText(results))}\n`;
}

function countsText(results: readonly CaseResult[]): string {
  const passed = results.filter(isConforming).length;
  return `${counted(results.length, "case")}, ${passed} passed, ${results.length - passed} failed`;
}

/** One line: the case, and the outcome where that is not the one it must have. */
function messageOf({ declared, outcome }: CaseResult): string {
  const wanted = wantedOutcome(declared, outcome);
  return outcome === wanted
    ? `${declared.name}: different outputs`
    : `${declared.name}: ${outcome} instead of ${wanted}`;
}

function detailOf({ declared, outcome, reason, differences }: CaseResult): string {
  const why = reason === null ? "" : `  because ${plain(canonical(reason))}\n`;
  const isOutcome = outcome === wantedOutcome(declared, outcome);
  return `  in ${declared.file}\n${why}${isOutcome ? differencesText(differences) : ""}`;
}

const RULE: Rule = {
  id: "conformance-case-failed",
  about: "The transforms of this build give the results that the snapshot's cases expect.",
  level: "error",
};

function toParts(results: readonly CaseResult[], context: Context): readonly Part[] {
  const failed = results.filter((result) => !isConforming(result));
  const notices = failed.map((result): Notice => {
    const { name, file } = result.declared;
    return {
      rule: RULE.id,
      level: "error",
      message: messageOf(result),
      file: inSnapshot(file, context),
      fingerprint: name,
    };
  });
  const state = failed.length === 0 ? "passed" : "failed";
  const counted = countsText(results);
  return [{ name: "conformance", state, counted, rules: [RULE], notices, suites: toSuites(results) }];
}

/** A suite for each transform. */
function toSuites(results: readonly CaseResult[]): readonly Suite[] {
  const transforms = [...new Set(results.map(({ declared }) => declared.transform))];
  return transforms.map((name) => ({
    name,
    cases: results
      .filter(({ declared }) => declared.transform === name)
      .map((result) => ({
        name: result.declared.name,
        subject: name,
        ...(isConforming(result) ? {} : { failed: { message: messageOf(result), detail: detailOf(result) } }),
      })),
  }));
}
