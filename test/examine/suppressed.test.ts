/** Examining runs with secrets: where a suppressed value is accepted, what rests on it, what a forger cannot hide with it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ResumeFault } from "../../src/engine/resume-errors.ts";
import { HEAD_ONLY } from "../../src/examine/head-only.ts";
import { verifyTrace } from "../../src/examine/verify.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { isSuppressed } from "../../src/trace/event.ts";
import {
  appending,
  compileTrial,
  contract,
  eventsOf,
  memorySecrets,
  oneContract,
  type Protocol,
  passing,
  resumePlan,
  runPlan,
  type Trial,
  WORKFLOW,
} from "../engine/trial.ts";
import { SECRETIVE } from "../engine/waiting.ts";
import { takingTurns } from "../support/portion.ts";
import {
  counted,
  type EditableLine,
  examine,
  forge,
  found,
  nameOf,
  olderTrace,
  underName,
} from "./examination.ts";

const it = takingTurns(import.meta.url);

const PIN = "hush-4711-secret";
const GATEWAY = "capability_side_effects::CS_WORKFLOW_GATEWAY_V0";
const UNKNOWN = { $suppressed: `sha256:${"0".repeat(64)}` };

/** A contract that suppresses `pin`, hands on `note`, and ends as the condition has it. */
const judging = (condition: string, suppressed: readonly string[] = ["pin"]): Protocol =>
  oneContract(
    contract(
      [
        passing("open", { value: { said: "$.inputs.note" } }, { outputs: { said: "$.value.said" } }),
        appending("log", { note: "$.results.open.said", kind: "PLAIN" }),
        passing("last", { value: [1] }, { outputs: { one: "$.value" }, on_result: { SUCCESS: "judge" } }),
      ],
      {
        inputs: { pin: {}, note: {} },
        suppress_trace_fields: suppressed,
        evaluation: { judge: { condition, on_true: "YES", on_false: "NO" } },
        result_status_contract: { allowed: ["YES", "NO", "VIOLATION", "BACKEND_ERROR"] },
      },
    ),
    { inputs: { pin: "$.payload.code", note: "$.payload.note" } },
  );

async function judged(
  payload: JsonObject = { code: PIN, note: "visible" },
  condition = '$.inputs.note == "visible"',
): Promise<{ plan: Plan; trial: Trial }> {
  const plan = await compileTrial(judging(condition));
  return { plan, trial: await runPlan(plan, payload) };
}

const suppressedIn = ({ text }: Trial) => text.split('"$suppressed":').length - 1;

// ---- what is taken as recorded is named ----

test("an evaluation of a suppressed value is taken as recorded, and named", async () => {
  for (const [code, outcome] of [
    [PIN, "YES"],
    ["another secret", "NO"],
  ]) {
    const { plan, trial } = await judged({ code: code as string, note: "n" }, `$.inputs.pin == "${PIN}"`);
    const [end] = eventsOf(trial, "evaluation_end");
    assert.deepEqual([end?.payload.outcome, isSuppressed(end?.payload.left)], [outcome, true]);
    const { replayed } = await examine(plan, trial.text);
    assert.equal(replayed.finding, null);
    assert.deepEqual(replayed.taken, [
      { line: end?.sequence, run: "0", node: "WORK", step: "last", kind: "evaluation" },
    ]);
    assert.equal(replayed.compared, trial.events.length - 1);
  }
});

test("an evaluation of a suppressed value that ends in a refusal replays", async () => {
  for (const condition of ["$.inputs.pin > 3", "$.inputs.pin.deeper == 3"]) {
    const { plan, trial } = await judged(undefined, condition);
    assert.equal(eventsOf(trial, "error").length, 1);
    assert.deepEqual(await found(plan, trial.text), []);
  }
});

test("an outcome that an evaluation of a suppressed value cannot give is found", async () => {
  const { plan, trial } = await judged({ code: PIN }, `$.inputs.pin == "${PIN}"`);
  const end = eventsOf(trial, "evaluation_end")[0]?.sequence;
  const forged = edited(trial, ({ payload, ...line }) => {
    if (line["sequence"] === end) return { ...line, payload: { ...payload, outcome: "VIOLATION" } };
    return { ...line, payload: payload["status"] === "YES" ? { ...payload, status: "VIOLATION" } : payload };
  });
  assert.deepEqual(await found(plan, forged), [`UNKNOWN_EVALUATION:${end}`, `DIVERGED:${end}`]);
});

