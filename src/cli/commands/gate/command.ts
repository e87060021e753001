/** `pgs gate`: is the snapshot what was sealed, does it keep the rules, does it do what its cases and scenarios say? */

import { testCapabilities } from "../../../capabilities/test-capabilities.ts";
import { checkSnapshot } from "../../../check/check-snapshot.ts";
import type { Terms } from "../../../check/evaluate.ts";
import { Fault } from "../../../errors/base.ts";
import type { Files } from "../../../ports.ts";
import { GATE_PARTS, type GatePart, hasPassed, leftOut } from "../../../report/result.ts";
import { runConformance } from "../../../scenarios/conformance.ts";
import { isScenarioFile } from "../../../scenarios/format/find.ts";
import { testScenarios } from "../../../scenarios/test-scenarios.ts";
import { requireForm } from "../../../snapshot/load.ts";
import type { SealRequirements } from "../../../snapshot/seal-signatures.ts";
import { verifySnapshot } from "../../../snapshot/verify-snapshot.ts";
import { placeFindings, placeHints } from "../../authored-places.ts";
import { sourcesOf } from "../../authored-sources.ts";
import { readCheckTerms } from "../../check-terms.ts";
import { type Context, shortPath } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { testPorts } from "../../environment.ts";
import { EXIT } from "../../exit-codes.ts";
import { open } from "../../load.ts";
import { choice, folder, percentage, repeatable } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { faultHints } from "../../place-hints.ts";
import { refusalText } from "../../print.ts";
import { type Printed, print } from "../../report-view.ts";
import { refusedPart } from "../../results.ts";
import { CHECK_TERMS, JOBS, REPORTS, TRUST } from "../../shared-options.ts";
import { sealRequirements } from "../../signatures.ts";
import { type Trust, trustOf } from "../../trust.ts";
import { capabilitiesReport } from "../../views/capabilities.ts";
import { checkReport } from "../../views/check.ts";
import { conformanceReport } from "../../views/conformance.ts";
import { testReport } from "../../views/scenarios.ts";
import { findingsText, verifyPart } from "../../views/verify.ts";
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
    const { platform, settings } = context;
    const { key, config, baseline, scenarios: place } = request;
    const inputs = { "a key": key, "the configuration": config, "the baseline": baseline, "a scenario": place };
    await checkOutputs(request, inputs, context);
    const trust = trustOf(request, context);
    requireForm(settings.snapshot, platform.files, settings);
    const seal = sealRequirements(trust, context);
    const asked = { ...request, trust, seal, terms: readCheckTerms(request, context) };
    const gated: Gated[] = [];
    for (const useCase of USE_CASES) gated.push(await attempt(useCase, asked, context));
    await print(gated, gateReport, request, context);
    return hasPassed(verdictOf(gated)) ? EXIT.SUCCESS : EXIT.FOUND;
  },
});

interface GateRequest {
  readonly trust: Trust;
  readonly seal: SealRequirements;
  readonly terms: Terms;
  readonly require: readonly GatePart[];
  readonly scenarios: string | undefined;
  readonly min: number;
  readonly jobs: number | undefined;
}

/** What gives one or more parts of the gate. */
interface UseCase {
  readonly parts: readonly GatePart[];
  run(request: GateRequest, context: Context): Promise<Gated>;
}

const USE_CASES: readonly UseCase[] = [
  {
    parts: ["verify"],
    async run({ seal }, context) {
      const { snapshot } = context.settings;
      const verified = await verifySnapshot({ snapshot, files: context.platform.files, seal });
      return { parts: [verifyPart(verified, context)], toText: () => findingsText(verified.findings, context) };
    },
  },
  {
    parts: ["check"],
    async run({ terms }, context) {
      const { snapshot } = context.settings;
      const result = await checkSnapshot({
        snapshot,
        files: context.platform.files,
        registry: await context.registry(),
        sources: await sourcesOf(context),
        terms,
      });
      return gatedBy(checkReport, await placeFindings(result, context), context);
    },
  },
  {
    parts: ["capabilities"],
    async run({ trust, require }, context) {
      const snapshot = await open(context, trust);
      const named = new Set<string>([...snapshot.names("CT"), ...snapshot.names("CS")]);
      const all = (await context.registry()).all();
      const used = all.filter(({ declared }) => named.has(declared.code));
      if (used.length === 0)
        return without(["capabilities"], "the snapshot has no capability that is here", require);
      return gatedBy(capabilitiesReport, await testCapabilities(used, context.platform), context);
    },
  },
  {
    parts: ["conformance"],
    async run({ trust, require }, context) {
      const snapshot = await open(context, trust);
      try {
        const results = await runConformance({
          snapshot,
          registry: await context.registry(),
          readings: context.platform,
        });
        return gatedBy(conformanceReport, results, context);
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== "NO_CONFORMANCE_CASES") throw error;
        return without(["conformance"], "the snapshot has no conformance cases", require);
      }
    },
  },
  {
    parts: ["test", "coverage"],
    async run({ scenarios, require, trust, min, jobs }, context) {
      const { platform, settings } = context;
      const place = context.path(scenarios ?? settings.scenarios);
      const shown = (file: string) => shortPath(file, platform.cwd);
      if (scenarios === undefined && !hasScenarios(place, platform.files)) {
        const why = `no scenarios in ${shown(place)}; --scenarios DIR names them`;
        return without(["test", "coverage"], why, require);
      }
      const snapshot = await open(context, trust);
      const registry = await context.registry();
      const asked = {
        snapshot,
        registry,
        place,
        shown,
        jobs,
        filter: undefined,
        update: false,
        remote: false,
        coverage: true,
      };
      const tested = await testScenarios(
        {
          ...asked,
          workspace: settings.workspace,
          capabilities: settings.capabilities,
          expectSeal: trust.root,
        },
        testPorts(platform),
      );
      return gatedBy(
        testReport({ snapshot, min, listsUntaken: true }),
        await placeHints(tested, context),
        context,
      );
    },
  },
];

/** What is wrong with a scenario file, not with how it was named. */
const INVALID_SCENARIO: ReadonlySet<string> = new Set(["SCENARIO_UNREADABLE", "SCENARIO_MALFORMED"]);

/** A snapshot that is refused fails the parts that need it; what is wrong with the command line ends the gate. */
async function attempt({ parts, run }: UseCase, request: GateRequest, context: Context): Promise<Gated> {
  try {
    return await run(request, context);
  } catch (error) {
    if (!(error instanceof Fault) || (error.stage === "usage" && !INVALID_SCENARIO.has(error.code)))
      throw error;
    return {
      parts: parts.map((name) => refusedPart(name, error, context)),
      toText: () => refusalText(error, undefined, faultHints(error, context)),
    };
  }
}

function hasScenarios(place: string, files: Files): boolean {
  return files.isFolder(place) && files.list(place).some(({ path }) => isScenarioFile(path));
}

function gatedBy<R>(view: Printed<R>, result: R, context: Context): Gated {
  return { parts: view.toParts(result, context), toText: (paint) => view.toText(result, paint) };
}

function without(names: readonly GatePart[], why: string, required: readonly GatePart[]): Gated {
  return { parts: names.map((name) => leftOut(name, why, required.includes(name))), toText: () => "" };
}
