import { isObject, type Json, type JsonObject, type MutableJson, own, setOwn } from "../../json/value.ts";
import { anything, array, object, optional } from "../input-schema.ts";
import type { ChildResult, Performed, RunChildWorkflow } from "../target.ts";
import { type CallEffect, calling } from "../targets/workflows.ts";
import { STATUS_OF } from "./child-status.ts";

/** Which workflow an item runs, and with what payload. */
interface Dispatch {
  workflowOf(item: JsonObject): string | undefined;
  payloadOf(item: JsonObject): JsonObject;
}

/** Items done so far, and the sub-items of all items. */
interface Progress {
  items: number;
  subItems: number;
}

type Halt = Performed<"VIOLATION" | "BACKEND_ERROR">;

const EXECUTE_SEQUENCE = calling({
  about:
    "Runs a workflow for every item in order, those of its sub-items before it; stops at the first that does not succeed.",
  input: {
    sequence: array,
    triggered_by: optional(anything),
    item_wf: object,
    item_sub_sequence: optional(object),
  },
  outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
  async run({ sequence, item_wf, item_sub_sequence }, { call }) {
    const item = parseDispatch(item_wf);
    const sub = item_sub_sequence === undefined ? null : parseSub(item_sub_sequence);
    if (item === undefined) return flaw("ITEM_WF_MALFORMED");
    if (sub === undefined) return flaw("ITEM_SUB_SEQUENCE_MALFORMED");
    const progress: Progress = { items: 0, subItems: 0 };
    const halt = await runItems(sequence, { item, sub, call, progress });
    const result = { items_processed: progress.items, sub_items_processed: progress.subItems };
    return halt === undefined ? { outcome: "SUCCESS", result } : { ...halt, result };
  },
});

interface Loop {
  readonly item: Dispatch;
  readonly sub: { readonly field: string; readonly dispatch: Dispatch } | null;
  readonly call: RunChildWorkflow;
  readonly progress: Progress;
}

async function runItems(sequence: readonly Json[], loop: Loop): Promise<Halt | undefined> {
  for (const [index, item] of sequence.map(fieldsOf).entries()) {
    const halt =
      (await runSubItems(item, index, loop)) ?? (await runOne(item, loop.item, loop.call, { index }));
    if (halt !== undefined) return halt;
    loop.progress.items++;
  }
  return undefined;
}

/** What is no object has no fields: the workflow it would run says what it lacks. */
function fieldsOf(item: Json): JsonObject {
  return isObject(item) ? item : {};
}

async function runSubItems(item: JsonObject, index: number, loop: Loop): Promise<Halt | undefined> {
  if (loop.sub === null) return undefined;
  const items = own(item, loop.sub.field) ?? [];
  if (!Array.isArray(items)) return flaw("SUB_ITEMS_NOT_A_LIST", { index });
  for (const [subIndex, sub] of items.map(fieldsOf).entries()) {
    const halt = await runOne(sub, loop.sub.dispatch, loop.call, { index, sub_index: subIndex });
    if (halt !== undefined) return halt;
    loop.progress.subItems++;
  }
  return undefined;
}

async function runOne(
  item: JsonObject,
  dispatch: Dispatch,
  call: RunChildWorkflow,
  at: JsonObject,
): Promise<Halt | undefined> {
  const workflow = dispatch.workflowOf(item);
  if (workflow === undefined) return flaw("NOT_IN_MAPPING", at);
  const { end, result } = await call(workflow, dispatch.payloadOf(item));
  const outcome = STATUS_OF[end];
  if (outcome === "SUCCESS") return undefined;
  const reason = { code: "ITEM_DID_NOT_SUCCEED", ...at, workflow, exit_reason_code: result.exit_reason_code };
  return { outcome, reason };
}

function flaw(code: string, facts: JsonObject = {}): Performed<"VIOLATION"> {
  return { outcome: "VIOLATION", reason: { code, ...facts } };
}

// ---- dispatch ----

/** Exactly one of `code` and `wf_dispatch` says which workflow; undefined when the declaration is not of that form. */
function parseDispatch(spec: JsonObject): Dispatch | undefined {
  const code = own(spec, "code");
  const dispatch = own(spec, "wf_dispatch");
  const fields = own(spec, "payload_fields");
  const inject = own(spec, "inject") ?? {};
  if ((code === undefined) === (dispatch === undefined)) return undefined;
  if ((fields !== undefined && !isObject(fields)) || !isObject(inject)) return undefined;
  const workflowOf = code === undefined ? parseMapping(dispatch as Json) : always(code);
  if (workflowOf === undefined) return undefined;
  return { workflowOf, payloadOf: (item) => ({ ...taken(item, fields), ...inject }) };
}

