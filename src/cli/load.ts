/** Load, seal and compile, as every command that needs a plan does it. */

import { registry } from "../capabilities/registry.ts";
import { UsageFault } from "../faults.ts";
import { compile } from "../plan/compile.ts";
import type { Plan } from "../plan/plan.ts";
import { openSnapshot, type Snapshot } from "../snapshot/load.ts";
import { requireWorkflow } from "../snapshot/require.ts";
import type { Context } from "./context.ts";

export interface TrustOptions {
  /** Files of the public keys that are trusted. */
  readonly key?: readonly string[];
  /** By how many of them; true when the number is not said. */
  readonly requireSignature?: number | true;
}

export interface SealOptions extends TrustOptions {
  readonly expectSeal?: string;
}

/** With `putOff`, nothing of the snapshot is to be used before it is compiled, which does the checks put off. */
export async function open(context: Context, options: SealOptions = {}, putOff = false): Promise<Snapshot> {
  const { world, settings } = context;
  const needed = neededSignatures(options, context);
  return openSnapshot(settings.snapshot, world.files, {
    expectSeal: options.expectSeal ?? (world.env["PGS_EXPECT_SEAL"] || undefined),
    requireSigned:
      needed === 0 ? undefined : (await import("./trust.ts")).requireSigned(options, needed, context),
    checked: world.openCheckCache(world.env),
    putOff,
  });
}

/** How many trusted keys must have signed. To name a key is to ask for its signature. @throws UsageFault */
export function neededSignatures({ key, requireSignature }: TrustOptions, { world }: Context): number {
  if (typeof requireSignature === "number") return requireSignature;
  const always = world.env["PGS_REQUIRE_SIGNATURE"] || "0";
  if (!/^\d{1,6}$/.test(always)) {
    const message = "$PGS_REQUIRE_SIGNATURE is not a whole number";
    throw new UsageFault("BAD_USAGE", { message, hint: "set it to 1, or to how many trusted keys must sign" });
  }
  return Math.max(Number(always), requireSignature === true || key !== undefined ? 1 : 0);
}

export async function planOf(workflow: string, context: Context, options: SealOptions = {}): Promise<Plan> {
  return planIn(await open(context, options, true), workflow);
}

export function planIn(snapshot: Snapshot, workflow: string): Promise<Plan> {
  return compile(requireWorkflow(snapshot, workflow), snapshot, registry);
}
