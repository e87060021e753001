/** `pgs certify`: does this build do with the snapshot what the scenario vectors say? */

import { certify as runVectors } from "../../../scenarios/certify.ts";
import { readVectors } from "../../../scenarios/format/vectors.ts";
import { shortPath } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { scenarioEnvironment } from "../../environment.ts";
import { UsageFault } from "../../errors.ts";
import { evaluate } from "../../evaluate.ts";
import { EXIT } from "../../exit-codes.ts";
import { open } from "../../load.ts";
import { optionalArgument } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { print } from "../../report-view.ts";
import { REPORTS, SEAL, UNTAKEN } from "../../shared-options.ts";
import { trustOf } from "../../trust.ts";
import { certifyReport } from "./view.ts";

export const certify = defineCommand({
  details:
    "Each scenario runs on a data root of its own. The edges of the workflows that the scenarios take are counted.",
  arguments: {
    vectors: optionalArgument(
      "folder of the scenario vectors, or one file (default: the member vectors of pgs.json)",
      { completes: "file" },
    ),
  },
  options: { Certification: { ...UNTAKEN, ...SEAL }, Report: REPORTS },
  shared: ["workspace", "snapshot", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs certify vectors", "run every vector of the folder"],
    ["pgs certify vectors --untaken --junit certify.xml", "also list the edges not taken, and write JUnit XML"],
  ],
  exitCodes: {
    SUCCESS: "every step gives the expected result",
    SNAPSHOT: true,
    FOUND: "a step gives another result",
  },
  async action({ vectors: given, untaken, ...request }, context) {
    const { platform, settings, path } = context;
    const vectors = given ?? settings.vectors ?? missing();
    await checkOutputs(request, {}, context);
    const { scenarios, others } = readVectors(path(vectors), platform.files, (one) =>
      shortPath(one, platform.cwd),
    );
    const snapshot = await open(context, trustOf(request, context));
    const certified = await runVectors(
      scenarios,
      snapshot,
      await context.registry(),
      scenarioEnvironment(platform),
    );
    const evaluated = evaluate(certified);
    const result = { scenarios: evaluated, coverage: certified.coverage, others };
    await print(result, certifyReport(untaken), request, context);
    const isEqual = evaluated.every(({ steps }) => steps.every(({ verdict }) => verdict !== "different"));
    return isEqual ? EXIT.SUCCESS : EXIT.FOUND;
  },
});

function missing(): never {
  const hint = 'type the folder as an argument, or write it into pgs.json as "vectors"';
  throw new UsageFault("BAD_USAGE", { message: "no scenario vectors are named", hint });
}
