/** `pgs mark`: a bookmark on a trace, or on a line of it. */

import type { Fault } from "../../../errors/base.ts";
import { counted } from "../../../errors/counted.ts";
import { LEDGER_FILE } from "../../../ledger/line.ts";
import { markRun } from "../../../ledger/marks.ts";
import { type Context, shortPath } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { type FoundRun, locateRun, tracePath } from "../../find-run.ts";
import { hasLedger, tracesRoot } from "../../ledger.ts";
import { argument, count, flag, repeatable, text } from "../../option.ts";
import { plain, printJson, printText } from "../../print.ts";
import { readTrace } from "../../read-trace.ts";
import { checkActor } from "../../session.ts";

export const mark = defineCommand({
  details: `The bookmark is kept in ${LEDGER_FILE} of the traces folder; the trace itself is not changed. pgs runs --mark and --tag find it, and pgs runs prune never removes a trace that has one.`,
  arguments: {
    trace: argument("the trace: the id of its run or the beginning of that, or its file", {
      completes: "file",
    }),
    name: argument("the bookmark's name; one that the run has already is replaced"),
  },
  options: {
    Bookmark: {
      about: text("TEXT", "what it is about"),
      tag: repeatable(text("TAG", "a word to find it by")),
      at: count("the line of the trace that it is on"),
      actor: text("FQDN", "who sets it; recorded in the ledger"),
      remove: flag("remove the bookmark of this name"),
    },
  },
  shared: ["workspace", "traces", "json", "quiet", "debug"],
  examples: [
    ["pgs mark 20260131T090000000Z incident --tag audit --at 12", "set a bookmark on a line of a trace"],
    ["pgs mark 20260131T090000000Z incident --remove", "remove it"],
  ],
  exitCodes: { SUCCESS: true },
  async action({ trace: given, name, about, tag: tags, at: line, actor, remove }, context) {
    const { platform, settings } = context;
    checkActor(actor);
    const { run, within } = locateRun(given, context);
    const { id } = run;
    const root = tracesRoot(within);
    hasLedger(root);
    if (line !== undefined) requireLine(run, line, within);
    const set = {
      name,
      ...(about === undefined ? {} : { about }),
      ...(tags.length === 0 ? {} : { tags }),
      ...(line === undefined ? {} : { line }),
    };
    const asked = remove ? { name, removed: true as const } : set;
    const marked = await markRun({ run: id, mark: asked, actor, now: platform.clock.now() }, root);
    if ("failed" in marked) throw refusalOf(marked.failed, run, name, within);
    if (settings.json) printJson(context, { run: id, marks: marked.marks });
    else if (!settings.quiet)
      printText(context, `${plain(id)}: bookmark ${plain(name)} ${remove ? "removed" : "set"}\n`);
    return EXIT.SUCCESS;
  },
});

/** @throws UsageFault for a line that the trace does not have */
function requireLine(run: FoundRun, line: number, context: Context): void {
  const { count } = readTrace(tracePath(run, context), context);
  if (line <= count) return;
  const message = `--at ${line} is not a line of the trace, which has ${counted(count, "line")}`;
  throw new UsageFault("BAD_USAGE", { message, hint: `type --at ${count}, or a smaller number` });
}

function refusalOf(
  failed: "unknown" | "pruned" | "unset",
  { id, entry }: FoundRun,
  name: string,
  { settings, platform }: Context,
): Fault {
  const traces = shortPath(settings.traces, platform.cwd);
  if (failed === "unset") return new UsageFault("MARK_UNSET", { run: id, name, traces });
  if (failed === "unknown") return new UsageFault("RUN_UNLISTED", { run: id, traces });
  return new UsageFault("RUN_PRUNED", { run: id, since: new Date(entry?.changed ?? 0).toISOString() });
}
