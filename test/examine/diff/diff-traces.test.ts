/** What two traces say differently, and what counts for nothing between them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { diffTraces, type TraceDiff } from "../../../src/examine/diff/diff-traces.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { fixedClock } from "../../../src/platform/node-ports.ts";
import { calling, PARCEL } from "../../engine/calling.ts";
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
} from "../../engine/trial.ts";
import { takingTurns } from "../../support/portion.ts";

const it = takingTurns(import.meta.url);

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
const hiding = testTransform(DRAWING, (_, sources) => ({
  result: {
    token: [...sources.entropy(8)].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 40)).join(""),
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
  const counting = testTransform(DRAWING, (_, sources) => ({
    result: { n: Number.parseInt(sources.entropy(4), 16) },
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

// ---- traces that are cut off, or refused on the way ----

const PAYLOAD: JsonObject = { parcel: "p1" };

it("a trace is cut off anywhere: what it does not come to is nothing on its side, and all else is equal", async () => {
  const { events } = await runTrial(calling("before", "call"), PAYLOAD);
  for (let length = 0; length < events.length; length++) {
    const { differences, drawn } = diffTraces(events, events.slice(0, length));
    assert.ok(differences.length > 0, `cut off after ${length} events`);
    assert.deepEqual(
      [differences.filter((one) => "b" in one), drawn],
      [[], []],
      `cut off after ${length} events`,
    );
    assert.deepEqual(diffTraces(events.slice(0, length), events.slice(0, length)).differences, []);
  }
});

test("a trace that is cut off while a nested run goes on is told run by run, as far as each came", async () => {
  const { events } = await runTrial(calling("before", "call"), PAYLOAD);
  const inside = events.findIndex(({ run, event_type }) => run === "0.2" && event_type === "side_effect_start");
  const { differences } = diffTraces(events, events.slice(0, inside + 1));
  assert.deepEqual(
    differences.map(({ at }) => at),
    [
      "/0.2/WORK/log/change",
      "/0.2/WORK/log/outcome",
      "/0.2/WORK/log/result",
      "/0.2/WORK/log/continuation",
      "/0.2/WORK/outcome",
      "/0.2/WORK/outputs",
      "/0.2/path/2",
      "/0.2/ending",
      "/0/WORK/call/outcome",
      "/0/WORK/call/result",
      "/0/WORK/call/continuation",
      "/0/WORK/outcome",
      "/0/WORK/outputs",
      "/0/path/2",
      "/0/ending",
    ],
  );
});

test("a nested run that a cut-off trace does not come to is one difference in the step that calls it", async () => {
  const { events } = await runTrial(calling("call"), PAYLOAD);
  const began = events.findIndex(({ run }) => run === "0.1");
  const [first] = diffTraces(events, events.slice(0, began)).differences;
  const path = [
    { node: "START", outcome: "ACK", next: "WORK" },
    { node: "WORK", outcome: "SUCCESS", next: "END" },
    { node: "END", outcome: null, next: null },
  ];
  assert.deepEqual(first, { group: "steps", at: "/0/WORK/call/calls/0", a: [{ run: "0.1", path }] });
});

const atOnly = ({ differences }: TraceDiff, pattern: RegExp) =>
  differences.map(({ at }) => at).filter((at) => pattern.test(at));

const STEPS = /steps|errors|first|second|third/;

/** Three steps, the second with these inputs and members. */
const three = (inputs: JsonObject, more: JsonObject = {}): Protocol =>
  one([passing("first", { value: 1 }), passing("second", inputs, more), passing("third", { value: 2 })]);

test("a step that is refused before it did anything is told by its refusal", async () => {
  const { events: whole } = await runTrial(three({ value: [1] }));
  const { events: refused } = await runTrial(three({ value: ["$.inputs.absent"] }));
  const found = diffTraces(whole, refused);
  assert.deepEqual(atOnly(found, STEPS), ["/0/WORK/steps/1", "/0/WORK/errors/0"]);
  const [left, refusal] = found.differences.filter(({ at }) => STEPS.test(at));
  const ended = ["second", "third"].map((step) => ({ step, outcome: "SUCCESS" }));
  assert.deepEqual([left?.a, left?.b], [ended, undefined]);
  const { error_code, step } = (refusal?.b ?? {}) as JsonObject;
  assert.deepEqual([error_code, step], ["PATH_UNRESOLVED", "second"]);
});

