/** `pgs certify`: does this build do with the snapshot what the scenario vectors say? */

import { certify } from "../../../scenarios/certify.ts";
import { readVectors } from "../../../scenarios/format/vectors.ts";
import { type CommonOptions, type Context, shortPath } from "../../context.ts";
import { scenarioEnvironment } from "../../environment.ts";
import { evaluate } from "../../evaluate.ts";
import { EXIT } from "../../exit-codes.ts";
import { open, type SealOptions } from "../../load.ts";
import { checkOutputs } from "../../output-files.ts";
import type { ReportOptions } from "../../report-files.ts";
import { print } from "../../report-view.ts";
import { certifyReport } from "./view.ts";

export interface CertifyOptions extends CommonOptions, SealOptions, ReportOptions {
  readonly untaken?: boolean;
}

export async function certifyCommand(
  options: CertifyOptions,
  context: Context,
  folder: string,
): Promise<number> {
  const { platform, path } = context;
  await checkOutputs(options, {}, context);
  const { scenarios, others } = readVectors(path(folder), platform.files, (one) =>
    shortPath(one, platform.cwd),
  );
  const certified = await certify(scenarios, await open(context, options), scenarioEnvironment(platform));
  const judged = evaluate(certified);
  const result = { scenarios: judged, coverage: certified.coverage, others };
  await print(result, certifyReport(options.untaken ?? false), options, context);
  const isEqual = judged.every(({ steps }) => steps.every(({ verdict }) => verdict !== "different"));
  return isEqual ? EXIT.SUCCESS : EXIT.FOUND;
}
