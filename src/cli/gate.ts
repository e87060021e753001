/** `pgs gate`: is the snapshot what was sealed, does it keep the rules, does it do what its cases and scenarios say? */

import { Fault } from "../faults.ts";
import { type GatePart, hasPassed, leftOut } from "../gate/verdict.ts";
import { isScenarioFile } from "../scenarios/find.ts";
import { checkSnapshot, type TermOptions } from "./check.ts";
import { checkReport } from "./check-report.ts";
import { conform, conformanceReport } from "./conformance.ts";
import { type CommonOptions, type Context, shortPath } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { type Gated, gateReport, verdictOf } from "./gate-report.ts";
import type { SealOptions } from "./load.ts";
import { refusedPart } from "./notices.ts";
import { refusalText } from "./report.ts";
import { checkReports, type ReportOptions } from "./reports.ts";
import { type Told, tell } from "./tell.ts";
import { testScenarios } from "./test.ts";
import { testReport } from "./test-report.ts";
import { findingsText, verifySnapshot } from "./verify.ts";
import { verifyPart } from "./verify-part.ts";

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
  await tell(gated, gateReport, options, context);
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
  const toText = () => findingsText(verified.findings);
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
    const folder = shortPath(place, context.world.cwd);
    return without(["test", "coverage"], `no scenarios in ${folder}; --scenarios DIR names them`, options);
  }
  const tested = await testScenarios({ ...options, coverage: true }, context, place);
  return toldAs(testReport(true), tested, context);
}

function hasScenarios(place: string, { world }: Context): boolean {
  return world.files.isFolder(place) && world.files.list(place).some(({ path }) => isScenarioFile(path));
}

function toldAs<R>(told: Told<R>, result: R, context: Context): Gated {
  return { parts: told.toParts(result, context), toText: (paint) => told.toText(result, paint) };
}

function without(names: readonly GatePart[], why: string, { require: required = [] }: GateOptions): Gated {
  return { parts: names.map((name) => leftOut(name, why, required.includes(name))), toText: () => "" };
}
