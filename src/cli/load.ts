/** Load, seal and compile, as every command that needs a plan does it. */

import { registry } from "../capabilities/registry.ts";
import { compile } from "../plan/compile.ts";
import type { Plan } from "../plan/plan.ts";
import { openSnapshot, type Snapshot } from "../snapshot/load.ts";
import { requireWorkflow } from "../snapshot/require.ts";
import type { Context } from "./context.ts";
import { UsageFault } from "./errors.ts";

export interface TrustOptions {
  /** Files of the public keys that are trusted. */
  readonly key?: readonly string[];
  /** By how many of them; true when the number is not said. */
  readonly requireSignature?: number | true;
}

export interface SealOptions extends TrustOptions {
  readonly expectSeal?: string;
}

/**
 * The snapshot, the one at `folder` where that is given. With `putOff`, nothing of it is to be used before it is
 * compiled, which does the checks put off.
 * @throws SnapshotFault, SealFault, UsageFault
 */
export async function open(
  context: Context,
  options: SealOptions = {},
  folder: string = context.settings.snapshot,
  putOff = false,
): Promise<Snapshot> {
  const { platform } = context;
  const needed = neededSignatures(options, context);
  return openSnapshot(folder, platform.files, {
    from: context.settings,
    expectSeal: pinnedRoot(options, context),
    requireSigned:
      needed === 0 ? undefined : (await import("./trust.ts")).requireSigned(options, needed, context),
    checked: platform.openCheckCache(platform.env),
    putOff,
  });
}

/** The only sealed root that is allowed, if any. */
export function pinnedRoot({ expectSeal }: SealOptions, { platform }: Context): string | undefined {
  return expectSeal ?? (platform.env["PGS_EXPECT_SEAL"] || undefined);
}

/** For a command that reads the snapshot in its own way. @throws SealFault, UsageFault for one that `open` refuses */
export async function requireTrust(options: SealOptions, context: Context): Promise<void> {
  if (pinnedRoot(options, context) === undefined && neededSignatures(options, context) === 0) return;
  await open(context, options);
}

/** How many trusted keys must have signed. To name a key is to ask for its signature. @throws UsageFault */
export function neededSignatures({ key, requireSignature }: TrustOptions, { platform }: Context): number {
  if (typeof requireSignature === "number") return requireSignature;
  const always = platform.env["PGS_REQUIRE_SIGNATURE"] || "0";
  if (!/^\d{1,6}$/.test(always)) {
    const message = "$PGS_REQUIRE_SIGNATURE is not a whole number";
    throw new UsageFault("BAD_USAGE", { message, hint: "set it to the number of trusted signatures required" });
  }
  return Math.max(Number(always), requireSignature === true || key !== undefined ? 1 : 0);
}

export async function planOf(workflow: string, context: Context, options: SealOptions = {}): Promise<Plan> {
  return planIn(await open(context, options, undefined, true), workflow);
}

export function planIn(snapshot: Snapshot, workflow: string): Promise<Plan> {
  return compile(requireWorkflow(snapshot, workflow), snapshot, registry);
}
