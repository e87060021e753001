/** The protocols that the traces of a command are on. */

import type { FindKept } from "../examine/protocol.ts";
import type { Digest } from "../json/canonical.ts";
import { TextMemory } from "../json/text-memory.ts";
import type { KeptProtocols, RunStart } from "../ledger/protocols/open.ts";
import { foldersAbove } from "../ledger/trace-names.ts";
import type { Plan } from "../plan/plan.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { type RecordedPlan, recordedPlan } from "../workspace/recorded-plan.ts";
import { type Context, shortPath } from "./context.ts";
import { open, planOf, requiredSignatures } from "./load.ts";
import type { Trust } from "./trust.ts";

/** How much is remembered, by the length of the paths and names: that of about a hundred plans. */
const MOST_KNOWN = 2 ** 14;

/**
 * Reads and compiles once what several traces are on. A context has the workspace of the trace that is asked for, and all
 * are made alike, as `besideTrace` or as `besideRecord`.
 */
export class Protocols {
  readonly #trust: Trust;
  readonly #snapshots = new TextMemory<Promise<Snapshot>>(MOST_KNOWN);
  readonly #plans = new TextMemory<Promise<Plan>>(MOST_KNOWN);
  readonly #kept = new TextMemory<Promise<KeptProtocols>>(MOST_KNOWN);

  constructor(trust: Trust) {
    this.#trust = trust;
  }

  /** The snapshot at hand. @throws Fault */
  snapshot(context: Context): Promise<Snapshot> {
    return this.#snapshots.recall(placeOf(context), () => open(context, this.#trust));
  }

  /** The plan of a workflow of the snapshot at hand. @throws Fault */
  plan(workflow: string, context: Context): Promise<Plan> {
    return this.#plans.recall(placeOf(context, workflow), () => planOf(workflow, context, this.#trust));
  }

  /** What the seal at hand must be, that of a kept protocol must be, too. `trace` is the file, as it was given. */
  findKept(trace: string, context: Context): FindKept {
    const { platform, settings } = context;
    return async (start, roots) => {
      const kept = await this.#kept.recall(placeOf(context), () => keptProtocols(this.#trust, context));
      const folders = new Set([...foldersAbove(context.path(trace)), settings.traces]);
      const found = await kept.find(start, roots, [...folders]);
      return found === null ? null : { ...found, file: shortPath(found.file, platform.cwd) };
    };
  }

  /** The plan that a recorded run was on. @throws Fault */
  recordedPlan(
    trace: string,
    start: RunStart,
    roots: ReadonlySet<Digest>,
    context: Context,
  ): Promise<RecordedPlan> {
    const here = () => this.plan(start.workflow_code, context);
    return recordedPlan(start, here, () => this.findKept(trace, context)(start, roots));
  }
}

function placeOf({ settings }: Context, workflow?: string): string {
  return JSON.stringify([settings.workspace, settings.snapshot, workflow]);
}

async function keptProtocols(trust: Trust, context: Context): Promise<KeptProtocols> {
  const { platform, settings } = context;
  const protocols = await import("../ledger/protocols/open.ts");
  return new protocols.KeptProtocols({
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
