/** How the verification of a snapshot is shown. */

import type { Fault } from "../errors/base.ts";
import { counted } from "../errors/counted.ts";
import type { EvaluatedSignature } from "../sign/verify.ts";
import type { Context } from "./context.ts";
import { printError, printJson, printText, refusalText, shownOf, table } from "./print.ts";
import { signatureRows, signaturesJson } from "./signatures.ts";

export interface SealState {
  readonly sealed: boolean;
  readonly root: string | null;
  readonly signatures: readonly EvaluatedSignature[];
}

export interface Verified extends SealState {
  readonly findings: readonly Fault[];
  /** How many were read. */
  readonly files: number;
}

/** Each finding with its hint, as many as text shows. */
export function findingsText(findings: readonly Fault[], most?: number): string {
  const { shown, rest } = shownOf(findings, most);
  return `${shown.map((fault) => refusalText(fault)).join("")}${rest}`;
}

/** The findings on standard error, else what was verified. */
export function printVerified({ findings, ...state }: Verified, context: Context): void {
  const { settings } = context;
  if (settings.json) {
    const listed = findings.map(({ code, facts, wording }) => ({ code, ...wording, facts }));
    printJson(context, {
      ok: findings.length === 0,
      seal: state.sealed ? "sealed" : "verified",
      root: state.root,
      files: state.files,
      signatures: signaturesJson(state.signatures),
      findings: listed,
    });
    return;
  }
  const signed = state.signatures.length === 0 ? "" : `signatures\n${table(signatureRows(state.signatures))}`;
  printError(context, findingsText(findings));
  if (findings.length > 0)
    printError(context, `${signed}findings: ${findings.length}, files: ${state.files}\n`);
  else if (!settings.quiet) {
    const seal = state.sealed ? "sealed" : "verified (no seal.json)";
    printText(context, `${seal}: ${counted(state.files, "file")}\nroot ${state.root}\n${signed}`);
  }
}
