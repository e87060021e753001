import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { anything, array, optional } from "../input-schema.ts";
import type { ChildResult, Performed } from "../target.ts";
import { type CallEffect, calling } from "../targets/workflows.ts";
import { STATUS_OF } from "./child-status.ts";

interface Worker {
  readonly code: string;
  readonly payload: JsonObject;
}

/**
 * The declaration asks that no workflow waits for another's success and leaves the order of completion open. They
 * run one after the other, as declared: so the same input leaves the same trace, and a replay the same answer. One
 * that waits does not hold back the next.
 */
const EXECUTE_CONCURRENT = calling({
  about: "Runs every declared workflow to its end, whatever becomes of the others.",
  input: { workflows: array, triggered_by: optional(anything) },
  outcomes: ["SUCCESS", "PARTIAL_FAILURE", "BACKEND_ERROR"],
  async run({ workflows }, { call, together }) {
    const workers = workflows.map(parseWorker);
    const malformed = workers.indexOf(undefined);
    if (malformed !== -1) return flaw("WORKFLOW_MALFORMED", malformed);
    const given = workers as readonly Worker[];
    const twice = given.findIndex(({ code }, i) => given.slice(0, i).some((other) => other.code === code));
    if (twice !== -1) return flaw("WORKFLOW_TWICE", twice);
    const results = await together(
      given.map(({ code, payload }) => async (): Promise<JsonObject> => {
        const { end, result } = await call(code, payload);
        return { code, result_status: STATUS_OF[end], outputs: result.results };
      }),
    );
    const hasAll = results.every((one) => one["result_status"] === "SUCCESS");
    return { outcome: hasAll ? "SUCCESS" : "PARTIAL_FAILURE", result: { results, all_succeeded: hasAll } };
  },
});

function parseWorker(item: Json): Worker | undefined {
  const code = isObject(item) ? own(item, "code") : undefined;
  const payload = isObject(item) ? (own(item, "payload") ?? {}) : undefined;
  return typeof code === "string" && isObject(payload) ? { code, payload } : undefined;
}

function flaw(code: string, index: number): Performed<"VIOLATION"> {
  return { outcome: "VIOLATION", reason: { code, index } };
}

const WEIGH = "parcels::WF_WEIGH_V0";
const STAMP = "parcels::WF_STAMP_V0";
const workflows = [{ code: WEIGH, payload: { parcel: "P-1" } }, { code: STAMP }];
const children = (weighed: ChildResult["end"], stamped: ChildResult["end"]) => [
  { workflow: WEIGH, payload: { parcel: "P-1" }, end: weighed },
  { workflow: STAMP, payload: {}, end: stamped },
];

export const csConcurrentWorkflows = {
  code: "capability_side_effects::CS_CONCURRENT_WORKFLOWS_V0",
  about: "Runs several workflows, each independent of how the others end.",
  operations: { EXECUTE_CONCURRENT },
  examples: [
    {
      about: "all succeed",
      op: "EXECUTE_CONCURRENT",
      input: { workflows },
      children: children("succeeded", "succeeded"),
      outcome: "SUCCESS",
      result: {
        results: [
          { code: WEIGH, result_status: "SUCCESS", outputs: {} },
          { code: STAMP, result_status: "SUCCESS", outputs: {} },
        ],
        all_succeeded: true,
      },
    },
    {
      about: "one that fails does not stop the next",
      op: "EXECUTE_CONCURRENT",
      input: { workflows },
      children: children("failed", "succeeded"),
      outcome: "PARTIAL_FAILURE",
      result: {
        results: [
          { code: WEIGH, result_status: "VIOLATION", outputs: {} },
          { code: STAMP, result_status: "SUCCESS", outputs: {} },
        ],
        all_succeeded: false,
      },
    },
    {
      about: "all fail",
      op: "EXECUTE_CONCURRENT",
      input: { workflows },
      children: children("storage", "refused"),
      outcome: "PARTIAL_FAILURE",
      result: { all_succeeded: false },
    },
    {
      about: "results are told apart by their code, so none may stand twice",
      op: "EXECUTE_CONCURRENT",
      input: { workflows: [...workflows, { code: WEIGH }] },
      children: [],
      outcome: "VIOLATION",
    },
  ],
} satisfies CallEffect;
