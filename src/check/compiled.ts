/** What compiling already says, as rules say it: the reasons why a workflow does not compile, the findings of its plan. */

import type { Finding } from "../plan/plan.ts";
import type { Found } from "./rule.ts";
import type { Subject } from "./subject.ts";

/** The reasons with one of these codes, each once: workflows share contracts and storage. */
export function reasonsOf(subject: Subject, ...codes: readonly string[]): readonly Found[] {
  const found = subject.workflows.flatMap(({ reasons }) => reasons.filter(({ code }) => codes.includes(code)));
  return found.map(({ code, what, file, pointer, hint }) => ({
    file,
    pointer,
    facts: { code, what },
    message: what,
    ...(hint === undefined ? {} : { hint }),
  }));
}

/** The plans' findings with this code. */
export function findingsOf(subject: Subject, code: Finding["code"]): readonly Found[] {
  const found = subject.workflows.flatMap(({ plan }) => plan?.findings ?? []);
  return found
    .filter((finding) => finding.code === code)
    .map(({ file, pointer, facts, what }) => ({ file, pointer, facts, message: what }));
}
