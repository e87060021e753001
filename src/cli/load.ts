/** Load, seal and compile, as every command that needs a plan does it. */

import { compile } from "../plan/compile.ts";
import { CompileFault } from "../plan/errors.ts";
import type { Plan } from "../plan/plan.ts";
import { openSnapshot } from "../snapshot/load.ts";
import { requireWorkflow } from "../snapshot/require.ts";
import type { SnapshotSeal } from "../snapshot/seal.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Context } from "./context.ts";
import type { Trust } from "./trust.ts";

/**
 * The snapshot, the one at `folder` where that is given. With `putOff`, nothing of it is to be used before it is
 * compiled, which does the checks put off.
 * @throws SnapshotFault, SealFault, UsageFault
 */
export async function open(
  context: Context,
  trust: Trust,
  folder: string = context.settings.snapshot,
  putOff = false,
): Promise<Snapshot> {
  const { platform } = context;
  return openSnapshot(folder, platform.files, {
    from: context.settings,
    expectSeal: trust.root,
    requireSigned: trust.signatures === 0 ? undefined : await requiredSignatures(trust, context),
    checked: platform.openCheckCache(platform.env),
    putOff,
  });
}

/** Refuses a seal without the signatures that are required. @throws UsageFault */
export async function requiredSignatures(
  trust: Trust,
  context: Context,
): Promise<(seal: SnapshotSeal) => void> {
  const [{ signatureCheck }, { sealRequirements }] = await Promise.all([
    import("../snapshot/seal-signatures.ts"),
    import("./signatures.ts"),
  ]);
  return signatureCheck(sealRequirements(trust, context));
}

/** For a command that reads the snapshot in its own way. @throws SealFault, UsageFault for one that `open` refuses */
export async function requireTrust(trust: Trust, context: Context): Promise<void> {
  if (trust.root !== undefined || trust.signatures > 0) await open(context, trust);
}

export async function planOf(workflow: string, context: Context, trust: Trust): Promise<Plan> {
  return planIn(await open(context, trust, undefined, true), workflow, context);
}

export async function planIn(snapshot: Snapshot, workflow: string, context: Context): Promise<Plan> {
  try {
    return await compile(requireWorkflow(snapshot, workflow), snapshot, context.workflowRegistry);
  } catch (error) {
    if (!(error instanceof CompileFault)) throw error;
    throw await (await import("./authored-places.ts")).placeReasons(error, snapshot, context);
  }
}