test("what an evaluation compares is suppressed wherever it comes from a secret", async () => {
  for (const [condition, payload] of [
    ["$.inputs.pin == true", { code: true }],
    ["$.inputs.pin.of.it == 1", { code: { of: { it: 1 } } }],
    ["7 < $.inputs.pin.of", { code: { of: 70 } }],
    ["$.inputs.pin != $.inputs.note", { code: { of: 70 }, note: { of: 70 } }],
  ] as const) {
    const { plan, trial } = await judged(payload, condition);
    const [{ payload: shown } = {}] = eventsOf(trial, "evaluation_end");
    const secret = condition.startsWith("$.inputs.pin") ? shown?.left : shown?.right;
    assert.ok(isSuppressed(secret), condition);
    assert.deepEqual(await found(plan, trial.text), [], condition);
  }
});

test("an evaluation of a suppressed value that is left out, or given other visible values, is found", async () => {
  const { plan, trial } = await judged({ code: PIN, note: "n" }, "$.inputs.note != $.inputs.pin");
  const line = eventsOf(trial, "evaluation_end")[0]?.sequence ?? 0;
  const without = forge(trial.text, (lines) => counted(lines.filter(({ sequence }) => sequence !== line)));
  assert.deepEqual(await found(plan, without), [`DIVERGED:${line}`]);
  const other = edited(trial, (one) =>
    one["sequence"] === line ? { ...one, payload: { ...one.payload, left: "m" } } : one,
  );
  assert.deepEqual(await found(plan, other), [`DIVERGED:${line}`]);
});

test("an older trace, in which evaluations are no events, replays, and names what was taken as recorded", async () => {
  for (const condition of [`$.inputs.pin == "${PIN}"`, "$.inputs.note == 1", "$.inputs.pin > 3"]) {
    const { plan, trial } = await judged(undefined, condition);
    const { intact, allowed, replayed } = await examine(plan, olderTrace(trial.text));
    assert.deepEqual([intact, allowed, replayed.finding], [[], [], null], condition);
    assert.deepEqual(
      replayed.taken.map(({ step, kind }) => `${step} ${kind}`),
      condition.includes("pin") ? ["last evaluation"] : [],
    );
  }
});

test("where nothing that a secret is in is asked, nothing is taken as recorded", async () => {
  const { plan, trial } = await judged();
  const { replayed } = await examine(plan, trial.text);
  assert.deepEqual([replayed.finding, replayed.taken], [null, []]);
  assert.ok(replayed.suppressed > 0);
});

test("what is bound out of a suppressed object replays, whether there was anything or not", async () => {
  const read = passing("read", { value: "$.inputs.wallet.keys[0]" }, { outputs: { key: "$.value" } });
  const log = appending("log", { key: "$.inputs.wallet.keys[0]", name: "$.inputs.wallet.name" });
  const core = contract([log, read], {
    inputs: { wallet: {}, name: { type: "string", required: true } },
    suppress_trace_fields: ["wallet"],
  });
  const inputs = { wallet: "$.payload.w", name: "$.payload.w.name" };
  const plan = await compileTrial(oneContract(core, { inputs }));
  for (const w of [{ keys: ["a secret key"], name: "a name" }, { keys: [], name: "n" }, { name: 3 }, {}, PIN]) {
    const trial = await runPlan(plan, { w });
    assert.deepEqual(await found(plan, trial.text), [], JSON.stringify(w));
    const start = eventsOf(trial, "node_start").find(({ node_id }) => node_id === "WORK");
    if (start?.payload.inputs?.["name"] === undefined) continue;
    const shown = edited(trial, (line) =>
      line["sequence"] === start.sequence
        ? (put(line, ["payload", "inputs", "name"], "forged") as EditableLine)
        : line,
    );
    assert.deepEqual(await found(plan, shown), [`DIVERGED:${start.sequence}`]);
  }
});

// ---- forged traces ----

/** Every hash and the name made anew, so that the name does not tell. */
const edited = ({ text }: Trial, edit: (line: EditableLine) => EditableLine) =>
  forge(text, (lines) => {
    const forged = lines.map(edit);
    const name = nameOf(forged);
    return name === forged[0]?.["execution_id"] ? forged : underName(forged, name);
  });

type Step = readonly (string | number)[];

function leavesOf(value: unknown, path: Step = []): readonly Step[] {
  if (typeof value !== "object" || value === null || isSuppressed(value as Json)) return [path];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, item]: [string | number, unknown]) => leavesOf(item, [...path, key]));
}

