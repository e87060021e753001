/** What two traces say differently, and what counts for nothing between them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { diffTraces, type TraceDiff } from "../../src/examine/diff-traces.ts";
import type { JsonObject } from "../../src/json.ts";
import { fixedClock } from "../../src/node-ports.ts";
import {
  appending,
  contract,
  oneContract,
  type Protocol,
  passing,
  REGISTRY,
  runTrial,
  type TrialOptions,
  testEffect,
  testTransform,
} from "../engine/trial.ts";

const node = (next: string, code = "CC_A_V0") => ({ type: "CC", code, next: { default: next } });

/** START, the given nodes in order, END; each runs the same contract. */
function chain(names: readonly string[], rest: Partial<Protocol> = {}): Protocol {
  const nodes = names.map((name, i) => [name, node(names[i + 1] ?? "END")] as const);
  const work = contract([passing("hold", { value: 1 })]);
  return {
    contracts: { CC_A_V0: work },
    ...rest,
    workflow: {
      start_node: "START",
      nodes: {
        START: { type: "IN", next: { ACK: names[0] as string } },
        ...Object.fromEntries(nodes),
        END: { type: "EXIT" },
      },
    },
  };
}

const one = (pipeline: readonly JsonObject[], rest: Partial<Protocol> = {}) =>
  chain(["WORK"], { ...rest, contracts: { CC_A_V0: contract(pipeline) } });

async function diff(
  [a, b]: readonly [Protocol, Protocol],
  [left, right]: readonly [TrialOptions, TrialOptions] = [{}, {}],
  payloads: readonly [JsonObject, JsonObject] = [{}, {}],
): Promise<TraceDiff> {
  const before = await runTrial(a, payloads[0], left);
  const after = await runTrial(b, payloads[1], right);
  return diffTraces(before.events, after.events);
}

/** The two snapshots of a trial differ by their root as soon as the protocols do. */
const placesOf = ({ differences }: TraceDiff) =>
  differences.map(({ at }) => at).filter((at) => at !== "/0/snapshot/root");

const otherwise: readonly [TrialOptions, TrialOptions] = [
  { seed: "one" },
  { seed: "two", clock: fixedClock(Date.parse("2027-05-06T07:08:09.321Z")) },
];

test("two runs of the same thing are equal, whatever their clocks and ids", async () => {
  const protocol = one([appending("write", { at: "{{timestamp}}" })]);
  const { differences, drawn } = await diff([protocol, protocol], otherwise);
  assert.deepEqual(differences, []);
  assert.ok(
    drawn.some(({ at }) => at === "/0/WORK/write/result/record_id"),
    JSON.stringify(drawn),
  );
});

test("an inserted node is one difference, not all that follow", async () => {
  const found = await diff([chain(["A", "B", "C"]), chain(["A", "X", "B", "C"])]);
  const [only] = found.differences.filter(({ group }) => group === "path");
  assert.deepEqual(placesOf(found), ["/0/path/2"]);
  assert.deepEqual(only, { group: "path", at: "/0/path/2", b: [{ node: "X", outcome: "SUCCESS", next: "B" }] });
});

test("a node that was left out, and one in the place of another", async () => {
  assert.deepEqual(placesOf(await diff([chain(["A", "B", "C"]), chain(["A", "C"])])), ["/0/path/2"]);
  const [only] = (await diff([chain(["A", "B", "C"]), chain(["A", "Y", "C"])])).differences.filter(
    ({ group }) => group === "path",
  );
  assert.deepEqual(
    [only?.a, only?.b],
    [[{ node: "B", outcome: "SUCCESS", next: "C" }], [{ node: "Y", outcome: "SUCCESS", next: "C" }]],
  );
});

