/** Which workflows the differences of two snapshots touch: those of which a run executes an artifact that differs. */

import { own } from "../../json/value.ts";
import { workflowsExecuting } from "../../query/impact.ts";
import type { QueryModel } from "../../query/model.ts";
import type { SnapshotDifference } from "./diff-snapshots.ts";

export interface TouchedWorkflow {
  readonly workflow: string;
  /** What became of it: `superseded` where the second snapshot has it, but others are in force in its place. */
  readonly state: "kept" | "added" | "removed" | "superseded";
  /** Whether a difference in one of those breaks who relies on it. */
  readonly breaking: boolean;
  /** The artifacts that differ, sorted. */
  readonly artifacts: readonly string[];
}

type Artifacts = Pick<QueryModel, "artifacts">;

/** Sorted by name. What no run decides by touches none. */
export function touchedWorkflows(
  differences: readonly SnapshotDifference[],
  a: Artifacts,
  b: Artifacts,
): readonly TouchedWorkflow[] {
  const touched = new Map<string, { breaking: boolean; readonly artifacts: Set<string> }>();
  const differing = new Map<string, boolean>();
  for (const { artifact, kind, breaking } of differences) {
    if (kind !== "member") differing.set(artifact, breaking || differing.get(artifact) === true);
  }
  for (const [artifact, breaking] of differing) {
    const workflows = new Set([...workflowsExecuting(artifact, a), ...workflowsExecuting(artifact, b)]);
    for (const workflow of workflows) {
      const known = touched.get(workflow) ?? { breaking: false, artifacts: new Set() };
      touched.set(workflow, known);
      known.breaking ||= breaking;
      known.artifacts.add(artifact);
    }
  }
  const all = [...touched].map(([workflow, one]) => ({
    workflow,
    state: stateOf(workflow, a, b),
    ...one,
    artifacts: [...one.artifacts].sort(),
  }));
  return all.sort((one, other) => (one.workflow < other.workflow ? -1 : 1));
}

function stateOf(workflow: string, a: Artifacts, b: Artifacts): TouchedWorkflow["state"] {
  const now = b.artifacts.get(workflow);
  if (now === undefined) return "removed";
  const successors = own(now.frontmatter, "superseded_by");
  if (typeof successors === "string" || (Array.isArray(successors) && successors.length > 0))
    return "superseded";
  return a.artifacts.has(workflow) ? "kept" : "added";
}
