/** Runs of every ending, told in sentences. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../src/json/value.ts";
import { explain } from "../../../src/render/explanation/explain.ts";
import type { TraceEvent } from "../../../src/trace/event.ts";
import { MADE } from "../../engine/sessions.ts";
import {
  appending,
  contract,
  oneContract,
  type Protocol,
  passing,
  REGISTRY,
  runTrial,
} from "../../engine/trial.ts";
import { HOSTILE, hostileRun } from "../trial-run.ts";

/** Each paragraph: its sentences, and its items below. */
const told = (events: readonly TraceEvent[]) =>
  explain(events).paragraphs.map(({ sentences, items }) => [sentences.join(" "), ...items]);

/** The items and sentences of a node. */
const ofNode = (events: readonly TraceEvent[], asked: string) =>
  explain(events)
    .paragraphs.filter(({ node }) => node === asked)
    .map(({ sentences, items }) => [sentences.join(" "), ...items]);

const toldEnd = (events: readonly TraceEvent[]) => told(events).at(-1);

const judging = (condition: string, core: JsonObject = {}): Protocol =>
  oneContract(
    contract(
      [
        passing("look", { value: "$.inputs.amount" }, { outputs: { amount: "$.value" } }),
        appending("log", { amount: "$.results.look.amount" }, { on_result: { SUCCESS: "judge" } }),
      ],
      {
        inputs: { amount: {}, limit: {} },
        evaluation: { judge: { condition, on_true: "YES", on_false: "NO" } },
        result_status_contract: { allowed: ["YES", "NO", "VIOLATION", "BACKEND_ERROR"] },
        ...core,
      },
    ),
  );

test("a run is told from its request to its ending, with what decided and what was written", async () => {
  const options = { actor: "trial::AC_ANN_V0" };
  const { events } = await runTrial(judging("$.amount <= 1000"), { amount: 1200, limit: 5 }, options);
  assert.deepEqual(told(events), [
    [
      "The workflow trial::WF_TRIAL_V0 was run on 2026-01-31 at 09:00:00.120 UTC. According to the caller, it was run by trial::AC_ANN_V0. The request was:",
      "amount: 1200",
      "limit: 5",
    ],
    ["START checked the request, for which there are no rules. The request was accepted (ACK)."],
    [
      "WORK ended with NO. Its contract is trial::CC_WORK_V0. The rule judge ($.amount <= 1000) decided: $.amount was 1200, so the condition was not met. The outcome was NO. Its steps:",
      "Step look: CT_PURE_PASSTHROUGH_V0 was computed. The outcome was SUCCESS. It gave amount 1200.",
      'Step log: APPEND on the store LOG was performed with record {"amount": 1200}. The outcome was SUCCESS. It replaced {"lines": 0} by {"lines": 1}.',
    ],
    ["The run came to its end at END: EXIT_NO."],
    [
      "The run ended with EXIT_NO. The protocol declares this ending; it is not a success. It had 1 side effect; it changed 1 store: LOG.",
    ],
  ]);
});

const conditions: readonly (readonly [condition: string, payload: JsonObject, told: string])[] = [
  [
    "$.inputs.limit == $.amount",
    { amount: 5, limit: 5 },
    "$.inputs.limit was 5 and $.amount was 5, so the condition was met",
  ],
  ['"a" != "a"', { amount: 1 }, "it compares two constants, so the condition was not met"],
  [
    "$.inputs.limit.of > 4",
    { amount: 1, limit: { of: 5 } },
    "$.inputs.limit.of was 5, so the condition was met",
  ],
];

for (const [condition, payload, expected] of conditions) {
  test(`what ${condition} compared is told`, async () => {
    const { events } = await runTrial(judging(condition), payload);
    const [sentence] = ofNode(events, "WORK")[0] ?? [];
    assert.ok(
      sentence?.includes(`The rule judge (${condition}) decided: ${expected}. The outcome was `),
      sentence,
    );
  });
}

test("what is suppressed is called secret, and whether a condition on it was met is not told", async () => {
  const core = { suppress_trace_fields: ["amount"] };
  const { events } = await runTrial(judging("$.inputs.amount == 7777777", core), { amount: 7777777, limit: 1 });
  assert.equal(told(events)[0]?.[1], "amount: (a secret value)");
  const [sentence, look] = ofNode(events, "WORK")[0] ?? [];
  assert.match(sentence ?? "", /\$\.inputs\.amount was \(a secret value\)\. The outcome was YES\./);
  assert.match(look ?? "", /It gave amount \(a secret value\)\.$/);
  assert.doesNotMatch(JSON.stringify(explain(events).paragraphs.map(({ items }) => items)), /7777777|sha256/);
});

