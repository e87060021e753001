/** `pgs runs rebuild`: a ledger made from the traces, or completed by them. */

import { counted } from "../../../errors/counted.ts";
import { LEDGER_FILE } from "../../../ledger/line.ts";
import { completeLedger, rebuildLedger } from "../../../ledger/rebuild.ts";
import type { Context } from "../../context.ts";
import { EXIT } from "../../exit-codes.ts";
import { openFileArgument } from "../../file-argument.ts";
import { hasLedger, ledgerFile, tracesRoot } from "../../ledger.ts";
import { plain, printError, printJson, printText, shownOf } from "../../print.ts";

export async function rebuildRuns(isCompleting: boolean, context: Context): Promise<number> {
  const { platform, settings } = context;
  const root = tracesRoot(context);
  const file = ledgerFile(context);
  const ports = {
    root,
    openSource: (path: string) => platform.openSource(path),
    now: () => platform.clock.now(),
  };
  if (isCompleting) {
    const isThere = hasLedger(root);
    const added = isThere
      ? await completeLedger(
          await openFileArgument(`${settings.traces}/${LEDGER_FILE}`, "the ledger", context),
          ports,
        )
      : { runs: [], lines: 0, unreadable: [] };
    const { runs, lines, unreadable } = added;
    if (settings.json) printJson(context, { file, runs, lines, unreadable });
    else if (!settings.quiet)
      printText(
        context,
        `${plain(file)}: ${counted(lines, "line")} added about ${counted(runs.length, "run")}\n`,
      );
    sayUnreadable(unreadable, context);
    return EXIT.SUCCESS;
  }
  const { traces, lines, kept, unreadable, head } = await rebuildLedger(ports);
  if (settings.json) printJson(context, { file, traces, lines, head, unreadable });
  else if (!settings.quiet) {
    const made = `${counted(lines - kept, "line")} made from ${counted(traces, "trace")}`;
    const taken = kept === 0 ? "" : `, ${counted(kept, "line")} kept of the ledger before`;
    printText(context, `${plain(file)}: ${made}${taken}\nhead ${head}\n`);
  }
  sayUnreadable(unreadable, context);
  return EXIT.SUCCESS;
}

function sayUnreadable(unreadable: readonly string[], context: Context): void {
  if (context.settings.quiet || unreadable.length === 0) return;
  const { shown, rest } = shownOf(unreadable);
  const names = shown.map((name) => `  ${plain(name)}\n`).join("");
  printError(
    context,
    `notice: nothing can be read of ${counted(unreadable.length, "trace")}:\n${names}${rest}`,
  );
}
