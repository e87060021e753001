/** Nested workflows: a step of one run begins another, inside the same trace (SPEC 4.9). */

import type { ChildResult } from "../capabilities/target.ts";
import { RunFault } from "../errors/base.ts";
import { pointer } from "../json/pointer.ts";
import type { JsonObject } from "../json/value.ts";
import type { Contract, Plan } from "../plan/plan.ts";
import { spaces } from "../plan/secrets.ts";
import type { RunEnding } from "./advance.ts";
import { EngineFault, RunCancelled, STORAGE_CODES } from "./errors.ts";
import { errorEvent } from "./events.ts";
import { endsTrace, requireRoomForRun, requireStorableIn } from "./limits.ts";
import type { RunInput, RunState } from "./run-state.ts";

/** How many runs may stand between the main run and the innermost. */
export const DEPTH_LIMIT = 16;

/** How a run ended, and what its contracts published. */
export interface RunResult extends RunEnding {
  readonly results: JsonObject;
}

export type RunChild = (plan: Plan, input: RunInput) => Promise<RunResult>;

/** What a step of `parent` calls other workflows with; each call is the parent's next nested run. */
export function createChildRunner(parent: RunState, runChild: RunChild): RunState["call"] {
  let count = 0;
  return async (workflow, payload, contract) => {
    requireRoomForRun(parent);
    const plan = await find(workflow, payload, contract, parent, `${parent.input.run}.${count + 1}`);
    if (plan === null) return ended("unknown", "WORKFLOW_UNKNOWN");
    count++;
    if (plan instanceof RunFault) return ended("refused", plan.code);
    const result = await runChild(plan, nestedInput(parent, plan, payload, `${parent.input.run}.${count}`));
    if (result.fault !== undefined && endsTrace(result.fault.code)) throw result.fault;
    return toChildResult(result);
  };
}

/** Null for a name the snapshot does not hold; a refusal is an event of the run that it prevents. */
async function find(
  workflow: string,
  payload: JsonObject,
  contract: Contract,
  { plan: { called }, emit }: RunState,
  run: string,
): Promise<Plan | RunFault | null> {
  try {
    const plan = await called(workflow);
    if (plan === null) return null;
    if (depthOf(run) > DEPTH_LIMIT)
      throw new EngineFault("walk", "WF", "DEPTH_LIMIT", { workflow, limit: DEPTH_LIMIT });
    assertSecretsDeclared(plan, contract);
    requireStorableIn(payload, "execution_start");
    return plan;
  } catch (fault) {
    if (!(fault instanceof RunFault)) throw fault;
    emit(errorEvent(run, fault));
    return fault;
  }
}

/** How many runs stand above it. */
function depthOf(run: string): number {
  return run.split(".").length - 1;
}

/**
 * A payload field that a called workflow suppresses has gone through its caller's events already, so the calling
 * contract must suppress a field of that name, too; its plan then follows the value back to where it came from.
 */
function assertSecretsDeclared({ workflow, secrets }: Plan, contract: Contract): void {
  for (const path of secrets?.paths.get(spaces.payload) ?? []) {
    if (path.some((name) => contract.suppressed.has(name))) continue;
    const facts = { workflow: workflow.fqdn, contract: contract.fqdn, field: pointer(path) };
    throw new EngineFault("contract", "CC", "SECRETS_NOT_DECLARED", facts);
  }
}

function nestedInput(
  { input, executor, cursor }: RunState,
  plan: Plan,
  payload: JsonObject,
  run: string,
): RunInput {
  const { actor: _, isPayloadStrict: __, isDryRun: ___, ...shared } = input;
  const parent = { run: input.run, node: cursor.node as string, step: cursor.step as string };
  return { ...shared, run, parent, payload, clock: executor.beginRun(run, plan) };
}

function toChildResult({ status, outcome, exitReason, fault, results }: RunResult): ChildResult {
  if (status === "CANCELLED") throw new RunCancelled();
  const result = { status, outcome, exit_reason_code: exitReason, results };
  return { end: fault === undefined ? endOf(status, exitReason) : "refused", result };
}

function endOf(status: RunEnding["status"], exitReason: string): ChildResult["end"] {
  if (status === "SUCCESS") return "succeeded";
  if (exitReason === "EXIT_BACKEND_ERROR" || STORAGE_CODES.has(exitReason)) return "storage";
  return exitReason === "EXIT_NOT_FOUND" ? "not-found" : "failed";
}

function ended(end: "unknown" | "refused", exitReason: string): ChildResult {
  return { end, result: { status: "FAILED", outcome: null, exit_reason_code: exitReason, results: {} } };
}
