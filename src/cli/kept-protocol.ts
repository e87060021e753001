/** The protocols that were kept beside traces, as the command line looks for them. */

import type { FindKept, KeptProtocol, UnusableProtocol } from "../examine/protocol.ts";
import type { Digest } from "../json/canonical.ts";
import type { RunStart } from "../ledger/protocols/open.ts";
import { foldersAbove } from "../ledger/trace-names.ts";
import { type RecordedPlan, recordedPlan } from "../workspace/recorded-plan.ts";
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
): Promise<KeptProtocol | UnusableProtocol | null> {
  const { platform, settings } = context;
  const { openProtocol } = await import("../ledger/protocols/open.ts");
  return openProtocol(start, roots, {
    folders: [...new Set([...foldersAbove(context.path(trace)), settings.traces])],
    ports: platform,
    own: settings.traces,
    isOfAnother: platform.isOfAnother,
    options: {
      expectSeal: trust.root,
      requireSigned: trust.signatures === 0 ? undefined : await requiredSignatures(trust, context),
      checked: platform.openCheckCache(platform.env),
    },
  });
}

/** The plan that a recorded run was on. @throws Fault */
export function planOfRecord(
  trace: string,
  start: RunStart,
  roots: ReadonlySet<Digest>,
  trust: Trust,
  context: Context,
): Promise<RecordedPlan> {
  const here = () => planOf(start.workflow_code, context, trust);
  return recordedPlan(start, here, () => findKept(trace, trust, context)(start, roots));
}
