/** Checks a snapshot against every rule. */

import type { Registry } from "../capabilities/registry.ts";
import type { Files } from "../ports.ts";
import { readSnapshotModel } from "./analysis/snapshot-model.ts";
import { type Coverage, coverageOf } from "./coverage.ts";
import { type CheckResult, evaluate, type Terms } from "./evaluate.ts";
import { RULES } from "./rules.ts";

export interface CheckRequest {
  readonly snapshot: string;
  readonly files: Files;
  readonly registry: Registry;
  /** Which findings count. */
  readonly terms: Terms;
}

/** What the rules find. */
export async function checkSnapshot({ snapshot, files, registry, terms }: CheckRequest): Promise<CheckResult> {
  return evaluate(await readSnapshotModel(snapshot, files, registry), RULES, terms);
}

/** Which invariants of the snapshot the rules check. */
export async function measureInvariants(request: Omit<CheckRequest, "terms">): Promise<Coverage> {
  const { snapshot, files, registry } = request;
  return coverageOf(await readSnapshotModel(snapshot, files, registry), RULES);
}
