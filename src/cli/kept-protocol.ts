/** The protocols that were kept beside traces, as the command line looks for them. */

import { Fault } from "../errors/base.ts";
import { checkSnapshot } from "../examine/allowed.ts";
import type { FindKept } from "../examine/protocol.ts";
import type { Digest } from "../json/canonical.ts";
import type { OpenedProtocol, RunStart, UnusableProtocol } from "../ledger/protocols/open.ts";
import { foldersAbove } from "../ledger/trace-names.ts";
import type { Plan } from "../plan/plan.ts";
import { type Context, shortPath } from "./context.ts";
import { planOf, requiredSignatures } from "./load.ts";
import type { Trust } from "./trust.ts";

/** What the seal at hand must be, that of a kept protocol must be, too. `trace` is the file, as it was given. */
export function findKept(trace: string, trust: Trust, context: Context): FindKept {
  return async (start, roots) => {
    const found = await openKept(trace, start, roots, trust, context);
    return found === null ? null : { ...found, file: shortPath(found.file, context.platform.cwd) };
  };
}

async function openKept(
  trace: string,
  start: RunStart,
  roots: Iterable<Digest>,
  trust: Trust,
  context: Context,
): Promise<OpenedProtocol | UnusableProtocol | null> {
  const { platform, settings } = context;
  const { openProtocol } = await import("../ledger/protocols/open.ts");
  return openProtocol(start, roots, {
    folders: [...new Set([...foldersAbove(context.path(trace)), settings.traces])],
    ports: platform,
    options: {
      expectSeal: trust.root,
      requireSigned: trust.signatures === 0 ? undefined : await requiredSignatures(trust, context),
      checked: platform.openCheckCache(platform.env),
    },
  });
}

/** A plan, and the file that its protocol was kept in; null for the snapshot at hand. */
export interface RecordedPlan {
  readonly plan: Plan;
  readonly kept: string | null;
}

/**
 * The plan that a recorded run was on: of the snapshot at hand or, where that is another, of what was kept beside the
 * trace. Where that is none either, it is the one at hand. @throws Fault
 */
export async function recordedPlan(
  trace: string,
  start: RunStart,
  roots: ReadonlySet<Digest>,
  trust: Trust,
  context: Context,
): Promise<RecordedPlan> {
  const here = await attempted(() => planOf(start.workflow_code, context, trust));
  const isSame = "done" in here && checkSnapshot(here.done, start, 1).length === 0;
  const kept = isSame ? null : await findKept(trace, trust, context)(start, roots);
  if (kept !== null && "plan" in kept) {
    const plan = await attempted(() => kept.plan(start.workflow_code));
    if ("done" in plan && checkSnapshot(plan.done, start, 1).length === 0)
      return { plan: plan.done, kept: kept.file };
  }
  if ("done" in here) return { plan: here.done, kept: null };
  throw here.failed;
}

async function attempted<T>(
  work: () => Promise<T>,
): Promise<{ readonly done: T } | { readonly failed: unknown }> {
  try {
    return { done: await work() };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { failed: error };
  }
}
