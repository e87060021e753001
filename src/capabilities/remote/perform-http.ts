/** Performs and probes the operations of `targets/http.ts`. */

import { deepFreeze } from "../../json/value.ts";
import type { Http, Remote } from "../../ports.ts";
import { absent, type EffectStart, unclear } from "../evidence.ts";
import type { EffectCall, Performed, Probe, ProbePorts, Unprobed } from "../target.ts";
import type { HttpOperation } from "../targets/http.ts";
import { httpClient, type RecordingClient } from "./http-client.ts";
import { type HttpPolicy, readHttpPolicy } from "./http-policy.ts";
import { policyReason } from "./policy-flaw.ts";
import { answerWithin, looked, probeWithin } from "./time-limit.ts";

export async function performHttp(
  operation: HttpOperation,
  { inputs, policy, effectKey }: EffectCall,
  { http, timer }: Remote,
): Promise<Performed> {
  const read = readHttpPolicy(policy);
  if ("flaws" in read) return { outcome: "BACKEND_ERROR", reason: policyReason(read.flaws) };
  return withClient(
    { policy: read.policy, http, effectKey, isReading: false },
    async ({ client, requests }) => {
      const frozen = deepFreeze(policy);
      const call = { schema: operation.input, inputs };
      const performed = await answerWithin({ timer, policy }, call, (input) =>
        operation.run(input, client, frozen),
      );
      return requests.length === 0 ? performed : { ...performed, requests: [...requests] };
    },
  );
}

export async function probeHttp(
  { probe, input: schema }: HttpOperation,
  { inputs, policy, effectKey }: EffectCall,
  { since }: EffectStart,
  { remote }: ProbePorts,
): Promise<Probe | Unprobed> {
  const read = readHttpPolicy(policy);
  // Nothing is sent with such a policy.
  if ("flaws" in read) return looked(absent());
  if (probe === null) return looked(unclear("NOT_VISIBLE"));
  if (remote === null) return { because: "NOT_ASKED", evidence: {} };
  const { http, timer } = remote;
  return withClient({ policy: read.policy, http, effectKey, isReading: true }, ({ client }) => {
    const frozen = deepFreeze(policy);
    return probeWithin({ timer, policy }, { schema, inputs }, (input) =>
      probe(input, client, frozen, { since }),
    );
  });
}

interface ClientNeeds {
  readonly policy: HttpPolicy;
  readonly http: Http;
  readonly effectKey: string;
  readonly isReading: boolean;
}

/** Nothing is sent any more when the work is over. */
async function withClient<T>(needs: ClientNeeds, work: (client: RecordingClient) => Promise<T>): Promise<T> {
  const client = httpClient(needs);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}
