/** A place in the snapshot that an ending turns on, and what to do about it. */

import type { NodeKey, Plan, PlanNode } from "../../plan/plan.ts";
import { type Fqdn, fileOf, fqdnOfFile, isFqdn, kindOf } from "../../snapshot/fqdn.ts";
import { type Change, changeText, fieldPointer, type Path } from "../../snapshot/hint.ts";

export interface Place {
  readonly artifact: Fqdn;
  readonly file: string;
  /** Path of the field below the artifact's `frontmatter`. */
  readonly path: readonly string[];
  /** What to change or to type. */
  readonly hint: string;
  /**
   * What the hint asks for: to edit this artifact, to do something outside of the snapshot, or nothing, because the
   * protocol declares what happened.
   */
  readonly asks: "edit" | "deed" | "nothing";
}

export function place(artifact: string, path: Path, hint: string, asks: Place["asks"] = "deed"): Place | null {
  const kind = isFqdn(artifact) ? kindOf(artifact) : undefined;
  if (!isFqdn(artifact) || kind === undefined) return null;
  return { artifact, file: fileOf(artifact, kind), path: path.map(String), hint, asks };
}

/** The place of a field that is to be changed; of one that is to be added, the place around it. */
export function edit(artifact: string, path: Path, change: Change, plan: Plan): Place | null {
  const found = place(artifact, change.do === "add" ? path.slice(0, -1) : path, "", "edit");
  if (found === null) return null;
  const { file } = inPlan(found, plan);
  return { ...found, hint: changeText(path, change, plan.snapshot.seal === "sealed" ? file : null) };
}

/** The place in the file that the run has read: in an assembled snapshot, the name does not say in which folder it is. */
export function inPlan(found: Place, { closureFiles }: Plan): Place {
  const read = closureFiles.find(({ path }) => fqdnOfFile(path) === found.artifact);
  return read === undefined ? found : { ...found, file: read.path };
}

/** The JSON Pointer of the place within its artifact's file. */
export function pointerOf({ path }: Place): string {
  return fieldPointer(path);
}

export function contractNode(plan: Plan, key: NodeKey | null): Extract<PlanNode, { type: "CC" }> | undefined {
  const node = key === null ? undefined : plan.nodes.get(key);
  return node?.type === "CC" ? node : undefined;
}