function always(code: Json): Dispatch["workflowOf"] | undefined {
  return typeof code === "string" ? () => code : undefined;
}

function parseMapping(dispatch: Json): Dispatch["workflowOf"] | undefined {
  const key = isObject(dispatch) ? own(dispatch, "key_field") : undefined;
  const mapping = isObject(dispatch) ? own(dispatch, "mapping") : undefined;
  if (typeof key !== "string" || !isObject(mapping)) return undefined;
  return (item) => {
    const value = own(item, key);
    const workflow = typeof value === "string" ? own(mapping, value) : undefined;
    return typeof workflow === "string" ? workflow : undefined;
  };
}

function parseSub(spec: JsonObject): Loop["sub"] | undefined {
  const field = own(spec, "field");
  const dispatch = parseDispatch(spec);
  return typeof field === "string" && dispatch !== undefined ? { field, dispatch } : undefined;
}

/** The named fields of the item under their new names, absent ones left out; the whole item where none is named. */
function taken(item: JsonObject, fields: JsonObject | undefined): JsonObject {
  if (fields === undefined) return item;
  const payload: MutableJson = {};
  for (const [name, source] of Object.entries(fields)) {
    const value = typeof source === "string" ? own(item, source) : undefined;
    if (value !== undefined) setOwn(payload, name, value);
  }
  return payload;
}

const WEIGH = "parcels::WF_WEIGH_V0";
const STAMP = "parcels::WF_STAMP_V0";
const item_wf = { code: WEIGH, payload_fields: { parcel: "id", grams: "weight" }, inject: { clerk: "C-7" } };
const item_sub_sequence = { field: "labels", wf_dispatch: { key_field: "kind", mapping: { STAMP } } };
const weighed = (parcel: string, end: ChildResult["end"]) => ({
  workflow: WEIGH,
  payload: { parcel, clerk: "C-7" },
  end,
});

export const csWorkflowLoop = {
  code: "capability_side_effects::CS_WORKFLOW_LOOP_V0",
  about: "Runs a workflow for each item of a list, as its contract dispatches them.",
  operations: { EXECUTE_SEQUENCE },
  examples: [
    {
      about: "sub-items go before their item, injected fields before its own",
      op: "EXECUTE_SEQUENCE",
      input: {
        sequence: [{ id: "P-1", clerk: "C-9", weight: 5, labels: [{ kind: "STAMP", n: 1 }] }, { id: "P-2" }],
        item_wf,
        item_sub_sequence,
      },
      children: [
        { workflow: STAMP, payload: { kind: "STAMP", n: 1 }, end: "succeeded" },
        { workflow: WEIGH, payload: { parcel: "P-1", grams: 5, clerk: "C-7" }, end: "succeeded" },
        weighed("P-2", "succeeded"),
      ],
      outcome: "SUCCESS",
      result: { items_processed: 2, sub_items_processed: 1 },
    },
    {
      about: "it stops at the first item that does not succeed",
      op: "EXECUTE_SEQUENCE",
      input: { sequence: [{ id: "P-1" }, { id: "P-2" }, { id: "P-3" }], item_wf },
      children: [weighed("P-1", "succeeded"), weighed("P-2", "not-found")],
      outcome: "VIOLATION",
      result: { items_processed: 1, sub_items_processed: 0 },
    },
    {
      about: "a refused workflow is not the protocol's answer",
      op: "EXECUTE_SEQUENCE",
      input: { sequence: [{ id: "P-1" }], item_wf },
      children: [weighed("P-1", "refused")],
      outcome: "BACKEND_ERROR",
      result: { items_processed: 0 },
    },
    {
      about: "an item is dispatched by its own field, and is the payload",
      op: "EXECUTE_SEQUENCE",
      input: {
        sequence: [{ kind: "STAMP", n: 2 }, { kind: "WRAP" }],
        item_wf: { wf_dispatch: { key_field: "kind", mapping: { STAMP } } },
      },
      children: [{ workflow: STAMP, payload: { kind: "STAMP", n: 2 }, end: "succeeded" }],
      outcome: "VIOLATION",
      result: { items_processed: 1 },
    },
    {
      about: "one of code and wf_dispatch, not both",
      op: "EXECUTE_SEQUENCE",
      input: { sequence: [], item_wf: { ...item_wf, wf_dispatch: { key_field: "kind", mapping: {} } } },
      children: [],
      outcome: "VIOLATION",
    },
    {
      about: "an item that is no object has no fields",
      op: "EXECUTE_SEQUENCE",
      input: { sequence: [7], item_wf },
      children: [{ workflow: WEIGH, payload: { clerk: "C-7" }, end: "failed" }],
      outcome: "VIOLATION",
      result: { items_processed: 0, sub_items_processed: 0 },
    },
  ],
} satisfies CallEffect;
