/** One run from an accepted payload to a closed trace: load, seal and compile lie before, rendering after. */

import type { Durability } from "../capabilities/target.ts";
import { type Digest, digestOf } from "../json/canonical.ts";
import { TRACE_LIMITS, type TraceLimits } from "../json/limits.ts";
import type { JsonObject } from "../json/value.ts";
import type { Plan } from "../plan/plan.ts";
import type { Ports, Remote, TraceFolder } from "../ports.ts";
import type { Stores } from "../storage/stores.ts";
import { type EventBody, MAIN_RUN, type TraceEvent } from "../trace/event.ts";
import { openJournal } from "../trace/journal.ts";
import type { RunEnding } from "./advance.ts";
import { execute } from "./execute.ts";
import type { StepExecutor } from "./executor.ts";
import { requireLineSize } from "./limits.ts";
import { createLiveExecutor } from "./live-executor.ts";
import { Redactor } from "./redaction.ts";

export interface RunRequest extends Pick<Ports, "clock" | "entropy" | "mail"> {
  readonly plan: Plan;
  readonly payload: JsonObject;
  readonly stores: Stores;
  /** Servers and code of the host; without them, no effect that needs them is performed. */
  readonly remote?: Remote;
  /** May number the name where it is taken, `_2`, `_3`; a trace of another name does not replay. */
  readonly openTrace: (id: string) => TraceFolder;
  readonly durability: Durability;
  readonly maxHops: number;
  /** Of the whole trace. */
  readonly limits?: TraceLimits;
  readonly runtime: { readonly name: string; readonly version: string };
  readonly actor?: string;
  /** Puts other conclusions in the place of those that are performed. */
  readonly wrapExecutor?: (performed: StepExecutor) => StepExecutor;
  /** Keeps the secrets of the run out of its trace, and knows them afterwards; without one, the run makes its own. */
  readonly redactor?: Redactor;
  /** Ends the run before its next step, with a refusal on record. */
  readonly signal?: AbortSignal | undefined;
  /** Told every event after it was appended. */
  readonly listen?: (event: TraceEvent) => void;
}

export interface TracedRun {
  readonly traceId: string;
  readonly folder: string;
  readonly head: Digest;
  readonly ending: RunEnding;
}

/** @throws TraceFault when the trace cannot be written; the run stops there. */
export async function run(request: RunRequest): Promise<TracedRun> {
  const { plan, payload, clock, entropy, stores, mail, durability, maxHops, runtime, actor, listen } = request;
  const { remote = null } = request;
  const { wrapExecutor = (performed) => performed, limits = TRACE_LIMITS } = request;
  const { redactor = new Redactor(() => entropy.hex(16)) } = request;
  redactor.add(MAIN_RUN, plan);
  const begun = new Date(clock.now()).toISOString();
  const trace = request.openTrace(traceId(plan, redactor.payload(MAIN_RUN, payload), begun));
  try {
    const check = (event: EventBody, bytes: number) => requireLineSize(event, bytes, limits.eventBytes);
    const options = { executionId: trace.id, clock, check };
    const journal = openJournal(trace.file, listen === undefined ? options : { ...options, listen });
    const input = {
      executionId: trace.id,
      run: MAIN_RUN,
      payload,
      clock: begun,
      maxHops,
      recordsEvaluations: true,
      runtime,
      micros: () => clock.micros(),
      ...(actor === undefined ? {} : { actor }),
    };
    const executor = wrapExecutor(
      createLiveExecutor({
        stores,
        clock,
        entropy,
        mail,
        remote,
        limits,
        durability,
        signal: request.signal,
        journal: {
          append: (event) => journal.append(redactor.mask(event)),
          sync: () => journal.sync(),
          get bytes() {
            return journal.bytes;
          },
        },
        onBeginRun: (nested, called) => redactor.add(nested, called),
      }),
    );
    const { fault, results: _, ...ending } = await execute(plan, input, executor);
    if (durability === "device") journal.sync();
    const redacted = fault === undefined ? ending : { ...ending, fault: redactor.fault(fault) };
    return { traceId: trace.id, folder: trace.folder, head: journal.head, ending: redacted };
  } finally {
    trace.file.close();
  }
}

/** What entropy is seeded with, so that two runs do not draw the same for the same seed alone. */
export function entropySeed(seed: string, { workflow }: Plan, payload: JsonObject): string {
  return `${seed} ${workflow.fqdn} ${digestOf(payload)}`;
}

/** `YYYYMMDDTHHMMSSmmmZ__<WF code>__<8 hex of what is run on what>` (SPEC 5). */
export function traceId(plan: Plan, payload: JsonObject, begun: string): string {
  const what = digestOf({ snapshot: plan.snapshot.root, workflow: plan.workflow.fqdn, payload });
  return `${begun.replace(/[-:.]/g, "")}__${plan.workflow.code}__${what.slice(0, 8)}`;
}
