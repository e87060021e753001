/** What verifying a snapshot gave, as a part of a verdict. */

import type { Fault } from "../../../errors/base.ts";
import { counted } from "../../../errors/counted.ts";
import type { Case, Part } from "../../../report/result.ts";
import type { Context } from "../../context.ts";
import { plain } from "../../print.ts";
import { faultNotice, faultRules } from "../../results.ts";
import type { Verified } from "../../verified-view.ts";

export function verifyPart(verified: Verified, context: Context): Part {
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

function countedIn({ sealed, root, files, signatures, findings }: Verified): string {
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
