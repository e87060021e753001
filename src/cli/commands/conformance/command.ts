/** `pgs conformance`: do this build's transforms answer the snapshot's own cases? */

import { isConforming, runConformance } from "../../../scenarios/conformance.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { open } from "../../load.ts";
import { text } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { print } from "../../report-view.ts";
import { REPORTS, SEAL } from "../../shared-options.ts";
import { trustOf } from "../../trust.ts";
import { conformanceReport } from "../../views/conformance.ts";

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
    const snapshot = await open(context, trustOf(request, context));
    const results = await runConformance({
      snapshot,
      registry: await context.registry(),
      filter: request.case,
      readings: context.platform,
    });
    await print(results, conformanceReport, request, context);
    return results.every(isConforming) ? EXIT.SUCCESS : EXIT.FOUND;
  },
});
