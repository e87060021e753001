/** One run from an accepted payload to a closed trace: load, seal and compile lie before, rendering after. */

import type { JsonObject } from "../json.ts";
import type { Plan } from "../plan/plan.ts";
import type { Clock, DataRoot, Entropy, TraceFolder } from "../ports.ts";
import { type Digest, digestOf } from "../trace/canonical.ts";
import { MAIN_RUN, type TraceEvent } from "../trace/event.ts";
import { type Durability, openJournal } from "../trace/journal.ts";
import type { Ending } from "./advance.ts";
import { Secrecy } from "./mask.ts";
import { performing } from "./perform.ts";
import { walk } from "./walk.ts";

export interface RunRequest {
  readonly plan: Plan;
  readonly payload: JsonObject;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly data: DataRoot;
  readonly openTrace: (id: string) => TraceFolder;
  readonly durability: Durability;
  readonly maxHops: number;
  readonly runtime: { readonly name: string; readonly version: string };
  readonly actor?: string;
  /** Told every event after it was appended. */
  readonly listen?: (event: TraceEvent) => void;
}

export interface RunResult {
  readonly traceId: string;
  readonly folder: string;
  readonly head: Digest;
  readonly ending: Ending;
}

/** @throws TraceFault when the trace cannot be written; the run stops there. */
export async function run(request: RunRequest): Promise<RunResult> {
  const { plan, payload, clock, entropy, data, durability, maxHops, runtime, actor, listen } = request;
  const secrecy = plan.secrets === null ? null : new Secrecy(plan.secrets, entropy.hex(16));
  const shown = secrecy === null ? payload : secrecy.payload(payload);
  const begun = new Date(clock.now()).toISOString();
  const trace = request.openTrace(traceId(plan, shown, begun));
  try {
    const options = { executionId: trace.id, clock, durability };
    const journal = openJournal(trace.file, listen === undefined ? options : { ...options, listen });
    const input = {
      executionId: trace.id,
      run: MAIN_RUN,
      payload,
      payloadDigest: digestOf(shown),
      clock: begun,
      maxHops,
      runtime,
      micros: () => clock.micros(),
      ...(actor === undefined ? {} : { actor }),
    };
    const say =
      secrecy === null
        ? journal.say
        : (happening: Parameters<typeof journal.say>[0]) => journal.say(secrecy.mask(happening));
    const walked = await walk(plan, input, performing({ data, clock, entropy }), say);
    const ending =
      walked.fault === undefined || secrecy === null
        ? walked
        : { ...walked, fault: secrecy.fault(walked.fault) };
    return { traceId: trace.id, folder: trace.folder, head: journal.head, ending };
  } finally {
    trace.file.close();
  }
}

/** `YYYYMMDDTHHMMSSmmmZ__<WF code>__<8 hex of what is run on what>` (SPEC 5). */
function traceId(plan: Plan, payload: JsonObject, begun: string): string {
  const what = digestOf({ snapshot: plan.snapshot.root, workflow: plan.workflow.fqdn, payload });
  return `${begun.replace(/[-:.]/g, "")}__${plan.workflow.code}__${what.slice(0, 8)}`;
}