test("a request that does not meet the rules is told rule by rule", async () => {
  const protocol = oneContract(contract([passing("pass", { value: 1 })]));
  const nodes = { ...(protocol.workflow["nodes"] as JsonObject) };
  const start = { type: "IN", code: "IN_ASK_V0", next: { ACK: "WORK", NACK: "END" } };
  const inputs = {
    name: { type: "string", required: true },
    count: { type: ["integer", "null"] },
    kind: { type: "string", enum: ["a", "b"] },
    least: { type: "integer", minimum: 3 },
    list: { type: "array", minItems: 2 },
    mail: { type: "string", format: "email" },
  };
  const { events } = await runTrial(
    {
      ...protocol,
      workflow: { ...protocol.workflow, nodes: { ...nodes, START: start } },
      intents: { IN_ASK_V0: inputs },
    },
    { count: "x", kind: "c", least: 2, list: [1], mail: "nobody" },
  );
  assert.deepEqual(ofNode(events, "START")[0], [
    "START checked the request, against the rules of trial::IN_ASK_V0. The request was rejected (NACK). The request does not meet these rules:",
    'The member /count must be of the type integer or null, but is "x".',
    'The member /kind must be "a" or "b", but is "c".',
    "The member /least must be at least 3, but is 2.",
    "The member /list must not have fewer items than 2, but is [1].",
    'The member /mail must have the form email, but is "nobody".',
    "The member /name is required, and missing.",
  ]);
  assert.deepEqual(toldEnd(events), [
    "The run ended with EXIT_REJECTED. The protocol declares this ending; it is not a success. It had no side effects.",
  ]);
});

test("inputs that do not meet the contract are told", async () => {
  const core = contract([passing("pass", { value: 1 })], { inputs: { n: { type: "integer" } } });
  const { events } = await runTrial(oneContract(core, { inputs: { n: "$.payload.n" } }), { n: "x" });
  assert.deepEqual(ofNode(events, "WORK")[0], [
    "WORK ended with VIOLATION. Its contract is trial::CC_WORK_V0. Its inputs do not meet the contract, so no step ran:",
    'The member /n must be of the type integer, but is "x".',
  ]);
});

test("a denied run is told with the rules of its admission", async () => {
  const protocol = oneContract(contract([passing("pass", { value: 1 })]));
  const admission = {
    bindings: { EV_OPEN_V0: { place: "place" }, EV_CLOSED_V0: { place: "place" } },
    requires: ["EV_OPEN_V0"],
    forbids: ["EV_CLOSED_V0"],
  };
  const admitting = { ...protocol, workflow: { ...protocol.workflow, admission } };
  const { events } = await runTrial(admitting, { place: "here" });
  assert.deepEqual(told(events).slice(1), [
    [
      "The run was denied. The rules of its admission are:",
      'There must be a record of EV_OPEN_V0 with place "here": there was none.',
      'There must not be a record of EV_CLOSED_V0 with place "here": there was none.',
    ],
    ["The run ended with ADMISSION_DENIED: no node was entered, and nothing was done. It had no side effects."],
  ]);
  const { events: unbound } = await runTrial(admitting, {});
  assert.equal(
    told(unbound)[1]?.at(-1),
    "The request has no /place, by which records of EV_OPEN_V0 are looked for.",
  );
});

test("a refused run is told with the step that was refused, and an interrupted one as far as it came", async () => {
  const { events } = await runTrial(judging("$.amount < 5"), { amount: "x" });
  assert.match(
    ofNode(events, "WORK")[0]?.[0] ?? "",
    /^WORK has not ended\. Its contract is trial::CC_WORK_V0\. The run was refused in step log: EXPRESSION_TYPE, /,
  );
  assert.deepEqual(toldEnd(events), [
    "The run was refused and ended with EXPRESSION_TYPE. What it had done before was not undone. It had 1 side effect; it changed 1 store: LOG.",
  ]);
  const begun = events.findIndex(({ event_type }) => event_type === "side_effect_start");
  const cut = events.slice(0, begun + 1);
  assert.equal(
    ofNode(cut, "WORK")[0]?.at(-1),
    'Step log: APPEND on the store LOG was begun with record {"amount": "x"}. Its end is not recorded: it may have taken place.',
  );
  assert.deepEqual(toldEnd(cut), [
    "The run was interrupted: its end is not recorded. It had 1 side effect; no change of a store is recorded.",
  ]);
});

