/** The workflows of one snapshot by name: each is read, verified and compiled when it is first named (SPEC 2). */

import { Fault } from "../errors/base.ts";
import type { Artifact } from "../snapshot/artifact.ts";
import { isFqdn, kindOf } from "../snapshot/fqdn.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { PlanFault } from "./errors.ts";
import { requireInForce } from "./in-force.ts";
import type { FindWorkflow, Plan } from "./plan.ts";

type Compile = (workflow: Artifact, find: FindWorkflow) => Promise<Plan>;

export function findIn(snapshot: Snapshot, compile: Compile): FindWorkflow {
  const plans = new Map<string, Promise<Plan | null>>();
  const find: FindWorkflow = (name) => {
    const plan = plans.get(name) ?? load(name, snapshot, (workflow) => compile(workflow, find));
    plans.set(name, plan);
    return plan;
  };
  return find;
}

async function load(
  name: string,
  snapshot: Snapshot,
  compile: (workflow: Artifact) => Promise<Plan>,
): Promise<Plan | null> {
  if (!isFqdn(name) || kindOf(name) !== "WF") return null;
  try {
    const workflow = snapshot.artifact(name);
    if (workflow === undefined) return null;
    const plan = await compile(workflow);
    requireInForce(plan);
    return plan;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const facts = { workflow: name, refusal: error.code };
    throw new PlanFault("compile", "WF", "WORKFLOW_REFUSED", facts, { cause: error });
  }
}
