/** Load, seal and compile, as every command that needs a plan does it. */

import { registry } from "../capabilities/registry.ts";
import { compile } from "../plan/compile.ts";
import type { Plan } from "../plan/plan.ts";
import { openSnapshot, type Snapshot } from "../snapshot/load.ts";
import { requireWorkflow } from "../snapshot/require.ts";
import type { Context } from "./context.ts";

export interface SealOptions {
  readonly expectSeal?: string;
}

export function open({ world, settings }: Context, { expectSeal }: SealOptions = {}): Promise<Snapshot> {
  return openSnapshot(settings.snapshot, world.files, {
    expectSeal: expectSeal ?? (world.env["PGS_EXPECT_SEAL"] || undefined),
  });
}

export async function planOf(workflow: string, context: Context, options: SealOptions = {}): Promise<Plan> {
  return planIn(await open(context, options), workflow);
}

export function planIn(snapshot: Snapshot, workflow: string): Promise<Plan> {
  return compile(requireWorkflow(snapshot, workflow), snapshot, registry);
}
