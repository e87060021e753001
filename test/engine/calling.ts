/** A protocol whose steps call another workflow. */

import { appending, contract, oneContract, type Protocol } from "./trial.ts";

export const PARCEL = "trial::WF_PARCEL_V0";

/** WORK calls a workflow that logs `$.payload.parcel`, once for every step named. */
export function calling(...steps: readonly string[]): Protocol {
  const call = (step: string) => ({
    step,
    side_effect: "capability_side_effects::CS_WORKFLOW_GATEWAY_V0",
    op: "EXECUTE",
    inputs: { workflow_code: PARCEL, payload: { parcel: "$.inputs.parcel" } },
    on_result: { SUCCESS: "continue", NOT_FOUND: "exit", BACKEND_ERROR: "exit" },
  });
  const inputs = { parcel: {} };
  const log = contract([appending("log", { parcel: "$.inputs.parcel", at: "{{timestamp}}" })], { inputs });
  const core = contract(steps.map(call), { inputs });
  const { workflow } = oneContract(log, { code: "CC_LOG_V0", inputs: { parcel: "$.payload.parcel" } });
  const whole = oneContract(core, { inputs: { parcel: "$.payload.parcel" } });
  return { ...whole, others: { [PARCEL]: workflow }, contracts: { ...whole.contracts, CC_LOG_V0: log } };
}
