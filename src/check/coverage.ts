/** Which of a snapshot's own invariants the rules check, which something else of the runner holds, which nobody can. */

import { codeOf } from "../snapshot/fqdn.ts";
import type { SnapshotModel } from "./analysis/snapshot-model.ts";
import type { Rule } from "./rule.ts";
import { UNCHECKED } from "./unchecked.ts";

export interface CoveredInvariant {
  readonly invariant: string;
  readonly status: "checked" | "elsewhere" | "not";
  readonly rules: readonly string[];
  /** Who holds it instead, or why nobody can; null when rules check it. */
  readonly why: string | null;
}

export interface Coverage {
  readonly invariants: readonly CoveredInvariant[];
  readonly counts: Readonly<Record<CoveredInvariant["status"], number>>;
}

export function coverageOf(subject: SnapshotModel, rules: readonly Rule[]): Coverage {
  const invariants = subject.ofWord("INVARIANT").map(({ fqdn }): CoveredInvariant => {
    const holding = rules.filter((rule) => rule.invariants.includes(fqdn)).map(({ id }) => id);
    if (holding.length > 0) return { invariant: fqdn, status: "checked", rules: holding, why: null };
    const [status, why] = UNCHECKED.get(codeOf(fqdn)) ?? ["not", "no rule covers it"];
    return { invariant: fqdn, status, rules: [], why };
  });
  const count = (status: CoveredInvariant["status"]) =>
    invariants.filter((one) => one.status === status).length;
  return {
    invariants,
    counts: { checked: count("checked"), elsewhere: count("elsewhere"), not: count("not") },
  };
}
