/** Members of a payload that the intent does not declare. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { undeclaredFields } from "../../src/plan/undeclared.ts";
import { secretInName } from "../../src/trace/event.ts";
import { examine, forge, found } from "../examine/examination.ts";
import {
  compileTrial,
  contract,
  eventsOf,
  oneContract,
  type Protocol,
  passing,
  runPlan,
  type Trial,
  type TrialOptions,
} from "./trial.ts";

const ASK = "IN_ASK_V0";
const FIELDS: JsonObject = {
  name: { type: "string", required: true },
  count: { type: "integer", default: 3 },
  free: { type: "object" },
  place: { type: "object", fields: { street: { type: "string" }, town: { type: "string" } } },
  list: { type: "array", items: { properties: { id: { type: "string" } } } },
};

function asking(rest: Partial<Protocol> = {}, core: JsonObject = {}, inputs: JsonObject = {}): Protocol {
  const protocol = oneContract(contract([passing("pass", { value: 1 })], core), { inputs }, rest);
  const nodes = { ...(protocol.workflow["nodes"] as JsonObject) };
  const start = { type: "IN", code: ASK, next: { ACK: "WORK", NACK: "END" } };
  const workflow = { ...protocol.workflow, nodes: { ...nodes, START: start } };
  return { intents: { [ASK]: FIELDS }, ...protocol, workflow };
}

const OPEN = asking();
const CLOSED = asking({ closedIntents: [ASK] });

const PAYLOAD: JsonObject = {
  zeal: 1,
  name: "n",
  place: { stret: "s", "a/b": null },
  free: { any: { thing: 1 } },
  list: [{ id: "1" }, { id: "2", idd: "3" }, 4],
};
const UNDECLARED = ["/list/1/idd", "/place/a~1b", "/place/stret", "/zeal"];

async function run(protocol: Protocol, payload: JsonObject, options: TrialOptions = {}) {
  const plan = await compileTrial(protocol);
  const trial = await runPlan(plan, payload, options);
  assert.deepEqual(await found(plan, trial.text), []);
  return { plan, trial };
}

const violations = (trial: Trial) =>
  eventsOf(trial, "violation").map(({ payload: { field, constraint } }) => `${field} ${constraint}`);

test("a member that is not declared is admitted, and told with the nearest name that the payload lacks", async () => {
  const { plan, trial } = await run(OPEN, PAYLOAD);
  assert.deepEqual([trial.ending.exitReason, violations(trial)], ["COMPLETED", []]);
  const intent = `trial::${ASK}`;
  assert.deepEqual(undeclaredFields(plan, PAYLOAD), [
    { field: "/zeal", intent, nearest: null },
    { field: "/place/stret", intent, nearest: "street" },
    { field: "/place/a~1b", intent, nearest: null },
    { field: "/list/1/idd", intent, nearest: null },
  ]);
  const [taken] = undeclaredFields(plan, { nam: "x", name: "y" });
  assert.deepEqual(taken, { field: "/nam", intent, nearest: null });
});

test("a closed intent takes no other members, at every depth at which members are declared", async () => {
  const { plan, trial } = await run(CLOSED, PAYLOAD);
  assert.equal(trial.ending.exitReason, "EXIT_REJECTED");
  assert.deepEqual(
    violations(trial),
    UNDECLARED.map((field) => `${field} undeclared`),
  );
  assert.deepEqual(undeclaredFields(plan, PAYLOAD), []);
  const { trial: fine } = await run(CLOSED, { name: "n", count: 1, free: { any: 1 } });
  assert.equal(fine.ending.exitReason, "COMPLETED");
  const { trial: both } = await run(CLOSED, { nme: "n", count: "x" });
  assert.deepEqual(violations(both), ["/count type", "/name required", "/nme undeclared"]);
});

test("a caller may ask for the same, which the first event records", async () => {
  const { plan, trial } = await run(OPEN, PAYLOAD, { strict: true });
  assert.deepEqual(
    violations(trial),
    UNDECLARED.map((field) => `${field} undeclared`),
  );
  assert.equal(eventsOf(trial, "execution_start")[0]?.payload.strict_payload, true);
  const forged = forge(trial.text, ([start, ...rest]) => {
    const { strict_payload: _, ...payload } = start?.payload ?? {};
    return start === undefined ? rest : [{ ...start, payload }, ...rest];
  });
  assert.match((await found(plan, forged)).join(), /^DIVERGED:\d+$/);
  const { trial: lax } = await run(OPEN, PAYLOAD, { strict: false });
  assert.equal("strict_payload" in (eventsOf(lax, "execution_start")[0]?.payload ?? {}), false);
});

test("an intent that takes anything, and a called workflow, are not held to it", async () => {
  const GATEWAY = "capability_side_effects::CS_WORKFLOW_GATEWAY_V0";
  const call = { workflow_code: "trial::WF_CALLED_V0", payload: { other: 1, name: "n" } };
  const outcomes = { SUCCESS: "exit", NOT_FOUND: "exit", BACKEND_ERROR: "exit" };
  const step = { step: "call", side_effect: GATEWAY, op: "EXECUTE", inputs: call, on_result: outcomes };
  const calling = oneContract(contract([step]), { code: "CC_CALL_V0" });
  const called = asking();
  const protocol = {
    ...called,
    workflow: calling.workflow,
    others: { "trial::WF_CALLED_V0": called.workflow },
    contracts: { ...called.contracts, CC_CALL_V0: calling.contracts?.["CC_WORK_V0"] ?? {} },
  };
  const { trial } = await run(protocol, { anything: 1 }, { strict: true });
  assert.deepEqual([trial.ending.exitReason, violations(trial)], ["COMPLETED", []]);
  const starts = eventsOf(trial, "execution_start").map(({ payload }) => payload.strict_payload);
  assert.deepEqual(starts, [true, undefined]);
});

// ---- secrets ----

const SECRET_FIELDS: JsonObject = {
  pin: { type: "object", fields: { code: { type: "string" } } },
  note: { type: "string" },
};
const SECRET = asking(
  { intents: { [ASK]: SECRET_FIELDS }, closedIntents: [ASK] },
  { inputs: { pin: {} }, suppress_trace_fields: ["pin"] },
  { pin: "$.payload.pin" },
);

test("of a secret, not even the names of its members are told", async () => {
  const { plan, trial } = await run(SECRET, { pin: { code: "x", "inner secret": 1, other: 2 }, extra: 1 });
  assert.deepEqual(violations(trial), ["/extra undeclared", "/pin undeclared"]);
  assert.doesNotMatch(trial.text, /inner secret|other/);
  const { replayed } = await examine(plan, trial.text);
  assert.deepEqual(
    replayed.taken.map(({ kind }) => kind),
    ["violation"],
  );
  const open = await compileTrial({ ...SECRET, closedIntents: [] });
  const shown = eventsOf(trial, "execution_start")[0]?.payload.payload ?? {};
  assert.deepEqual(
    undeclaredFields(open, shown).map(({ field }) => field),
    ["/extra"],
  );
});

test("a name that is a secret is not told, in whatever order the names are", async () => {
  const names = ["4711 is the secret", "another secret", "zz the last secret"];
  const payload: { [name: string]: Json } = { pin: { code: names[1] as string }, aa: 1, mm: 2 };
  for (const name of names) payload[`has ${names[1]} in ${name}`] = 1;
  const { trial } = await run(SECRET, payload);
  const fields = violations(trial);
  assert.equal(fields.length, 5);
  assert.doesNotMatch(trial.text, /another secret/);
  const hidden = fields.filter((field) => secretInName(field.slice(1, -" undeclared".length)) !== undefined);
  assert.equal(hidden.length, 3);
});
