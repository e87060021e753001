import { type Json, type JsonObject, own } from "../../json/value.ts";
import { object } from "../input-schema.ts";
import { isTruthy } from "../python-json.ts";
import { transform } from "../transform.ts";

/** What a caller of a web service is told about each way a run can end; anything else is the service's fault. */
const STATUS_OF_EXIT: ReadonlyMap<Json, string> = new Map([
  ["EXIT_VIOLATION", "VIOLATION"],
  ["EXIT_REJECTED", "VIOLATION"],
  ["ADMISSION_DENIED", "VIOLATION"],
  ["EXIT_NOT_FOUND", "NOT_FOUND"],
]);
const STATUS_WHEN_UNMAPPED = 500;

export const ctMapResultToHttp = transform({
  code: "capability_transforms::CT_PURE_MAP_RESULT_TO_HTTP_V0",
  about: "The HTTP status and body that report how a workflow ended.",
  input: { execution_result: object, mapping: object },
  result: ["http_status", "response_body", "result_status"],
  violations: [],
  run({ execution_result, mapping }) {
    const status = resultStatus(execution_result);
    const http = own(mapping, status);
    return {
      result: {
        http_status: http === undefined ? STATUS_WHEN_UNMAPPED : http,
        response_body: responseBody(execution_result),
        result_status: status,
      },
    };
  },
  examples: [
    {
      about: "a completed run",
      input: {
        execution_result: {
          status: "SUCCESS",
          exit_reason_code: "COMPLETED",
          trace_id: "t1",
          result_payload: { id: "R1" },
        },
        mapping: { SUCCESS: 201 },
      },
      result: {
        http_status: 201,
        response_body: {
          status: "SUCCESS",
          exit_reason_code: "COMPLETED",
          trace_id: "t1",
          result_payload: { id: "R1" },
        },
        result_status: "SUCCESS",
      },
    },
    {
      about: "a rejected request, with its error, to a caller who maps nothing",
      input: {
        execution_result: {
          status: "FAILED",
          exit_reason_code: "EXIT_REJECTED",
          error_code: "E1",
          message: "no email",
        },
        mapping: {},
      },
      result: {
        http_status: 500,
        response_body: {
          status: "FAILED",
          exit_reason_code: "EXIT_REJECTED",
          trace_id: null,
          result_payload: {},
          error_code: "E1",
          message: "no email",
        },
        result_status: "VIOLATION",
      },
    },
    {
      about: "an empty error is left out",
      input: {
        execution_result: { status: "SUCCESS", error_code: "", message: null },
        mapping: { SUCCESS: 200 },
      },
      result: {
        http_status: 200,
        response_body: { status: "SUCCESS", exit_reason_code: null, trace_id: null, result_payload: {} },
        result_status: "SUCCESS",
      },
    },
    { about: "no mapping", input: { execution_result: {} }, violation: "INPUT_MISSING" },
  ],
});

function resultStatus(result: JsonObject): string {
  if (own(result, "status") === "SUCCESS") return "SUCCESS";
  return STATUS_OF_EXIT.get(own(result, "exit_reason_code") ?? null) ?? "BACKEND_ERROR";
}

function responseBody(result: JsonObject): JsonObject {
  const orElse = (name: string, otherwise: Json): Json => {
    const value = own(result, name);
    return value === undefined ? otherwise : value;
  };
  const errorParts = ["error_code", "message"].filter((name) => isTruthy(own(result, name)));
  return {
    status: orElse("status", "BACKEND_ERROR"),
    exit_reason_code: orElse("exit_reason_code", null),
    trace_id: orElse("trace_id", null),
    result_payload: orElse("result_payload", {}),
    ...Object.fromEntries(errorParts.map((name) => [name, result[name] as Json])),
  };
}
