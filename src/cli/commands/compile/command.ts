/** `pgs compile`: from authored Markdown to the snapshot. */

import { compileSources, writeSnapshot } from "../../compile-authored.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { flag } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { print } from "../../report-view.ts";
import { REPORTS, SOURCES } from "../../shared-options.ts";
import { compileReport } from "../../views/compile.ts";

export const compileCommand = defineCommand({
  details:
    "Every error is listed with its place and what to do, those of all files at once. With an error, the snapshot stays as it is; else it is replaced as a whole. A change removes the seal.",
  arguments: {},
  options: {
    Compile: {
      ...SOURCES,
      check: flag("change nothing, and fail if the snapshot is stale"),
      watch: flag("compile again on every change, check the snapshot, and test the scenarios of what changed"),
    },
    Report: REPORTS,
  },
  shared: ["workspace", "snapshot", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs compile", "make the snapshot of the workspace"],
    ["pgs compile --check --sarif compile.sarif", "check that the snapshot is up to date, for a build server"],
  ],
  exitCodes: {
    SUCCESS: "the snapshot is what the Markdown makes",
    SNAPSHOT: "the Markdown has errors or is missing, or the snapshot cannot be written",
    FOUND: "with --check: the snapshot is stale",
  },
  async action(request, context) {
    await checkOutputs(request, {}, context);
    if (request.watch) return (await import("./watch.ts")).watchSources(request, context);
    const sources = await compileSources(request, context);
    const isCheck = request.check;
    const written = isCheck ? { removedSeal: null } : await writeSnapshot(sources, context);
    await print({ ...sources, isCheck, ...written }, compileReport(context), request, context);
    if (sources.errors.length > 0) return EXIT.SNAPSHOT;
    return isCheck && sources.differences.length > 0 ? EXIT.FOUND : EXIT.SUCCESS;
  },
});