test("a step that is refused while it goes on is told as far as it came, and so is what is cut off behind", async () => {
  const { events: whole } = await runTrial(three({ value: 1 }));
  const { events: refused } = await runTrial(three({ value: 1 }, { on_result: { VIOLATION: "exit" } }));
  const places = ["/0/WORK/second/continuation", "/0/WORK/steps/2", "/0/WORK/errors/0"];
  assert.deepEqual(atOnly(diffTraces(whole, refused), STEPS), places);
  const cut = refused.slice(0, -1);
  assert.equal(cut.at(-1)?.event_type, "error");
  assert.deepEqual(atOnly(diffTraces(whole, cut), STEPS), places);
  assert.deepEqual(atOnly(diffTraces(refused, cut), /./), ["/0/ending"]);
});

test("a refusal of what follows from a step leaves the step as it ended", async () => {
  const asking = (condition: string): Protocol => {
    const step = passing("ask", { value: 1 }, { outputs: { out: "$.value" }, on_result: { SUCCESS: "judge" } });
    const evaluation = { judge: { condition, on_true: "SUCCESS", on_false: "VIOLATION" } };
    return oneContract(contract([step], { evaluation }));
  };
  const found = await diff([asking("$.out < 2"), asking('$.out < "2"')]);
  assert.deepEqual(atOnly(found, /steps|ask|errors/), ["/0/WORK/errors/0"]);
});

test("a called workflow that is refused is compared with the run that it prevents", async () => {
  const whole = calling("call");
  const broken = { start_node: "START", nodes: { START: { type: "IN", next: { ACK: "NOWHERE" } } } };
  const found = await diff([whole, { ...whole, others: { [PARCEL]: broken } }], undefined, [PAYLOAD, PAYLOAD]);
  const nested = found.differences.filter(({ at }) => at.startsWith("/0.1/"));
  assert.deepEqual(nested[0], { group: "run", at: "/0.1/workflow", a: PARCEL });
  const refusal = nested.find(({ at }) => at === "/0.1/errors/0")?.b as JsonObject;
  assert.equal(refusal["error_code"], "WORKFLOW_REFUSED");
  assert.deepEqual(atOnly(found, /calls/), []);
});

test("runs without a caller are compared by their number, and one without its like is told", async () => {
  const without = async (payload: JsonObject) => {
    const { events } = await runTrial(calling("call"), payload);
    return events.filter(({ run, event_type }) => run !== "0" || event_type !== "side_effect_start");
  };
  const [one, other] = [await without({ parcel: "p1" }), await without({ parcel: "p2" })];
  assert.deepEqual(diffTraces(one, one).differences, []);
  const nested = diffTraces(one, other).differences.filter(({ at }) => !at.startsWith("/0/"));
  assert.deepEqual(nested[0], { group: "payload", at: "/0.1/payload/parcel", a: "p1", b: "p2" });
  const main = one.filter(({ run }) => run === "0");
  const [stray] = diffTraces(main, one).differences;
  assert.deepEqual([stray?.group, stray?.at, stray?.a], ["run", "/0.1", undefined]);
  const [told] = (stray?.b ?? []) as readonly JsonObject[];
  assert.equal(told?.["run"], "0.1");
});

test("a trace without events says nothing of anything", async () => {
  assert.deepEqual(diffTraces([], []), { differences: [], drawn: [], suppressed: 0 });
  const { events } = await runTrial(chain(["A"]));
  const { differences } = diffTraces([], events);
  assert.ok(differences.length > 0 && differences.every((one) => !("a" in one)));
  assert.deepEqual(
    new Set(differences.map(({ group }) => group)),
    new Set(["run", "payload", "path", "ending"]),
  );
});
