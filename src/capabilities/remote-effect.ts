/**
 * How a side effect is declared that reaches beyond this program: over http, or by code of the host. What both have in
 * common; each is one file in `targets/`.
 */

import type { JsonObject } from "../json/value.ts";
import type { OutsideTarget, SecondTime } from "./target.ts";

/**
 * What an operation promises. `reads`: it changes nothing. `idempotent`: a second time with the same input changes
 * nothing, so it may be tried again. `repeats`: every time counts.
 */
export type RemoteSemantics = "reads" | "idempotent" | "repeats";

/** What the probe of an operation answers. */
export type RemoteEvidence =
  | {
      readonly state: "done";
      /** What the operation answers for it: a run that goes on needs it. */
      readonly result: JsonObject;
      readonly evidence?: JsonObject;
    }
  | { readonly state: "absent"; readonly evidence?: JsonObject }
  | { readonly state: "unclear"; readonly evidence?: JsonObject };

interface RemoteOperation {
  readonly semantics: RemoteSemantics;
  readonly probe: unknown;
}

/** What both kinds of target answer alike. */
export const remoteTarget = {
  answers: "recorded",
  needsPath: false,
  hasDryRun: false,
  callsWorkflows: false,
  isReading: ({ semantics }: RemoteOperation) => semantics === "reads",
  secondTime: ({ semantics }: RemoteOperation): SecondTime =>
    semantics === "repeats" ? "repeats" : "same-input",
  isVisible: ({ probe }: RemoteOperation) => probe !== null,
} satisfies Partial<OutsideTarget<RemoteOperation>>;

/** Whether what an effect answered depends on more than its policy. */
export function isWorthRetrying({ reason = {} }: { readonly reason?: JsonObject | undefined }): boolean {
  return reason["code"] !== POLICY_INVALID;
}

/** The code of the reason of an operation that was not performed, because its policy is none. */
export const POLICY_INVALID = "POLICY_INVALID";

/** @throws TypeError where the operation could not say that what it reaches is out of reach */
export function requireBackendError(name: string, outcomes: readonly string[]): void {
  if (!outcomes.includes("BACKEND_ERROR"))
    throw new TypeError(`${name} must declare the outcome BACKEND_ERROR`);
}

/** The code of the reason of an operation that did not end in time: what it did, nobody knows. */
export const TIME_LIMIT = "TIME_LIMIT";
