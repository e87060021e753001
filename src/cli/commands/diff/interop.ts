/** Two traces of which another runtime wrote at least one, read, compared and told (`pgs diff`). */

import { counted } from "../../../errors/counted.ts";
import { inOrder } from "../../../examine/diff/diff-traces.ts";
import { CUT_OFF } from "../../../examine/verify.ts";
import { type Account, accountOfExternal, accountOfOwn } from "../../../interop/account.ts";
import { externalFormat } from "../../../interop/detect.ts";
import { diffAccounts, type ExternalDiff, incomparableTable } from "../../../interop/diff.ts";
import { readExternal } from "../../../interop/read.ts";
import type { Paint } from "../../colour.ts";
import { SIDES, verdictText } from "../../compared-view.ts";
import type { Context } from "../../context.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { readFileArgument } from "../../file-argument.ts";
import { plain } from "../../print.ts";
import { notIntact } from "../../read-trace.ts";
import { say } from "../../report-view.ts";
import { groupsText } from "../../trace-differences.ts";
import { readSide } from "./traces.ts";

interface Side {
  readonly file: string;
  readonly account: Account;
}

interface Compared extends ExternalDiff {
  readonly a: Side;
  readonly b: Side;
}

/** @throws UsageFault for a file that cannot be read, or holds no trace that is whole up to its end */
export async function diffExternalFiles(
  a: string,
  b: string,
  listsNondeterministic: boolean,
  context: Context,
): Promise<number> {
  if (listsNondeterministic) {
    const message =
      "--nondeterministic needs two traces of this runner: other formats do not mark nondeterministic values";
    throw new UsageFault("BAD_USAGE", { message, hint: "omit --nondeterministic" });
  }
  const [left, right] = [sideOf(a, context), sideOf(b, context)];
  const compared = { a: left, b: right, ...diffAccounts(left.account, right.account) };
  await say(compared, { toJson, toText }, context);
  return compared.differences.length === 0 ? EXIT.SUCCESS : EXIT.FOUND;
}

function sideOf(file: string, context: Context): Side {
  const bytes = readFileArgument(file, "the trace", context);
  const format = externalFormat(bytes);
  if (format === null) return { file, account: accountOfOwn(readSide(file, context).events) };
  const record = readExternal(format, bytes);
  const flaw = record.findings.find(({ code }) => !CUT_OFF.has(code));
  if (flaw === undefined) return { file, account: accountOfExternal(record) };
  throw notIntact(file, flaw);
}

// ---- reports ----

function toJson({ a, b, differences, incomparable }: Compared): unknown {
  return {
    equal: differences.length === 0,
    kind: "trace",
    a: sideJson(a),
    b: sideJson(b),
    differences: inOrder(differences),
    not_compared: incomparable.map((code) => ({ code, message: incomparableTable[code] })),
  };
}

function sideJson({ file, account }: Side): unknown {
  return { file, format: account.format, workflow: account.workflow, cut_off: account.ending === null };
}

function toText({ a, b, differences, incomparable }: Compared, paint: Paint): string {
  return [
    verdictText(differences.length === 0, a.file, b.file, paint),
    [a, b].map(endlessText).join(""),
    `\nformats  ${a.account.format}, ${b.account.format}\n`,
    groupsText(differences, SIDES),
    `\nnot compared\n${incomparable.map((code) => `  - ${incomparableTable[code]}\n`).join("")}`,
    `\n${counted(differences.length, "difference")}\n`,
  ].join("");
}

function endlessText({ file, account }: Side): string {
  if (account.ending !== null) return "";
  return `\n${plain(file)} has no ending: its recorded part is compared\n`;
}
