/** Performs and probes the operations of `targets/host.ts`. */

import { deepFreeze } from "../../json/value.ts";
import type { Remote } from "../../ports.ts";
import { absent, type EffectStart, unclear } from "../evidence.ts";
import type { EffectCall, Performed, Probe, ProbePorts, Unprobed } from "../target.ts";
import type { HostOperation } from "../targets/host.ts";
import { readHostPolicy } from "./host-policy.ts";
import { policyReason } from "./policy-flaw.ts";
import { answerWithin, looked, probeWithin } from "./time-limit.ts";

export async function performHost(
  operation: HostOperation,
  { inputs, policy, effectKey }: EffectCall,
  { timer }: Pick<Remote, "timer">,
): Promise<Performed> {
  const read = readHostPolicy(operation.config, policy);
  if ("flaws" in read) return { outcome: "BACKEND_ERROR", reason: policyReason(read.flaws) };
  const call = { schema: operation.input, inputs: deepFreeze(structuredClone(inputs)) };
  return answerWithin({ timer, policy }, call, (input, signal) =>
    operation.run(input, read.config, Object.freeze({ effectKey, signal })),
  );
}

export async function probeHost(
  { probe, config, input: schema }: HostOperation,
  { inputs, policy, effectKey }: EffectCall,
  { since }: EffectStart,
  { remote }: ProbePorts,
): Promise<Probe | Unprobed> {
  const read = readHostPolicy(config, policy);
  // The code is not called with such a policy.
  if ("flaws" in read) return looked(absent());
  if (probe === null) return looked(unclear("NOT_VISIBLE"));
  if (remote === null) return { because: "NOT_ASKED", evidence: {} };
  const call = { schema, inputs: deepFreeze(structuredClone(inputs)) };
  return probeWithin({ timer: remote.timer, policy }, call, (input, signal) =>
    probe(input, read.config, Object.freeze({ effectKey, signal, since })),
  );
}
