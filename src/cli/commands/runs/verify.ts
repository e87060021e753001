/** `pgs runs verify`: is the ledger as it was written, and are the traces those that it names? */

import { counted } from "../../../errors/counted.ts";
import { LEDGER_FILE } from "../../../ledger/line.ts";
import {
  type LedgerFinding,
  ledgerFindings,
  type VerifiedLedger,
  verifyLedger,
} from "../../../ledger/verify.ts";
import { painter } from "../../colour.ts";
import type { Context } from "../../context.ts";
import { EXIT } from "../../exit-codes.ts";
import { openFileArgument } from "../../file-argument.ts";
import { hasLedger, ledgerFile, tracesRoot } from "../../ledger.ts";
import { withPlaces } from "../../place-hints.ts";
import { at, hintLines, plain, printJson, printText, shownOf, table } from "../../print.ts";

export async function verifyRuns(head: string | undefined, context: Context): Promise<number> {
  const { platform, settings } = context;
  const root = tracesRoot(context);
  const file = ledgerFile(context);
  const ledger = hasLedger(root)
    ? await openFileArgument(`${settings.traces}/${LEDGER_FILE}`, "the ledger", context)
    : NOTHING;
  const verified = await verifyLedger(ledger, { root, openSource: (path) => platform.openSource(path) }, head);
  const ok = verified.findings.length === 0;
  if (settings.json) printJson(context, toJson(verified, file, context));
  else if (!settings.quiet || !ok) printText(context, await toText(verified, file, context));
  return ok ? EXIT.SUCCESS : EXIT.FOUND;
}

const NOTHING = { size: 0, pieces: () => [] };

function toJson(
  { findings, opening, lines, head, runs, pruned }: VerifiedLedger,
  file: string,
  context: Context,
): unknown {
  return {
    ok: findings.length === 0,
    ...{ file, lines, head, runs, pruned },
    opening: opening && {
      how: opening.opening,
      traces: opening.traces,
      former_head: opening.former_head ?? null,
    },
    findings: findings.map((one) => ({ ...one, ...wordsOf(one, context) })),
  };
}

function wordsOf({ code, facts }: LedgerFinding, context: Context) {
  const words: { readonly what: (facts: LedgerFinding["facts"]) => string; readonly hint?: string } =
    ledgerFindings[code];
  const { what, hint } = words;
  return { message: what(facts), hint: hint === undefined ? null : withPlaces(hint, context) };
}

async function toText(
  { findings, opening, lines, head, runs, pruned }: VerifiedLedger,
  file: string,
  context: Context,
): Promise<string> {
  const paint = await painter(context.settings);
  const verdict = findings.length === 0 ? paint("good", "VALID") : paint("bad", "INVALID");
  const rows = [
    ["lines", String(lines)],
    [
      "runs",
      pruned === 0 ? String(runs) : `${runs}, of which ${counted(pruned, "trace was", "traces were")} pruned`,
    ],
    ...(opening === null ? [] : [["begins", openingText(opening)]]),
    ["head", head],
  ];
  const { shown, rest } = shownOf(findings);
  return [
    `${verdict}  ${plain(file)}\n${table(rows)}`,
    ...shown.map((one) => findingText(one, file, context)),
    rest,
  ].join("");
}

function openingText({ opening, traces }: NonNullable<VerifiedLedger["opening"]>): string {
  return opening === "REBUILT"
    ? `rebuilt from ${counted(traces, "trace")}`
    : `after ${counted(traces, "trace")} that it does not have`;
}

/** Of the path of the ledger. */
const tracesOf = (ledger: string) => ledger.slice(0, -LEDGER_FILE.length);

const lineOf = (line: unknown) => (typeof line === "number" ? line : undefined);

function findingText(found: LedgerFinding, file: string, context: Context): string {
  const { message, hint } = wordsOf(found, context);
  const { segment, line } = found.facts;
  const inSegment = typeof segment === "string" ? at(`${tracesOf(file)}${segment}`, lineOf(line)) : null;
  const where = found.run ?? inSegment ?? at(file, found.line ?? undefined);
  return `\n${found.code}  ${plain(where)}\n  ${plain(message)}\n${hint === null ? "" : `  ${hintLines([hint])}`}`;
}
