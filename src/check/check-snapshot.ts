/** Checks a snapshot against every rule. */

import type { Registry } from "../capabilities/registry.ts";
import type { Files } from "../ports.ts";
import { readSnapshotModel } from "./analysis/snapshot-model.ts";
import { type AuthoredSources, authoredState } from "./authored/authored-state.ts";
import { type Coverage, coverageOf } from "./coverage.ts";
import { type CheckResult, evaluate, type Terms } from "./evaluate.ts";
import { RULES } from "./rules.ts";

export interface CheckRequest {
  readonly snapshot: string;
  readonly files: Files;
  readonly registry: Registry;
  /** What the snapshot is made from; null where that is not known. */
  readonly sources: AuthoredSources | null;
  /** Which findings count. */
  readonly terms: Terms;
}

/** What the rules find. */
export async function checkSnapshot(request: CheckRequest): Promise<CheckResult> {
  const { snapshot, files, registry, sources, terms } = request;
  const authored = sources === null ? null : authoredState({ ...sources, snapshot, files, registry });
  return evaluate(await readSnapshotModel(snapshot, files, registry, authored), RULES, terms);
}

/** Which invariants of the snapshot the rules check. */
export async function measureInvariants(request: Omit<CheckRequest, "terms" | "sources">): Promise<Coverage> {
  const { snapshot, files, registry } = request;
  return coverageOf(await readSnapshotModel(snapshot, files, registry), RULES);
}
