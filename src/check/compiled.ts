/** What compiling already says, as rules say it: the reasons why a workflow does not compile, the findings of its plan. */

import { contractFindings } from "../plan/findings.ts";
import type { Finding } from "../plan/plan.ts";
import type { Found } from "./rule.ts";
import type { Subject } from "./subject.ts";

/** The reasons with one of these codes, each once: workflows share contracts and storage. */
export function reasonsOf(subject: Subject, ...codes: readonly string[]): readonly Found[] {
  const all = [...subject.workflows, ...subject.contracts].flatMap(({ reasons }) => reasons);
  const found = all.filter(({ code }) => codes.includes(code));
  return found.map(({ code, what, file, pointer, hint }) => ({
    file,
    pointer,
    facts: { code, what },
    message: what,
    ...(hint === undefined ? {} : { hint }),
  }));
}

/** The findings with this code, of the plans and of the contracts that no plan has. */
export function findingsOf({ workflows, contracts }: Subject, code: Finding["code"]): readonly Found[] {
  const planned = workflows.flatMap(({ plan }) => plan?.findings ?? []);
  const others = contracts.flatMap(({ contract, uses }) =>
    contract === null || uses.length > 0 ? [] : contractFindings(contract),
  );
  return [...planned, ...others]
    .filter((finding) => finding.code === code)
    .map(({ file, pointer, facts, what }) => ({ file, pointer, facts, message: what }));
}