test("a step that does not succeed is told with its reason, and one whose result states an outcome with that", async () => {
  const deleting = { step: "drop", side_effect: REGISTRY, op: "RESOLVE", store: "NAMES", inputs: { key: "k" } };
  const on_result = { SUCCESS: "exit", NOT_FOUND: "exit", VIOLATION: "exit", BACKEND_ERROR: "exit" };
  const { events } = await runTrial(
    oneContract(
      contract([{ ...deleting, outputs: { result_status: "NOT_FOUND" }, on_result }], {
        result_status_contract: { allowed: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"] },
      }),
    ),
  );
  const step = ofNode(events, "WORK")[0]?.at(-1) ?? "";
  assert.equal(
    step,
    'Step drop: RESOLVE on the store NAMES was performed with key "k". The outcome was VIOLATION. The reason was INPUT_VIOLATION (constraint "required" and field "key_or_address"). By its result, the outcome of the step was NOT_FOUND.',
  );
});

// ---- runs that other runs called ----

const GATEWAY = "capability_side_effects::CS_WORKFLOW_GATEWAY_V0";
const CALLED = "trial::WF_CALLED_V0";

const through = (code: string): JsonObject => ({
  start_node: "START",
  nodes: {
    START: { type: "IN", next: { ACK: "WORK" } },
    WORK: { type: "CC", code, next: { default: "END" } },
    END: { type: "EXIT", emit: "EV_DONE_V0" },
  },
});

const calling = (called: JsonObject): Protocol => ({
  workflow: through("CC_CALL_V0"),
  others: { [CALLED]: through("CC_CALLED_V0") },
  contracts: {
    CC_CALL_V0: contract([
      {
        step: "call",
        side_effect: GATEWAY,
        op: "EXECUTE",
        inputs: { workflow_code: CALLED, payload: { of: "it" } },
        on_result: { SUCCESS: "exit", NOT_FOUND: "exit", BACKEND_ERROR: "exit" },
      },
    ]),
    CC_CALLED_V0: called,
  },
});

test("a called run is told behind the node that called it, under its number", async () => {
  const { events } = await runTrial(calling(contract([appending("log", { a: 1 })])));
  const paragraphs = explain(events).paragraphs.map(({ run, about, node }) => `${run} ${node ?? about}`);
  assert.deepEqual(paragraphs, [
    ...["0 request", "0 START", "0 WORK"],
    ...["0.1 request", "0.1 START", "0.1 WORK", "0.1 END", "0.1 ending"],
    ...["0 END", "0 ending"],
  ]);
  assert.match(ofNode(events, "WORK")[0]?.at(-1) ?? "", /The outcome was SUCCESS\. It called 1 run: 0\.1\./);
  assert.deepEqual(told(events)[3], [
    `The workflow ${CALLED} was called on 2026-01-31 at 09:00:00.120 UTC, as run 0.1, by step call of WORK. The request was:`,
    'of: "it"',
  ]);
  assert.deepEqual(ofNode(events, "END")[0], [
    'The run came to its end at END: COMPLETED. It announced the event EV_DONE_V0 with exit_reason_code "COMPLETED" and outcome "SUCCESS".',
  ]);
  const ends = explain(events).paragraphs.filter(({ about }) => about === "ending");
  assert.deepEqual(
    ends.map(({ sentences }) => sentences),
    [
      ["Run 0.1 ended with COMPLETED, which is a success.", "It had 1 side effect; it changed 1 store: LOG."],
      [
        "The run ended with COMPLETED, which is a success.",
        "It had 1 side effect; no change of a store is recorded.",
      ],
    ],
  );
});

// ---- waits ----

const AWAIT = "capability_side_effects::CS_AWAIT_V0";
const waitingFor = (inputs: JsonObject, op = "EVENT") =>
  contract(
    [
      {
        step: "ask",
        side_effect: AWAIT,
        op,
        inputs,
        on_result: { SUCCESS: "exit", TIMED_OUT: "exit", VIOLATION: "exit", BACKEND_ERROR: "exit" },
      },
    ],
    { result_status_contract: { allowed: ["SUCCESS", "TIMED_OUT", "VIOLATION", "BACKEND_ERROR"] } },
  );

const ASKED = { key: "approval", timeout: "PT1H", prompt: "Release it?", choices: ["yes", "no"] };
const WAIT =
  'for the event "approval", which asks "Release it?", with the choices "yes" or "no", at most until 2026-01-31 at 10:00:00.120 UTC';

test("a run that waits says for what, also where a run that it called waits", async () => {
  const { events } = await runTrial(oneContract(waitingFor(ASKED)));
  assert.deepEqual(ofNode(events, "WORK")[0], [
    "WORK has not ended. Its contract is trial::CC_WORK_V0. Its steps:",
    `Step ask: It waits ${WAIT}.`,
  ]);
  assert.deepEqual(toldEnd(events), [
    "The run has not ended. It had 1 side effect; no change of a store is recorded. It waits:",
    WAIT,
  ]);
  const nested = await runTrial(calling(waitingFor({ until: "2026-02-01T00:00:00Z" }, "TIME")));
  const ends = explain(nested.events).paragraphs.filter(({ about }) => about === "ending");
  assert.deepEqual(
    ends.map(({ sentences, items }) => [sentences[0], ...items]),
    [
      ["Run 0.1 has not ended.", "until 2026-02-01 at 00:00:00 UTC"],
      ["The run has not ended.", "until 2026-02-01 at 00:00:00 UTC"],
    ],
  );
  assert.match(ofNode(nested.events, "WORK")[0]?.at(-1) ?? "", /and has not ended\. It called 1 run: 0\.1\.$/);
});

test("a wait that a cancellation ended is not told as an effect that may have taken place", async () => {
  const { events } = (await MADE["it was cancelled while it waited"]()).trial;
  const step = ofNode(events, "WORK")[0]?.at(-1) ?? "";
  assert.match(
    step,
    /^Step wait: EVENT of CS_AWAIT_V0 was begun with .* It waited, and nothing ended the wait\.$/,
  );
});

test("how a run went on, and how it was cancelled, is told in order", async () => {
  const { events } = await runTrial(oneContract(waitingFor({ key: "approval" })));
  const last = events.at(-1) as TraceEvent;
  const session = { runtime: { name: "trial", version: "0" }, observed: [] };
  const add = (event_type: string, payload: JsonObject, run = "0") =>
    ({ ...last, event_type, run, payload, timestamp: "2026-01-31T10:00:00.000Z" }) as unknown as TraceEvent;
  const actor = "trial::AC_ANN_V0";
  const resumed = (payload: JsonObject) => add("run_resumed", { ...session, ...payload } as JsonObject);
  const end = { outcome: null, exit_reason_code: "CANCELLED", events: 5, effects: 1, duration_us: 0 };
  const all = [
    ...events,
    resumed({ cause: "EVENT", key: "approval", answer: "yes", actor }),
    resumed({ cause: "TIME" }),
    resumed({ cause: "INTERRUPTED" }),
    add("run_cancelled", { ...session, reason: "no longer needed", actor } as JsonObject),
    add("workflow_complete", { status: "CANCELLED", ...end }),
  ];
  const at = "On 2026-01-31 at 10:00:00 UTC it";
  assert.deepEqual(told(all).slice(-2), [
    [
      "The run was not made in one go:",
      'On 2026-01-31 at 09:00:00.120 UTC it was suspended. It waited for the event "approval".',
      `${at} went on (by ${actor}, as the caller said): the event "approval" was delivered with the answer "yes".`,
      `${at} went on: a moment had come for which it waited.`,
      `${at} went on: it had been interrupted.`,
      `${at} was cancelled (by ${actor}, as the caller said): "no longer needed".`,
    ],
    [
      "The run was cancelled. What it had done before was not undone. It had 1 side effect; no change of a store is recorded.",
    ],
  ]);
});

test("a trace that somebody else wrote is told, whatever its texts are", () => {
  for (const text of HOSTILE) {
    const { paragraphs } = explain(hostileRun(text).events);
    const [request, node, step] = paragraphs;
    assert.deepEqual([request?.about, node?.about, step?.about], ["request", "node", "node"], text);
    assert.ok(
      node?.sentences.some((sentence) => sentence.startsWith(`${text} checked the request`)),
      text,
    );
  }
});