/** The value with another one at the path; undefined takes the member away. */
function put(value: unknown, [key, ...rest]: Step, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? put(item, rest, by) : item));
  const inside = put((value as { [key: string]: unknown })[key as string], rest, by);
  const { [key as string]: _, ...others } = value as { [key: string]: unknown };
  return inside === undefined ? others : { ...others, [key]: inside };
}

/** Everything of an effect's answer that no step publishes, and what differs from run to run. */
const ONLY_BY_HEAD = /^(max_hops|runtime\/.*|duration_us|payload_digest|(result|change|observed)(\/.*)?)$/;

it("a visible value that is said to be suppressed is found wherever the plan has no secret", async () => {
  const { plan, trial } = await judged();
  let tried = 0;
  for (const { payload, sequence } of trial.events) {
    for (const path of leavesOf(payload)) {
      const isSecret = isSuppressed(
        path.reduce<unknown>((holder, key) => (holder as never)[key], payload) as Json,
      );
      if (isSecret || ONLY_BY_HEAD.test(path.join("/"))) continue;
      const forged = edited(trial, (line) =>
        line["sequence"] === sequence ? (put(line, ["payload", ...path], UNKNOWN) as EditableLine) : line,
      );
      assert.notDeepEqual(await found(plan, forged), [], `line ${sequence} ${path.join("/")}`);
      tried++;
    }
  }
  assert.ok(tried > 40);
});

test("a suppressed value that was made a visible one is found", async () => {
  const { plan, trial } = await judged();
  for (const { payload, sequence } of trial.events.slice(1)) {
    for (const path of leavesOf(payload)) {
      const was = path.reduce<unknown>((holder, key) => (holder as never)[key], payload) as Json;
      if (!isSuppressed(was)) continue;
      const forged = edited(trial, (line) =>
        line["sequence"] === sequence ? (put(line, ["payload", ...path], "forged") as EditableLine) : line,
      );
      assert.deepEqual(await found(plan, forged), [`DIVERGED:${sequence}`], path.join("/"));
    }
  }
});

test("a violation that was put in about a visible value is found", async () => {
  const { plan, trial } = await judged();
  const at =
    trial.events.findIndex((event) => event.event_type === "node_start" && event.node_id === "WORK") + 1;
  const lying = {
    ...JSON.parse(JSON.stringify(trial.events[at])),
    event_type: "violation",
    payload: { violation_code: "INPUT_VIOLATION", field: "/note", constraint: "type", actual: UNKNOWN },
  } as EditableLine;
  const forged = forge(trial.text, (lines) => [...lines.slice(0, at), lying, ...lines.slice(at)]);
  assert.deepEqual((await examine(plan, forged)).replayed.finding?.line, at + 1);
});

for (const [name, by] of [
  ["dropped", undefined],
  ["added", "added"],
] as const) {
  it(`a member that was ${name} in a chain made anew is found, with secrets and without`, async () => {
    const condition = '$.inputs.note == "visible"';
    const plans = [await compileTrial(judging(condition)), await compileTrial(judging(condition, []))];
    for (const plan of plans) {
      const trial = await runPlan(plan, { code: PIN, note: "visible" }, { actor: "ann" });
      for (const { payload, sequence, event_type } of trial.events) {
        for (const path of membersOf(payload, by !== undefined)) {
          if (ONLY_BY_HEAD.test(path.join("/")) || isUnread(event_type, path)) continue;
          if (event_type === "execution_start" && path.join() === "payload") continue;
          const forged = edited(trial, (line) =>
            line["sequence"] === sequence ? (put(line, ["payload", ...path], by) as EditableLine) : line,
          );
          assert.notDeepEqual(await found(plan, forged), [], `line ${sequence} ${path.join("/")}`);
        }
      }
    }
  });
}

/** Who ran it, and what is put beside what the run reads: only the head holds these when the name is made anew. */
const isUnread = (type: string, path: Step) =>
  type === "execution_start" && /^(actor|(payload|snapshot|runtime)\/another)$/.test(path.join("/"));

/** Every member, or in every object one that is not there. */
function membersOf(value: unknown, isNew: boolean, path: Step = []): readonly Step[] {
  if (typeof value !== "object" || value === null || isSuppressed(value as Json)) return [];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  const inside = entries.flatMap(([key, item]) => membersOf(item, isNew, [...path, key]));
  if (Array.isArray(value)) return inside;
  return [...(isNew ? [[...path, "another"]] : entries.map(([key]) => [...path, key])), ...inside];
}

