/** `pgs gate`: is the snapshot what was sealed, does it keep the rules, does it do what its cases and scenarios say? */

import { Fault } from "../../../errors/base.ts";
import { type GatePart, hasPassed, leftOut } from "../../../report/result.ts";
import { isScenarioFile } from "../../../scenarios/format/find.ts";
import { type CommonOptions, type Context, shortPath } from "../../context.ts";
import { EXIT } from "../../exit-codes.ts";
import type { SealOptions } from "../../load.ts";
import { refusalText } from "../../print.ts";
import { checkReports, type ReportOptions } from "../../report-files.ts";
import { type Printed, print } from "../../report-view.ts";
import { refusedPart } from "../../results.ts";
import { checkSnapshot, type TermOptions } from "../check/command.ts";
import { checkReport } from "../check/view.ts";
import { conform, conformanceReport } from "../conformance/command.ts";
import { testScenarios } from "../test/command.ts";
import { testReport } from "../test/view.ts";
import { verifySnapshot } from "../verify/command.ts";
import { verifyPart } from "../verify/result.ts";
import { type Gated, gateReport, verdictOf } from "./view.ts";

export interface GateOptions extends CommonOptions, SealOptions, TermOptions, ReportOptions {
  readonly scenarios?: string;
  readonly min?: number;
  readonly jobs?: number;
  readonly require?: readonly GatePart[];
}

export async function gateCommand(options: GateOptions, context: Context): Promise<number> {
  checkReports(options, context);
  const gated = [
    verify(options, context),
    await attempt(["check"], context, () => check(options, context)),
    await attempt(["conformance"], context, () => conformance(options, context)),
    await attempt(["test", "coverage"], context, () => scenarios(options, context)),
  ];
  await print(gated, gateReport, options, context);
  return hasPassed(verdictOf(gated)) ? EXIT.SUCCESS : EXIT.FOUND;
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

function verify(options: GateOptions, context: Context): Gated {
  const verified = verifySnapshot(options, context);
  const toText = () => verified.findings.map((fault) => refusalText(fault)).join("");
  return { parts: [verifyPart(verified, context)], toText };
}

async function check(options: GateOptions, context: Context): Promise<Gated> {
  return toldAs(checkReport, await checkSnapshot(options, context), context);
}

async function conformance(options: GateOptions, context: Context): Promise<Gated> {
  try {
    return toldAs(conformanceReport, await conform(options, context), context);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "NO_CONFORMANCE_CASES") throw error;
    return without(["conformance"], "the snapshot has no conformance cases", options);
  }
}

async function scenarios(options: GateOptions, context: Context): Promise<Gated> {
  const place = options.scenarios ?? `${context.settings.workspace}/scenarios`;
  if (options.scenarios === undefined && !hasScenarios(place, context)) {
    const folder = shortPath(place, context.platform.cwd);
    return without(["test", "coverage"], `no scenarios in ${folder}; --scenarios DIR names them`, options);
  }
  const tested = await testScenarios({ ...options, coverage: true }, context, place);
  return toldAs(testReport(true), tested, context);
}

function hasScenarios(place: string, { platform }: Context): boolean {
  return platform.files.isFolder(place) && platform.files.list(place).some(({ path }) => isScenarioFile(path));
}

function toldAs<R>(told: Printed<R>, result: R, context: Context): Gated {
  return { parts: told.toParts(result, context), toText: (paint) => told.toText(result, paint) };
}

function without(names: readonly GatePart[], why: string, { require: required = [] }: GateOptions): Gated {
  return { parts: names.map((name) => leftOut(name, why, required.includes(name))), toText: () => "" };
}
