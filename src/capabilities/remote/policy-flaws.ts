/** What can be seen of a policy before anything runs. */

import type { JsonObject } from "../../json/value.ts";
import type { Operation } from "../effect.ts";
import { readHostPolicy } from "./host-policy.ts";
import { readHttpPolicy } from "./http-policy.ts";
import type { PolicyFlaw } from "./policy-flaw.ts";

/** Why an operation would answer `BACKEND_ERROR` under the policy without being performed. */
export function policyFlaws(operation: Operation, policy: JsonObject): readonly PolicyFlaw[] {
  const { target } = operation;
  if (target === "clock") return operation.policyFlaws(policy);
  if (target !== "http" && target !== "host") return [];
  const read = target === "http" ? readHttpPolicy(policy) : readHostPolicy(operation.config, policy);
  return "flaws" in read ? read.flaws : [];
}
