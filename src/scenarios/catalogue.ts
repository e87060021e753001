/** The workflows of one snapshot, each compiled once. */

import type { Registry } from "../capabilities/registry.ts";
import { compile } from "../plan/compile.ts";
import type { Plan } from "../plan/plan.ts";
import { requireWorkflow } from "../snapshot/require.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";

export interface Catalogue {
  readonly snapshot: Snapshot;
  readonly registry: Registry;
  /** @throws ScenarioFault, CompileFault, and what reading an artifact throws */
  plan(workflow: string): Promise<Plan>;
}

export function catalogue(snapshot: Snapshot, registry: Registry): Catalogue {
  const plans = new Map<string, Promise<Plan>>();
  return {
    snapshot,
    registry,
    plan(workflow) {
      const known = plans.get(workflow);
      if (known !== undefined) return known;
      const compiled = Promise.resolve().then(() =>
        compile(requireWorkflow(snapshot, workflow), snapshot, registry),
      );
      plans.set(workflow, compiled);
      return compiled;
    },
  };
}
