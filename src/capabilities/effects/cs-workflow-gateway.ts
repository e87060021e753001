import { object, string } from "../input-schema.ts";
import type { ChildResult } from "../target.ts";
import { type CallEffect, calling } from "../targets/workflows.ts";

/** A business exit is the called workflow's own answer: only what kept it from answering is an outcome here. */
const OUTCOMES = {
  succeeded: "SUCCESS",
  failed: "SUCCESS",
  "not-found": "NOT_FOUND",
  unknown: "NOT_FOUND",
  storage: "BACKEND_ERROR",
  refused: "BACKEND_ERROR",
} as const satisfies Record<ChildResult["end"], string>;

const EXECUTE = calling({
  about: "Runs one workflow; how it ended is the result.",
  input: { workflow_code: string, payload: object },
  outcomes: ["SUCCESS", "NOT_FOUND", "BACKEND_ERROR"],
  async run({ workflow_code, payload }, { call }) {
    const { end, result } = await call(workflow_code, payload);
    const outcome = OUTCOMES[end];
    if (end === "unknown") return { outcome, reason: { code: "UNKNOWN_WORKFLOW", workflow: workflow_code } };
    return { outcome, result: { execution_result: { ...result } } };
  },
});

const WORKFLOW = "parcels::WF_WEIGH_V0";
const input = { workflow_code: WORKFLOW, payload: { parcel: "P-1" } };
const ending = (end: ChildResult["end"]) => [{ workflow: WORKFLOW, payload: { parcel: "P-1" }, end }];

export const csWorkflowGateway = {
  code: "capability_side_effects::CS_WORKFLOW_GATEWAY_V0",
  about: "Runs another workflow of the snapshot inside the same trace.",
  operations: { EXECUTE },
  examples: [
    {
      about: "the called workflow succeeds",
      op: "EXECUTE",
      input,
      children: ending("succeeded"),
      outcome: "SUCCESS",
      result: {
        execution_result: { status: "SUCCESS", outcome: "SUCCESS", exit_reason_code: "COMPLETED", results: {} },
      },
    },
    {
      about: "it takes a declared unhappy path: the call itself succeeded",
      op: "EXECUTE",
      input,
      children: ending("failed"),
      outcome: "SUCCESS",
      result: {
        execution_result: {
          status: "FAILED",
          outcome: "VIOLATION",
          exit_reason_code: "EXIT_VIOLATION",
          results: {},
        },
      },
    },
    { about: "it found nothing", op: "EXECUTE", input, children: ending("not-found"), outcome: "NOT_FOUND" },
    { about: "there is no such one", op: "EXECUTE", input, children: ending("unknown"), outcome: "NOT_FOUND" },
    {
      about: "its storage failed",
      op: "EXECUTE",
      input,
      children: ending("storage"),
      outcome: "BACKEND_ERROR",
    },
    { about: "it was refused", op: "EXECUTE", input, children: ending("refused"), outcome: "BACKEND_ERROR" },
    {
      about: "no payload",
      op: "EXECUTE",
      input: { workflow_code: WORKFLOW },
      children: [],
      outcome: "VIOLATION",
    },
  ],
} satisfies CallEffect;
