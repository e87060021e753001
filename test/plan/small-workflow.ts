/** A workflow small enough to see at a glance, as the Machine blocks of its artifacts; tests break one thing in it. */

import type { Json } from "../../src/json/value.ts";
import { type Contents, snapshotOf } from "../snapshot/memory-files.ts";

export const EQUAL = "capability_transforms::CT_PURE_COMPARE_EQUAL_V0";
export const APPEND = "capability_side_effects::CS_APPENDONLY_JSONL_V0";

export type Block = { [key: string]: Json };

/** Blocks by full name; each call makes them anew, so that a test may change its own. */
export function smallWorkflow() {
  return {
    "test::WF_X_V0": {
      wf_code: "WF_X_V0",
      runtime_binding: "test::RB_X_V0",
      core: {
        summary: "compare, then write down",
        start_node: "ASK",
        admission: {},
        nodes: {
          ASK: { type: "IN", code: "IN_X_V0", next: { ACK: "DO", NACK: "OUT" } },
          DO: {
            type: "CC",
            code: "CC_X_V0",
            inputs: { a: "$.payload.a", list: ["$.payload.a", 1] },
            next: { SUCCESS: "END", VIOLATION: "OUT", BACKEND_ERROR: "OUT" },
          },
          END: { type: "EXIT", reason: "COMPLETED", emit: "EV_X_V0" },
          OUT: { type: "EXIT" },
        },
      },
    },
    "test::IN_X_V0": { in_code: "IN_X_V0", core: { inputs: { a: { type: "string", required: true } } } },
    "test::CC_X_V0": {
      cc_code: "CC_X_V0",
      core: {
        inputs: { a: { type: "string", required: true }, list: { type: "array" } },
        result_status_contract: {
          allowed: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
          on_input_failure: "VIOLATION",
        },
        pipeline: [
          {
            step: "compare",
            transform: EQUAL,
            inputs: { left: "$.inputs.a", right: "x" },
            outputs: { same: "$.capability_result.is_equal" },
            on_result: { SUCCESS: "judge", VIOLATION: "exit" },
          },
          {
            step: "write",
            side_effect: APPEND,
            op: "APPEND",
            store: "LOG",
            inputs: { record: { same: "$.results.compare.same" } },
            outputs: {},
            on_result: { SUCCESS: "continue", VIOLATION: "exit", BACKEND_ERROR: "exit" },
          },
        ],
        evaluation: { judge: { condition: "$.same == true", on_true: "SUCCESS", on_false: "VIOLATION" } },
      },
    },
    "test::RB_X_V0": {
      rb_code: "RB_X_V0",
      core: { storage_structure: "test::STRUCTURE_X_V0", bindings: { [APPEND]: {} } },
    },
    "test::STRUCTURE_X_V0": {
      structure_code: "STRUCTURE_X_V0",
      core: { entity_stores: { LOG: { path: "{{module_data_root}}/log.jsonl" } } },
    },
    [EQUAL]: {
      ct_code: "CT_PURE_COMPARE_EQUAL_V0",
      core: { inputs: { left: { required: true }, right: { required: true } }, outputs: { is_equal: {} } },
      machine: { implementation: { module: "m", callable: "c" } },
    },
    [APPEND]: {
      cs_code: "CS_APPENDONLY_JSONL_V0",
      core: {
        operations: { APPEND: { result_status_values: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"] } },
        policy: { operations: [] },
      },
      implementation: { module: "m", callable: "c" },
    },
  };
}

/** The blocks as a snapshot; those that are undefined are left out. */
export function asSnapshot(blocks: { readonly [name: string]: Json | undefined }): Contents {
  const present = Object.entries(blocks).filter(([, block]) => block !== undefined);
  return snapshotOf(Object.fromEntries(present.map(([name, block]) => [name, JSON.stringify(block, null, 2)])));
}
