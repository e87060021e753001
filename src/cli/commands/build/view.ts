/** How the result of a build is shown: as text, as JSON, as parts of a verdict. */

import type { CheckResult } from "../../../check/evaluate.ts";
import type { Fault } from "../../../errors/base.ts";
import { counted } from "../../../errors/counted.ts";
import type { Part } from "../../../report/result.ts";
import { SEAL_FILE } from "../../../snapshot/seal.ts";
import type { Paint } from "../../colour.ts";
import { type Context, shortPath } from "../../context.ts";
import { withPlaces } from "../../place-hints.ts";
import { plain } from "../../print.ts";
import type { Printed } from "../../report-view.ts";
import { faultJson, faultNotice, faultRules } from "../../results.ts";
import type { SealedSnapshot } from "../../seal-snapshot.ts";
import { checkPart, checkReport, checkText } from "../../views/check.ts";
import { type CompileResult, compilePart, compileReport } from "../../views/compile.ts";
import { findingsText } from "../../views/verify.ts";

export interface BuildResult {
  readonly compiled: CompileResult;
  /** Null where there was nothing to check. */
  readonly checked: CheckResult | null;
  /** The seal, or what is wrong with the files; null where the check failed or there is no seal. */
  readonly sealed: SealedSnapshot | { readonly findings: readonly Fault[]; readonly files: number } | null;
}

export function buildReport(context: Context): Printed<BuildResult> {
  const compileView = compileReport(context, "pgs build");
  return {
    command: "pgs build",
    toParts: (result) => partsOf(result, context),
    toJson: ({ compiled, checked, sealed }) => ({
      ok: sealed !== null && !("findings" in sealed),
      compile: compileView.toJson(compiled),
      check: checked === null ? null : checkReport.toJson(checked),
      seal: sealed === null ? null : sealJson(sealed, context),
    }),
    toText: (result, paint) => buildText(result, paint, compileView.toText(result.compiled, paint), context),
  };
}

function sealJson(sealed: NonNullable<BuildResult["sealed"]>, context: Context): object {
  if ("findings" in sealed) return { findings: sealed.findings.map((fault) => faultJson(fault, context)) };
  const { root, files, seal, signatures } = sealed;
  return { root, files, seal, signatures };
}

function buildText(
  { compiled, checked, sealed }: BuildResult,
  paint: Paint,
  head: string,
  context: Context,
): string {
  if (checked === null) return head;
  // A seal that is written anew says all there is to say.
  const before = compiled.removedSeal === SEAL_FILE ? head.replace(/^seal\.json is removed.*\n/m, "") : head;
  const check = checkText(checked, paint);
  if (checked.failed) return `${before}${check}${paint("bad", "not sealed: the check failed")}\n`;
  if (sealed === null)
    return `${before}${check}${paint("bad", "the snapshot is not sealed")}\nhint: ${withPlaces("type pgs build", context)}\n`;
  if ("findings" in sealed)
    return `${before}${check}${findingsText(sealed.findings, context)}${paint("bad", "not sealed")}\n`;
  const rows = sealed.signatures.map((keyid) => `signed by ${plain(keyid)}\n`).join("");
  const place = plain(shortPath(sealed.seal, context.platform.cwd));
  return `${before}${check}sealed ${counted(sealed.files, "file")}: ${place}\nroot ${sealed.root}\n${rows}`;
}

function partsOf({ compiled, checked, sealed }: BuildResult, context: Context): readonly Part[] {
  return [
    compilePart(compiled, context),
    ...(checked === null ? [] : [checkPart(checked, context)]),
    ...(checked === null || checked.failed ? [] : [sealPart(sealed, context)]),
  ];
}

function sealPart(sealed: BuildResult["sealed"], context: Context): Part {
  const findings = sealed !== null && "findings" in sealed ? sealed.findings : [];
  const isSealed = sealed !== null && !("findings" in sealed);
  const said = isSealed ? `sealed as ${sealed.root}` : sealed === null ? "not sealed" : "invalid";
  const failed = { message: said, detail: said };
  return {
    name: "verify",
    state: isSealed ? "passed" : "failed",
    counted: said,
    rules: faultRules(findings, "Every file matches the seal and its own text."),
    notices: findings.map((fault) => faultNotice(fault, context)),
    suites: [
      { name: "verify", cases: [{ name: "the seal", subject: "pgs build", ...(isSealed ? {} : { failed }) }] },
    ],
  };
}
