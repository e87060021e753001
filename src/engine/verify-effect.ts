/** Whether a success can be seen where the effect would have left something. */

import type { Operation } from "../capabilities/effect.ts";
import type { EffectStart } from "../capabilities/evidence.ts";
import type { EffectCall, OutsideTarget, Performed, ProbePorts } from "../capabilities/target.ts";
import { StoreFault } from "../errors/ports.ts";

/** The code of the reason of an attempt whose success cannot be seen. */
const NOT_VERIFIED = "NOT_VERIFIED";

/** What was performed, and when it began, RFC 3339 UTC. */
export interface Success {
  readonly performed: Performed;
  readonly since: string;
}

/** The success itself where it is seen, else `BACKEND_ERROR`. */
export async function verifyEffect(
  target: OutsideTarget<Operation>,
  operation: Operation,
  call: EffectCall,
  { performed, since }: Success,
  ports: ProbePorts,
): Promise<Performed> {
  const { result = {}, change, requests } = performed;
  // What was there before counts as what the run changed last: whatever is there now came with this effect, or later.
  const last = change === undefined ? null : { before: null, after: change.before };
  const begun: EffectStart = { effectKey: call.effectKey, since, last, answered: result };
  const { state, ...found } = await look(() => target.probe(operation, call, begun, ports));
  if (state === "done") return performed;
  return {
    outcome: "BACKEND_ERROR",
    reason: { code: NOT_VERIFIED, found: state, ...found },
    ...(change === undefined || state === "absent" ? {} : { change }),
    ...(requests === undefined ? {} : { requests }),
  };
}

/** Whether it was looked for, and nothing of it is there. */
export function isShownAbsent({ reason = {} }: Pick<Performed, "reason">): boolean {
  return reason["code"] === NOT_VERIFIED && reason["found"] === "absent";
}

interface Seen {
  readonly state: "done" | "absent" | "unclear" | "unseen";
  readonly because?: string;
}

/** Places and counts are left out: a trace may not say of a store what its contract suppresses. */
async function look(probe: () => ReturnType<OutsideTarget<Operation>["probe"]>): Promise<Seen> {
  try {
    const probed = await probe();
    if (!("found" in probed)) return { state: "unseen", because: probed.because };
    const { state } = probed.found;
    return state === "unclear" ? { state, because: probed.found.because } : { state };
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    return { state: "unseen", because: `STORE_${error.reason}` };
  }
}