// ---- nested runs ----

const PARCEL = "trial::WF_PARCEL_V0";

/** Calls a workflow with the pin, whose contract suppresses the `inner` names. */
const sending = (payload: JsonObject, inner: readonly string[]): Protocol => {
  const call = {
    step: "call",
    side_effect: GATEWAY,
    op: "EXECUTE",
    inputs: { workflow_code: PARCEL, payload },
    outputs: { result: "$.capability_result.execution_result" },
    on_result: { SUCCESS: "exit", NOT_FOUND: "exit", BACKEND_ERROR: "exit" },
  };
  const main = oneContract(
    contract([call], {
      inputs: { pin: {}, box: {} },
      result_status_contract: { allowed: ["SUCCESS", "NOT_FOUND", "BACKEND_ERROR"] },
      suppress_trace_fields: ["pin"],
    }),
    { inputs: { pin: "$.payload.code", box: "$.payload.box" } },
  );
  const node = (code: string, inputs: JsonObject) => ({ type: "CC", code, inputs, next: { default: "END" } });
  return {
    ...main,
    others: {
      [PARCEL]: {
        start_node: "START",
        nodes: {
          START: { type: "IN", next: { ACK: "WORK" } },
          WORK: node("CC_PARCEL_V0", { pin: "$.payload.pin", weight: "$.payload.box.weight" }),
          END: { type: "EXIT" },
        },
      },
    },
    contracts: {
      ...main.contracts,
      CC_PARCEL_V0: contract(
        [
          passing(
            "look",
            { value: { pin: "$.inputs.pin", weight: "$.inputs.weight" } },
            { outputs: { seen: "$.value" } },
          ),
          appending("log", { pin: "$.inputs.pin", weight: "$.inputs.weight" }),
        ],
        { inputs: { pin: {}, weight: {} }, suppress_trace_fields: inner },
      ),
    },
  };
};

for (const [name, inner] of [
  ["that the called workflow suppresses, too", ["pin"]],
  ["of the caller alone", []],
] as const) {
  it(`a secret ${name} is suppressed in both runs, replays, and every suppressed value is counted once`, async () => {
    const plan = await compileTrial(sending({ pin: "$.inputs.pin", box: "$.inputs.box" }, inner));
    for (const code of [
      PIN,
      "12",
      4711,
      true,
      ["12", PIN],
      { weight: PIN },
      "weight",
      WORKFLOW,
      "execution_result",
    ]) {
      const trial = await runPlan(plan, { code, box: { weight: 3, [PIN]: 4 } });
      const { intact, allowed, replayed } = await examine(plan, trial.text, trial.head);
      assert.deepEqual([intact, allowed, replayed.finding], [[], [], null], JSON.stringify(code));
      // One too short to be told by its value is shown in the called run, and cannot be compared there either.
      const shown = inner.length === 0 && String(code).length < 6 ? 1 : 0;
      assert.equal(replayed.suppressed, suppressedIn(trial) + shown, JSON.stringify(code));
      assert.equal(replayed.compared + replayed.taken.length, trial.events.length);
      assert.ok(!JSON.stringify(code).includes(PIN) || !trial.text.includes(PIN));
    }
  });
}

test("what a suppressed wait is like is taken as recorded, until the run goes on with its secrets", async () => {
  const plan = await compileTrial(SECRETIVE);
  const options = { kept: { key: new Uint8Array(32), file: memorySecrets().file } };
  const trial = await runPlan(plan, { token: PIN, pin: "77" }, options);
  const changes: readonly JsonObject[] = [
    { due: "2030-01-01T00:00:00.000Z" },
    { prompt: "Pay?" },
    { choices: ["yes"] },
  ];
  for (const change of changes) {
    const forged = forge(trial.text, (lines) =>
      lines.map((line) => {
        const { waits } = line.payload;
        if (!Array.isArray(waits)) return line;
        return { ...line, payload: { ...line.payload, waits: waits.map((one) => ({ ...one, ...change })) } };
      }),
    );
    assert.deepEqual(await found(plan, forged), [], JSON.stringify(change));
    const { events } = verifyTrace(Buffer.from(forged));
    const going = resumePlan(plan, { events, text: forged }, { ...options, delivery: { key: "77" } });
    await assert.rejects(going, ResumeFault, JSON.stringify(change));
  }
  assert.ok("suppressed-wait" in HEAD_ONLY);
});
