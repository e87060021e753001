/** `pgs conformance`: do this build's transforms answer the snapshot's own cases? */

import { registry } from "../../../capabilities/registry.ts";
import { counted } from "../../../errors/counted.ts";
import { canonical } from "../../../json/canonical.ts";
import type { Notice, Part, Rule, Suite } from "../../../report/result.ts";
import { type CaseResult, checkCase, wantedOutcome } from "../../../scenarios/conformance.ts";
import { type ConformanceCase, readCases } from "../../../snapshot/conformance.ts";
import type { Paint } from "../../colour.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { differencesText } from "../../differences.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { open } from "../../load.ts";
import { text } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { plain } from "../../print.ts";
import { type Printed, print } from "../../report-view.ts";
import { inSnapshot } from "../../results.ts";
import { REPORTS, SEAL } from "../../shared-options.ts";
import { type Trust, trustOf } from "../../trust.ts";

export const conformance = defineCommand({
  arguments: {},
  options: {
    Conformance: { case: text("TEXT", "only cases with this text in their name"), ...SEAL },
    Report: REPORTS,
  },
  shared: ["workspace", "snapshot", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs conformance", "test every transform that the snapshot has cases for"],
    [
      "pgs conformance --case CT_ADD --junit conformance.xml",
      "test some of them, and write the result as JUnit XML",
    ],
  ],
  exitCodes: {
    SUCCESS: "every case gives the expected result",
    SNAPSHOT: true,
    FOUND: "a case gives another result",
  },
  async action(request, context) {
    await checkOutputs(request, {}, context);
    const results = await conform(trustOf(request, context), context, request.case);
    await print(results, conformanceReport, request, context);
    return results.every(isPassed) ? EXIT.SUCCESS : EXIT.FOUND;
  },
});

/** Every case, answered by this build. */
export async function conform(trust: Trust, context: Context, text?: string): Promise<readonly CaseResult[]> {
  const snapshot = await open(context, trust);
  const results: CaseResult[] = [];
  for (const one of chosen(readCases(snapshot), text)) {
    results.push(await checkCase(one, registry, context.platform));
  }
  return results;
}

export const conformanceReport: Printed<readonly CaseResult[]> = {
  command: "pgs conformance",
  toJson,
  toText,
  toParts,
};

/** @throws UsageFault when no case has the text in its name */
function chosen(cases: readonly ConformanceCase[], text: string | undefined): readonly ConformanceCase[] {
  if (text === undefined) return cases;
  const found = cases.filter(({ name }) => name.includes(text));
  if (found.length === 0) throw new UsageFault("NO_SUCH_CASE", { text, cases: cases.length });
  return found;
}

function isPassed({ differences }: CaseResult): boolean {
  return differences.length === 0;
}

function toJson(results: readonly CaseResult[]): unknown {
  const passed = results.filter(isPassed).length;
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
  const failed = results.filter((result) => !isPassed(result));
  const told = failed.map((result) => `${paint("bad", "FAILED")}  ${messageOf(result)}\n${detailOf(result)}\n`);
  return `${told.join("")}${paint(failed.length === 0 ? "good" : "bad", countsText(results))}\n`;
}

function countsText(results: readonly CaseResult[]): string {
  const passed = results.filter(isPassed).length;
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
  const failed = results.filter((result) => !isPassed(result));
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
        ...(isPassed(result) ? {} : { failed: { message: messageOf(result), detail: detailOf(result) } }),
      })),
  }));
}