test("payload, inputs, transform and effect are told at their places", async () => {
  const core = contract([passing("hold", { value: "$.inputs.v" }), appending("write", { v: "$.inputs.v" })], {
    inputs: { v: {} },
  });
  const protocol = oneContract(core, { inputs: { v: "$.payload.v" } });
  const found = await diff([protocol, protocol], undefined, [{ v: 1 }, { v: 2 }]);
  assert.deepEqual(placesOf(found), [
    "/0/payload/v",
    "/0/WORK/inputs/v",
    "/0/WORK/hold/inputs/value",
    "/0/WORK/hold/outputs/value",
    "/0/WORK/write/inputs/record/v",
  ]);
  assert.deepEqual(found.differences[0], { group: "payload", at: "/0/payload/v", a: 1, b: 2 });
});

test("another step, and another operation's outcome", async () => {
  const more = await diff([
    one([passing("hold", { value: 1 })]),
    one([passing("hold", { value: 1 }), passing("again", { value: 1 })]),
  ]);
  assert.deepEqual(placesOf(more), ["/0/WORK/steps/1"]);
  const answering = (outcome: string) => {
    const effect = testEffect("capability_side_effects::CS_T_V0", () => ({ outcome, result: {} }), [
      "SUCCESS",
      "VIOLATION",
    ]);
    const step = { step: "do", side_effect: effect.code, op: "DO", store: "LOG", inputs: {} };
    return one([{ ...step, on_result: { SUCCESS: "continue", VIOLATION: "exit" } }], { effects: [effect] });
  };
  const found = await diff([answering("SUCCESS"), answering("VIOLATION")]);
  assert.deepEqual(
    found.differences.map(({ group, at, a, b }) => [group, at, a, b]),
    [
      ["steps", "/0/WORK/do/outcome", "SUCCESS", "VIOLATION"],
      ["steps", "/0/WORK/do/continuation", "continue", "exit"],
      ["path", "/0/WORK/outcome", "SUCCESS", "VIOLATION"],
      ["ending", "/0/ending/status", "SUCCESS", "FAILED"],
      ["ending", "/0/ending/outcome", "SUCCESS", "VIOLATION"],
      ["ending", "/0/ending/exit_reason_code", "COMPLETED", "EXIT_VIOLATION"],
    ],
  );
});

const DRAWING = "capability_transforms::CT_PURE_PASSTHROUGH_V0";

/** Draws, and answers what is made of the drawn bytes so that they cannot be seen in it. */
const hiding = testTransform(DRAWING, (_, draw) => ({
  result: {
    token: [...draw.entropy(8)].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 40)).join(""),
  },
}));

test("what a transform made of drawn bytes is drawn, too, and so wherever it goes", async () => {
  const step = passing("make", {}, { outputs: { token: "$.capability_result.token" } });
  const write = appending("write", { token: "$.results.make.token" });
  const protocol = one([step, write], { transforms: [hiding] });
  const { differences, drawn } = await diff([protocol, protocol], otherwise);
  assert.deepEqual(differences, []);
  const places = drawn.map(({ at }) => at);
  assert.ok(places.includes("/0/WORK/make/outputs/token"), places.join(" "));
  assert.ok(places.includes("/0/WORK/write/inputs/record/token"), places.join(" "));
});

test("an address that was drawn is no difference, but one taken for another is", async () => {
  const register = (step: string, key: string, target_ref: string) => ({
    step,
    side_effect: REGISTRY,
    op: "REGISTER",
    store: "NAMES",
    inputs: { key, target_cs: "CS", target_ref },
    outputs: { address: "$.capability_result.address" },
    on_result: { SUCCESS: "continue", VIOLATION: "exit", BACKEND_ERROR: "exit", ALREADY_EXISTS: "exit" },
  });
  const naming = (taken: string) =>
    one([
      register("first", "k1", "r1"),
      register("second", "k2", "r2"),
      passing("take", { value: `$.results.${taken}.address` }),
    ]);
  const same = await diff([naming("first"), naming("first")], otherwise);
  assert.deepEqual(same.differences, []);
  assert.ok(same.drawn.length > 0);
  const swapped = await diff([naming("first"), naming("second")], otherwise);
  assert.deepEqual(placesOf(swapped), ["/0/WORK/take/inputs/value", "/0/WORK/take/outputs/value"]);
});

