/** What compiling already says, as rules say it: the reasons why a workflow does not compile, the findings of its plan. */

import { LOCK_CODES } from "../../capabilities/packages/locked-provider.ts";
import { findingsOfContract } from "../../plan/findings.ts";
import type { Finding } from "../../plan/plan.ts";
import type { Found } from "../rule.ts";
import type { SnapshotModel } from "./snapshot-model.ts";

/** By rule: the reasons why something does not compile that it passes on. */
const REASONS = {
  "reference-unresolved": ["BAD_REFERENCE", "UNKNOWN_REFERENCE"],
  "graph-broken": ["UNKNOWN_NODE", "NO_START", "START_NOT_IN", "TWO_STARTS", "NODE_TYPE"],
  "step-target-unknown": ["UNKNOWN_ACTION", "BACKWARD_ACTION", "STEP_TWICE", "STEP_KIND", "NO_STEPS"],
  "capability-unbound": [
    "NOT_BOUND",
    "NO_IMPLEMENTATION",
    "CAPABILITY_MISSING",
    "UNKNOWN_OPERATION",
    ...LOCK_CODES,
  ],
  "store-undeclared": ["UNKNOWN_STORE", "AMBIGUOUS_STORE", "STORE_PATH_ESCAPES"],
  "retry-malformed": ["RETRY_MALFORMED"],
  "retry-never-taken": ["RETRY_NEVER"],
  "retry-outcome-undeclared": ["RETRY_OUTCOME"],
  "verify-not-visible": ["VERIFY_NOT_VISIBLE"],
  "path-unresolved": ["UNKNOWN_ROOT", "UNKNOWN_STEP", "EXPRESSION"],
} as const;

const PASSED_ON: ReadonlySet<string> = new Set(Object.values(REASONS).flat());

/** The reasons that a rule passes on; several workflows may have the same. */
export function reasonsOf(subject: SnapshotModel, rule: keyof typeof REASONS): readonly Found[] {
  const codes: readonly string[] = REASONS[rule];
  return reasons(subject, (code) => codes.includes(code));
}

/** Those that no rule has for its own: something has not the shape that reading it expects. */
export function otherReasons(subject: SnapshotModel): readonly Found[] {
  return reasons(subject, (code) => !PASSED_ON.has(code));
}

function reasons(
  { workflows, contracts }: SnapshotModel,
  isWanted: (code: string) => boolean,
): readonly Found[] {
  const found = [...workflows, ...contracts].flatMap((one) => one.reasons.filter(({ code }) => isWanted(code)));
  return found.map(({ code, what, file, pointer, hint }) => ({
    file,
    pointer,
    facts: { code, what },
    message: what,
    ...(hint === undefined ? {} : { hint }),
  }));
}

/** The findings with this code, of the plans and of the contracts that no plan has. */
export function findingsOf(
  { snapshot, workflows, contracts }: SnapshotModel,
  code: Finding["code"],
): readonly Found[] {
  const planned = workflows.flatMap(({ plan }) => plan?.findings ?? []);
  const others = contracts.flatMap(({ contract, uses }) =>
    contract === null || uses.length > 0 ? [] : findingsOfContract(contract, snapshot.state === "sealed"),
  );
  return [...planned, ...others]
    .filter((finding) => finding.code === code)
    .map(({ file, pointer, facts, what: message, hint }) => ({
      file,
      pointer,
      facts,
      message,
      ...(hint === undefined ? {} : { hint: hint.text }),
    }));
}
