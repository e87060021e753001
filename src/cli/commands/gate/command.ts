/** `pgs gate`: is the snapshot what was sealed, does it keep the rules, does it do what its cases and scenarios say? */

import { Fault } from "../../../errors/base.ts";
import { GATE_PARTS, type GatePart, hasPassed, leftOut } from "../../../report/result.ts";
import { isScenarioFile } from "../../../scenarios/format/find.ts";
import { type Context, shortPath } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { choice, folder, percentage, repeatable } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { refusalText } from "../../print.ts";
import { type Printed, print } from "../../report-view.ts";
import { refusedPart } from "../../results.ts";
import { CHECK_TERMS, JOBS, REPORTS, TRUST } from "../../shared-options.ts";
import { type Trust, trustOf } from "../../trust.ts";
import { findingsText } from "../../verified-view.ts";
import { type AskedTerms, checkSnapshot } from "../check/command.ts";
import { checkReport } from "../check/view.ts";
import { conform, conformanceReport } from "../conformance/command.ts";
import { testScenarios } from "../test/command.ts";
import { testReport } from "../test/view.ts";
import { verifySnapshot } from "../verify/command.ts";
import { verifyPart } from "../verify/result.ts";
import { type Gated, gateReport, verdictOf } from "./view.ts";

export const gate = defineCommand({
  details: "Parts that find nothing to look at are left out, unless --require names them.",
  arguments: {},
  options: {
    Gate: {
      require: repeatable(choice("PART", GATE_PARTS, "fail if this part is left out")),
      scenarios: folder("the authored scenarios", { default: "<workspace>/scenarios" }),
      min: percentage("lowest share of its edges that the scenarios must cover of each workflow", 100),
      ...JOBS,
    },
    Check: CHECK_TERMS,
    Seal: TRUST,
    Report: REPORTS,
  },
  shared: ["workspace", "snapshot", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs gate --require test --require coverage", "decide whether the snapshot can be released"],
    ["pgs gate --github --sarif gate.sarif", "annotate the changes on GitHub, and write the findings as SARIF"],
  ],
  exitCodes: {
    SUCCESS: "every part passed, or was left out",
    SNAPSHOT: "there is no snapshot",
    FOUND: "a part failed",
  },
  async action(request, context) {
    const { key, config, baseline, scenarios: place } = request;
    const inputs = { "a key": key, "the configuration": config, "the baseline": baseline, "a scenario": place };
    await checkOutputs(request, inputs, context);
    const asked = { ...request, trust: trustOf(request, context) };
    const gated = [
      verify(asked, context),
      await attempt(["check"], context, () => check(asked, context)),
      await attempt(["conformance"], context, () => conformance(asked, context)),
      await attempt(["test", "coverage"], context, () => scenarios(asked, context)),
    ];
    await print(gated, gateReport, request, context);
    return hasPassed(verdictOf(gated)) ? EXIT.SUCCESS : EXIT.FOUND;
  },
});

interface Asked extends AskedTerms {
  readonly trust: Trust;
  readonly require: readonly GatePart[];
  readonly scenarios: string | undefined;
  readonly min: number;
  readonly jobs: number | undefined;
}

/** What is wrong with a scenario file, not with how it was named. */
const SPOILT: ReadonlySet<string> = new Set(["SCENARIO_UNREADABLE", "SCENARIO_MALFORMED"]);

/** A snapshot that is refused fails the parts that need it; what is wrong with the command line ends the gate. */
async function attempt(
  names: readonly GatePart[],
  context: Context,
  look: () => Promise<Gated>,
): Promise<Gated> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Fault) || (error.stage === "usage" && !SPOILT.has(error.code))) throw error;
    return { parts: names.map((name) => refusedPart(name, error, context)), toText: () => refusalText(error) };
  }
}

function verify({ trust }: Asked, context: Context): Gated {
  const verified = verifySnapshot(trust, context);
  const toText = () => findingsText(verified.findings);
  return { parts: [verifyPart(verified, context)], toText };
}

async function check(terms: Asked, context: Context): Promise<Gated> {
  return toldAs(checkReport, await checkSnapshot(terms, context), context);
}

async function conformance({ trust, require }: Asked, context: Context): Promise<Gated> {
  try {
    return toldAs(conformanceReport, await conform(trust, context), context);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "NO_CONFORMANCE_CASES") throw error;
    return without(["conformance"], "the snapshot has no conformance cases", require);
  }
}

/** Coverage is measured, and written nowhere. */
const NO_FILES = { lcov: undefined, cobertura: undefined, svg: undefined, png: undefined };

async function scenarios({ scenarios: given, require, ...asked }: Asked, context: Context): Promise<Gated> {
  const place = given ?? `${context.settings.workspace}/scenarios`;
  if (given === undefined && !hasScenarios(place, context)) {
    const folder = shortPath(place, context.platform.cwd);
    return without(["test", "coverage"], `no scenarios in ${folder}; --scenarios DIR names them`, require);
  }
  const tests = { ...asked, place, filter: undefined, update: false, coverage: NO_FILES };
  const tested = await testScenarios(tests, context);
  return toldAs(testReport(true), tested, context);
}

function hasScenarios(place: string, { platform }: Context): boolean {
  return platform.files.isFolder(place) && platform.files.list(place).some(({ path }) => isScenarioFile(path));
}

function toldAs<R>(told: Printed<R>, result: R, context: Context): Gated {
  return { parts: told.toParts(result, context), toText: (paint) => told.toText(result, paint) };
}

function without(names: readonly GatePart[], why: string, required: readonly GatePart[]): Gated {
  return { parts: names.map((name) => leftOut(name, why, required.includes(name))), toText: () => "" };
}
