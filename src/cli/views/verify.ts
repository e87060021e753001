/** How the verification of a snapshot is shown: as text, as JSON, as a part of a verdict. */

import type { Fault } from "../../errors/base.ts";
import { counted } from "../../errors/counted.ts";
import type { Case, Part } from "../../report/result.ts";
import type { VerifiedSnapshot } from "../../snapshot/verify-snapshot.ts";
import type { Context } from "../context.ts";
import { faultHints } from "../place-hints.ts";
import { plain, printError, printJson, printText, refusalText, shownOf } from "../print.ts";
import { faultJson, faultNotice, faultRules } from "../results.ts";
import { signaturesJson, signaturesText } from "../signatures.ts";

/** Each finding with its hint, as many as text shows. */
export function findingsText(findings: readonly Fault[], context: Context, most?: number): string {
  const { shown, rest } = shownOf(findings, most);
  const texts = shown.map((fault) => refusalText(fault, undefined, faultHints(fault, context)));
  return `${texts.join("")}${rest}`;
}

/** The findings on standard error, else what was verified. */
export function printVerified({ findings, ...state }: VerifiedSnapshot, context: Context): void {
  const { settings } = context;
  if (settings.json) {
    printJson(context, {
      ok: findings.length === 0,
      seal: state.sealed ? "sealed" : "verified",
      root: state.root,
      files: state.files,
      form: state.form,
      not_covered: state.uncovered,
      signatures: signaturesJson(state.signatures),
      findings: findings.map((fault) => faultJson(fault, context)),
    });
    return;
  }
  const signed = signaturesText(state.signatures);
  printError(context, findingsText(findings, context));
  if (findings.length > 0)
    printError(context, `${signed}findings: ${findings.length}, files: ${state.files}\n`);
  else if (!settings.quiet) {
    const seal = state.sealed ? "sealed" : "verified (no seal.json)";
    const uncovered = state.uncovered.map((what) => `not covered by the seal: ${what}\n`).join("");
    printText(context, `${seal}: ${counted(state.files, "file")}\nroot ${state.root}\n${signed}${uncovered}`);
  }
}

export function verifyPart(verified: VerifiedSnapshot, context: Context): Part {
  const { findings } = verified;
  return {
    name: "verify",
    state: findings.length === 0 ? "passed" : "failed",
    counted: countedIn(verified),
    rules: faultRules(findings, "Every file matches the seal, its own text and the required signatures."),
    notices: findings.map((fault) => faultNotice(fault, context)),
    suites: [{ name: "verify", cases: findings.length === 0 ? [WHOLE] : findings.map(toCase) }],
  };
}

function countedIn({ sealed, root, files, signatures, findings }: VerifiedSnapshot): string {
  const valid = signatures.filter(({ verdict }) => verdict === "valid").length;
  return [
    counted(files, "file"),
    sealed ? `sealed${root === null ? "" : ` as ${root}`}` : "not sealed",
    signatures.length === 0
      ? "not signed"
      : `${valid} of ${counted(signatures.length, "signature")} by trusted keys`,
    ...(findings.length === 0 ? [] : [`findings: ${findings.length}`]),
  ].join(", ");
}

const SUBJECT = "pgs verify";

const WHOLE: Case = { name: "every file, the seal and its signatures", subject: SUBJECT };

function toCase({ code, message, wording }: Fault): Case {
  const detail = `${plain(message)}${wording.hint === undefined ? "" : `\nhint: ${plain(wording.hint)}`}`;
  return { name: `${code} ${wording.where ?? ""}`.trim(), subject: SUBJECT, failed: { message, detail } };
}
