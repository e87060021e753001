/** Where an outcome leads: pure functions over the plan (SPEC 4.7). */

import type { RunFault } from "../errors/base.ts";
import type { ContractNode, ExitNode, IntentNode, NodeKey } from "../plan/plan.ts";
import { EngineFault } from "./errors.ts";

export interface RunEnding {
  readonly status: "SUCCESS" | "FAILED" | "CANCELLED";
  readonly outcome: string | null;
  readonly exitReason: string;
  /** The refusal that ended the run; absent when it reached an EXIT or was not admitted. */
  readonly fault?: RunFault;
}

/** How a trace ends for now: its run waits, and another session goes on with it. */
export interface Suspension {
  readonly status: "WAITING";
  readonly outcome: null;
  readonly exitReason: null;
  readonly fault?: never;
}

/** The same where its process was told to stop in the middle of it. */
export interface Interruption {
  readonly status: "INTERRUPTED";
  readonly outcome: null;
  readonly exitReason: null;
  readonly fault?: never;
}

export type TraceEnding = RunEnding | Suspension | Interruption;

export const SUSPENSION: Suspension = { status: "WAITING", outcome: null, exitReason: null };
export const INTERRUPTION: Interruption = { status: "INTERRUPTED", outcome: null, exitReason: null };

/** The node an outcome leads to, or null when none is declared. */
export function advance({ next }: IntentNode | ContractNode, outcome: string): NodeKey | null {
  return next.byOutcome.get(outcome) ?? next.otherwise ?? null;
}

export function noTransition({ next }: IntentNode | ContractNode, outcome: string, workflow: string): RunFault {
  return new EngineFault("walk", "WF", "NO_TRANSITION", {
    outcome,
    workflow,
    routed: [...next.byOutcome.keys()],
  });
}

/** A map, because a protocol may call an outcome like a member that every object has. */
const EXIT_CODES: ReadonlyMap<string, string> = new Map([
  ["SUCCESS", "COMPLETED"],
  ["ACK", "COMPLETED"],
  ["NACK", "EXIT_REJECTED"],
]);

/** How a run ends at an EXIT, by the EXIT's reason and the outcome of the last node. */
export function endAt({ reason }: ExitNode, outcome: string): RunEnding {
  const byOutcome = EXIT_CODES.get(outcome) ?? `EXIT_${outcome}`;
  if (reason === "COMPLETED") return { status: "SUCCESS", outcome, exitReason: "COMPLETED" };
  if (reason === "FAILED") {
    return { status: "FAILED", outcome, exitReason: byOutcome === "COMPLETED" ? "EXIT_FAILED" : byOutcome };
  }
  const isSuccess = byOutcome === "COMPLETED" || byOutcome === "EXIT_ALREADY_EXISTS";
  return { status: isSuccess ? "SUCCESS" : "FAILED", outcome, exitReason: byOutcome };
}
