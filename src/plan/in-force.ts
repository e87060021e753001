/** Whether a workflow may run, and who is recorded as the one who runs it. */

import { NameFault } from "../snapshot/errors.ts";
import type { Plan } from "./plan.ts";

/** Refuses a workflow that others supersede: it is not in force. @throws NameFault `WORKFLOW_SUPERSEDED` */
export function requireInForce({ workflow, supersededBy }: Pick<Plan, "workflow" | "supersededBy">): void {
  if (supersededBy.length === 0) return;
  throw new NameFault("WORKFLOW_SUPERSEDED", { workflow: workflow.fqdn, superseded_by: supersededBy });
}

/** The actor that the caller states, else the one that the workflow declares. It grants no permission. */
export function actorOf(
  { actorContext }: Pick<Plan, "actorContext">,
  stated: string | undefined,
): string | undefined {
  return stated ?? actorContext ?? undefined;
}