test("a number that comes of what was drawn is shown: it may have turned the run", async () => {
  const counting = testTransform(DRAWING, (_, draw) => ({
    result: { n: Number.parseInt(draw.entropy(4), 16) },
  }));
  const protocol = one([passing("count", {})], { transforms: [counting] });
  assert.deepEqual(placesOf(await diff([protocol, protocol], otherwise)), ["/0/WORK/count/outputs/n"]);
});

test("suppressed values are counted, not compared; one that is no longer suppressed is a difference", async () => {
  const core = (suppress: readonly string[]) =>
    contract([passing("hold", { value: "$.inputs.pin" })], {
      inputs: { pin: {} },
      suppress_trace_fields: suppress,
    });
  const secret = (suppress: readonly string[]) => chain(["WORK"], { contracts: { CC_A_V0: core(suppress) } });
  const hidden = await diff([secret(["pin"]), secret(["pin"])], undefined, [
    { pin: "12345678" },
    { pin: "87654321" },
  ]);
  assert.deepEqual(hidden.differences, []);
  assert.ok(hidden.suppressed > 0);
  const shown = await diff([secret(["pin"]), secret([])], undefined, [
    { pin: "12345678" },
    { pin: "12345678" },
  ]);
  assert.ok(placesOf(shown).includes("/0/payload/pin"));
});

test("the second visit of a node has a place of its own", async () => {
  const looping = (n: number): Protocol => ({
    contracts: {
      CC_A_V0: contract([passing("hold", { value: "$.inputs.v" }, { outputs: { v: "$.value" } })], {
        inputs: { v: { type: "any" } },
        outputs: { v: {} },
      }),
    },
    workflow: {
      start_node: "START",
      nodes: {
        START: { type: "IN", next: { ACK: "A" } },
        A: { ...node("B"), inputs: { v: "$.results.B.v" } },
        B: { ...node("A"), inputs: { v: n } },
      },
    },
  });
  const found = await diff([looping(1), looping(2)], [{ maxHops: 4 }, { maxHops: 4 }]);
  const places = placesOf(found);
  assert.ok(places.includes("/0/A#2/inputs/v") && !places.includes("/0/A/inputs/v"), places.join(" "));
});

test("a refusal and a missing end are differences", async () => {
  const found = await diff([chain(["A", "B"]), chain(["A", "B"])], [{}, { maxHops: 2 }]);
  const groups = new Set(found.differences.map(({ group }) => group));
  assert.ok(groups.has("errors") && groups.has("path") && groups.has("ending"), [...groups].join(" "));
  const { events } = await runTrial(chain(["A", "B"]));
  const cut = diffTraces(events, events.slice(0, -1));
  assert.deepEqual(
    cut.differences.map(({ at }) => at),
    ["/0/ending"],
  );
});

const PARCEL = "trial::WF_PARCEL_V0";

/** WORK calls a workflow that logs a parcel, once for every step named. */
function calling(...steps: readonly string[]): Protocol {
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

test("a nested run is compared with that of the same step, however it is numbered", async () => {
  const parcels: readonly [JsonObject, JsonObject] = [{ parcel: "p1" }, { parcel: "p1" }];
  const same = await diff([calling("call"), calling("before", "call")], otherwise, parcels);
  assert.deepEqual(
    same.differences.map(({ at, a, b }) => [at, a, b]).filter(([at]) => String(at).includes("steps")),
    [["/0/WORK/steps/0", undefined, [{ step: "before", outcome: "SUCCESS" }]]],
  );
  const other = await diff([calling("call"), calling("call")], otherwise, [{ parcel: "p1" }, { parcel: "p2" }]);
  const nested = placesOf(other).filter((at) => !at.startsWith("/0/"));
  assert.deepEqual(nested, [
    "/0.1/payload/parcel",
    "/0.1/WORK/inputs/parcel",
    "/0.1/WORK/log/inputs/record/parcel",
  ]);
});
