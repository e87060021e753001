/** `pgs check`: does the snapshot keep the rules of the protocol, before anything of it is run? */

import { baselineText } from "../../../check/baseline.ts";
import { checkSnapshot, measureInvariants } from "../../../check/check-snapshot.ts";
import { CheckFault } from "../../../check/errors.ts";
import type { CheckResult } from "../../../check/evaluate.ts";
import { counted } from "../../../errors/counted.ts";
import { IoError } from "../../../ports.ts";
import { requireForm } from "../../../snapshot/load.ts";
import { placeFindings } from "../../authored-places.ts";
import { sourcesOf } from "../../authored-sources.ts";
import { readCheckTerms } from "../../check-terms.ts";
import { type Context, shortPath } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { requireTrust } from "../../load.ts";
import { flag } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { plain, printJson, printText } from "../../print.ts";
import { print } from "../../report-view.ts";
import { CHECK_TERMS, REPORTS, TRUST } from "../../shared-options.ts";
import { trustOf } from "../../trust.ts";
import { checkReport, invariantReport } from "../../views/check.ts";

export const check = defineCommand({
  details: "The rules cover routes, outcomes, paths, types, events and results that nothing reads.",
  arguments: {},
  options: {
    Check: {
      ...CHECK_TERMS,
      "update-baseline": flag("write the findings to the baseline instead of printing them"),
      coverage: flag("list the invariants of the snapshot: which are checked, which are not, and why"),
    },
    Seal: TRUST,
    Report: REPORTS,
  },
  shared: ["workspace", "snapshot", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs check --fail-on warning", "check the snapshot; also fail on warnings"],
    [
      "pgs check --baseline known.json --update-baseline",
      "record the findings of today, so that only new ones count",
    ],
  ],
  exitCodes: {
    SUCCESS: "no finding that counts",
    SNAPSHOT: true,
    FOUND: "a finding of the --fail-on severity or above",
  },
  async action(request, context) {
    const { platform, settings } = context;
    requireForm(settings.snapshot, platform.files, settings);
    const terms = readCheckTerms(request, context, !request.updateBaseline);
    const newBaseline = request.updateBaseline ? terms.file : undefined;
    const baseline = request.updateBaseline ? undefined : terms.file;
    const inputs = { "a key": request.key, "the configuration": request.config, "the baseline": baseline };
    await checkOutputs({ ...request, newBaseline }, inputs, context);
    await requireTrust(trustOf(request, context), context);
    const sources = await sourcesOf(context);
    const asked = { snapshot: settings.snapshot, files: platform.files, registry: await context.registry() };
    if (request.coverage) {
      await print(await measureInvariants(asked), invariantReport, request, context);
      return EXIT.SUCCESS;
    }
    const result = await checkSnapshot({ ...asked, sources, terms });
    if (request.updateBaseline) return updateBaseline(terms.file, result, context);
    await print(await placeFindings(result, context), checkReport, request, context);
    return result.failed ? EXIT.FOUND : EXIT.SUCCESS;
  },
});

/** @throws UsageFault when none is named, or it cannot be written */
function updateBaseline(file: string | undefined, { findings }: CheckResult, context: Context): number {
  const { platform, settings, path } = context;
  if (file === undefined) {
    const hint = `name it with --baseline FILE, or as "baseline" of the member "check" in pgs.json`;
    throw new UsageFault("BAD_USAGE", { message: "--update-baseline has no file to write", hint });
  }
  try {
    platform.writeFile(path(file), baselineText(findings));
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new CheckFault("BASELINE_UNWRITABLE", { file, errno: error.errno }, { cause: error });
  }
  const name = shortPath(path(file), platform.cwd);
  if (settings.json) printJson(context, { baseline: name, recorded: findings.length });
  else if (!settings.quiet)
    printText(context, `${plain(name)}: ${counted(findings.length, "finding")} recorded\n`);
  return EXIT.SUCCESS;
}
