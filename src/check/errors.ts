/** Refusals of the files that `check` reads: its configuration and its baseline. */

import {
  type FactsOf,
  Fault,
  type FaultDetail,
  fileLine,
  type UnreadableText,
  unreadableText,
  type WordingTable,
  wordingFrom,
} from "../errors/base.ts";

type CheckPlace = { file: string; line: number; pointer: string };
const checkPlace = (f: CheckPlace) => `${fileLine(f.file, f.line)}${f.pointer && ` at ${f.pointer}`}`;

export const checkTable = {
  CHECK_FILE_UNREADABLE: (f: UnreadableText) => ({
    what: `the file cannot be read as JSON: ${f.defect}`,
    ...unreadableText(f),
  }),
  CHECK_CONFIG_MALFORMED: (f: CheckPlace & { expected: string }) => ({
    what: `${f.pointer || "the configuration"} should be ${f.expected}`,
    where: checkPlace(f),
    hint: 'a configuration can contain "rules", "baseline" and "fail_on"; pgs check --json lists every rule',
  }),
  CHECK_CONFIG_TWICE: (f: { file: string; other: string }) => ({
    what: `the check is configured twice: here, and in the member check of ${f.other}`,
    where: f.file,
    hint: `move what is still needed from ${f.file} into the member check of ${f.other}, and remove ${f.file}`,
  }),
  UNKNOWN_RULE: (f: CheckPlace & { rule: string; suggestion: string | null }) => ({
    what: `there is no rule ${f.rule}`,
    where: checkPlace(f),
    hint: f.suggestion ? `did you mean ${f.suggestion}?` : "pgs check --json lists every rule",
  }),
  BASELINE_MALFORMED: (f: CheckPlace & { expected: string }) => ({
    what: `${f.pointer} of the baseline should be ${f.expected}`,
    where: checkPlace(f),
    hint:
      f.pointer === "/schema"
        ? "name a file that pgs check --update-baseline wrote"
        : "write a new one with --update-baseline",
  }),
  BASELINE_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the baseline cannot be written: ${f.errno}`,
    where: f.file,
    hint: "name a file in an existing folder with --baseline FILE",
  }),
} satisfies WordingTable;

export class CheckFault<C extends keyof typeof checkTable = keyof typeof checkTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof checkTable, C>, detail: FaultDetail = {}) {
    super("usage", code, facts, wordingFrom(checkTable, code, facts), detail);
  }
}
