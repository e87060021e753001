/** The stores of a run that uses none: nothing has to be there to find out what running it again would do. */

import { targetOf } from "../../capabilities/effect.ts";
import type { Plan } from "../../plan/plan.ts";
import type { OverlayStores, Stores } from "../../storage/stores.ts";

/** Whether a step names a store or calls a workflow, which may, or admission looks for a record. */
export function usesStores({ nodes, admission }: Plan): boolean {
  if (admission.requires.length > 0 || admission.forbids.length > 0) return true;
  const steps = [...nodes.values()].flatMap((node) => (node.type === "CC" ? node.contract.steps : []));
  return steps.some((step) => {
    const target = step.kind === "effect" ? targetOf(step.operation) : null;
    return target !== null && (target.needsPath || target.callsWorkflows);
  });
}

const unused = () => {
  throw new Error("a run that uses no store asked for one");
};

const NONE: OverlayStores = {
  at: unused,
  texts: unused,
  events: { find: unused },
  overlay: () => NONE,
  written: () => [],
  content: async () => null,
};

export const WITHOUT_STORES: Stores = NONE;
