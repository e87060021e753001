import assert from "node:assert/strict";
import { test } from "node:test";
import { checkAllowed } from "../../src/examine/allowed.ts";
import { findingTable, wordsOf } from "../../src/examine/finding.ts";
import { replay } from "../../src/examine/replay/replay.ts";
import { verifyTrace } from "../../src/examine/verify.ts";
import type { JsonObject } from "../../src/json/value.ts";
import {
  appending,
  compileTrial,
  contract,
  memoryData,
  oneContract,
  type Protocol,
  passing,
  runPlan,
  testEffect,
  testTransform,
} from "../engine/trial.ts";
import { type EditableLine, examine, forge, found, linesOf } from "./examination.ts";

const working = (pipeline: readonly JsonObject[], end: JsonObject = {}, node: JsonObject = {}): Protocol => {
  const protocol = oneContract(contract(pipeline, { inputs: { n: {} } }), node);
  const nodes = { ...(protocol.workflow["nodes"] as object), END: { type: "EXIT", ...end } };
  return { ...protocol, workflow: { start_node: "START", nodes } };
};

const steps = [
  passing("pass", { value: "$.inputs.n" }, { outputs: { out: "$.value" } }),
  appending("log", { n: "$.inputs.n" }),
];
const plan = await compileTrial(working(steps, { emit: "EV_DONE_V0" }));
const { text } = await runPlan(plan, { n: 1 });

type Edit = (line: EditableLine) => EditableLine;

const editing = (
  type: string,
  edit: (payload: EditableLine["payload"], line: EditableLine) => Partial<EditableLine>,
) =>
  forge(text, (lines) =>
    lines.map((line) => (line["event_type"] === type ? { ...line, ...edit(line.payload, line) } : line)),
  );

const lineOfType = (type: string) =>
  linesOf(text).findIndex((line) => (JSON.parse(line) as EditableLine)["event_type"] === type) + 1;

// ---- allowed ----

const notAllowed: readonly { name: string; forged: string; expected: readonly JsonObject[] }[] = [
  {
    name: "a transition that is no edge",
    forged: editing("node_end", (payload) =>
      payload["next"] === "END" ? { payload: { ...payload, next: "START" } } : {},
    ),
    expected: [
      {
        code: "NOT_AN_EDGE",
        line: lineOfType("workflow_complete") - 3,
        node: "WORK",
        outcome: "SUCCESS",
        next: "START",
      },
    ],
  },
  {
    name: "a node the graph does not have",
    forged: editing("node_start", (_, line) => (line["node_id"] === "WORK" ? { node_id: "HIDDEN" } : {})),
    expected: [{ code: "UNKNOWN_NODE", line: 5, node: "HIDDEN" }],
  },
  {
    name: "a node of another type",
    forged: editing("node_start", (payload, line) =>
      line["node_id"] === "END" ? { payload: { ...payload, node_type: "CC" } } : {},
    ),
    expected: [{ code: "UNKNOWN_NODE", line: lineOfType("workflow_complete") - 2, node: "END" }],
  },
  {
    name: "another contract at a node",
    forged: editing("node_start", (payload, line) =>
      line["node_id"] === "WORK" ? { payload: { ...payload, capability_code: "trial::CC_OTHER_V0" } } : {},
    ),
    expected: [{ code: "UNKNOWN_NODE", line: 5, node: "WORK" }],
  },
  {
    name: "a transform step the contract does not have",
    forged: editing("transform_end", (payload) => ({ payload: { ...payload, step: "smuggled" } })),
    expected: [{ code: "UNKNOWN_STEP", line: lineOfType("transform_end"), node: "WORK", step: "smuggled" }],
  },
  {
    name: "another transform in a step",
    forged: editing("transform_end", (payload) => ({ payload: { ...payload, ct_code: "trial::CT_OTHER_V0" } })),
    expected: [{ code: "UNKNOWN_STEP", line: lineOfType("transform_end"), node: "WORK", step: "pass" }],
  },
  ...(["op", "store", "cs_code", "step"] as const).map((member) => ({
    name: `a side effect with another ${member}`,
    forged: editing("side_effect_start", (payload) => ({ payload: { ...payload, [member]: "OTHER" } })),
    expected: [
      {
        code: "UNKNOWN_STEP",
        line: lineOfType("side_effect_start"),
        node: "WORK",
        step: member === "step" ? "OTHER" : "log",
      },
    ],
  })),
  {
    name: "an announcement the EXIT does not declare",
    forged: editing("event_announced", (payload) => ({ payload: { ...payload, event_code: "EV_OTHER_V0" } })),
    expected: [
      { code: "NOT_ANNOUNCED", line: lineOfType("event_announced"), node: "END", event_code: "EV_OTHER_V0" },
    ],
  },
];

for (const { name, forged, expected } of notAllowed) {
  test(`${name} is not allowed, even in an unbroken chain`, async () => {
    const { intact, allowed } = await examine(plan, forged);
    assert.deepEqual(intact, []);
    assert.deepEqual(
      allowed.map(({ code, line, facts }) => ({ code, line, ...facts })),
      expected,
    );
  });
}

test("another snapshot, and a workflow with another text, are found on the first line", async () => {
  const other = await compileTrial(working([...steps, passing("more", { value: 1 })], { emit: "EV_DONE_V0" }));
  const { events } = verifyTrace(Buffer.from(text));
  assert.deepEqual(
    (await checkAllowed(other, events)).map(({ code, line, facts }) => ({ code, line, ...facts })),
    [{ code: "SNAPSHOT_DIFFERS", line: 1, recorded: plan.snapshot.root, found: other.snapshot.root }],
  );
  const renamed = { ...plan, workflow: { ...plan.workflow, contentHash: other.snapshot.root } };
  assert.deepEqual(
    (await checkAllowed(renamed, events)).map(({ code, line }) => `${code}:${line}`),
    ["WORKFLOW_DIFFERS:1"],
  );
});

test("a trace of an unsealed snapshot is held to the root over the workflow's own files", async () => {
  const { events } = verifyTrace(
    Buffer.from(
      editing("execution_start", (payload) => ({
        payload: { ...payload, snapshot: { root: plan.closureRoot, seal: "verified" } },
      })),
    ),
  );
  assert.deepEqual(await checkAllowed(plan, events), []);
});

test("a trace that calls its snapshot sealed is not of one that nobody has sealed, though the root be the same", async () => {
  const unsealed = { ...plan, snapshot: { root: plan.closureRoot, seal: "verified" as const } };
  const claiming = (seal: string) =>
    editing("execution_start", (payload) => ({
      payload: { ...payload, snapshot: { root: plan.closureRoot, seal } },
    }));
  const allowedOf = async (trace: string) => checkAllowed(unsealed, verifyTrace(Buffer.from(trace)).events);
  assert.deepEqual(await allowedOf(claiming("verified")), []);
  assert.deepEqual(
    (await allowedOf(claiming("sealed"))).map(({ code, line, facts }) => ({ code, line, ...facts })),
    [{ code: "SNAPSHOT_DIFFERS", line: 1, recorded: plan.closureRoot, found: null }],
  );
});

// ---- replayed ----

test("another payload, consistently forged, diverges where it is first used", async () => {
  const forged = editing("execution_start", (payload) => ({ payload: { ...payload, payload: { n: 2 } } }));
  const { replayed } = await examine(plan, forged);
  assert.deepEqual(replayed.finding, {
    code: "DIVERGED",
    line: 5,
    facts: { pointer: "/payload/inputs/n", recorded: 1, replayed: 2 },
  });
  assert.equal(replayed.compared, 4);
});

test("a payload field that no step reads, and a clock that none reads, are held to the name of the run", async () => {
  const trial = await runPlan(plan, { n: 1, unread: "as asked" });
  const starting = (change: (line: EditableLine) => EditableLine, rest: Edit = (line) => line) =>
    forge(trial.text, (lines) => lines.map((line, i) => (i === 0 ? change(line) : rest(line))));
  const payload = { n: 1, unread: "as forged" };
  const unread = starting((line) => ({ ...line, payload: { ...line.payload, payload } }));
  const { replayed } = await examine(plan, unread);
  const { recorded, replayed: named } = replayed.finding?.facts ?? {};
  assert.deepEqual(replayed.finding, {
    code: "DIVERGED",
    line: 1,
    facts: { pointer: "/execution_id", recorded: trial.events[0]?.execution_id, replayed: named },
  });
  assert.notEqual(named, recorded);
  const later = [{ clock: "2026-02-01T09:00:00.120Z" }];
  const clock = starting((line) => ({ ...line, payload: { ...line.payload, observed: later } }));
  assert.deepEqual(await found(plan, clock), ["DIVERGED:1"]);
  const cut = clock.slice(0, clock.indexOf("\n") + 1);
  assert.deepEqual(await found(plan, cut), ["NO_END:1", "DIVERGED:1"]);
});

test("a run whose name was taken is numbered; every other name is found, whatever runtime the trace names", async () => {
  const naming = async (name: (id: string) => string) => {
    const trial = await runPlan(plan, { n: 1 }, { name });
    return found(plan, trial.text);
  };
  for (const number of ["_2", "_3", "_10"]) assert.deepEqual(await naming((id) => id + number), []);
  const others: ((id: string) => string)[] = [
    ...["by-hand", "", "20260131T090000120Z"].map((free) => () => free),
    ...["_0", "_1", "_02", "_", "_2_2", "x"].map((behind) => (id: string) => id + behind),
    (id) => `x${id}`,
    (id) => id.toUpperCase(),
    (id) => id.replace("__", "_"),
    (id) => id.replace("2026", "2027"),
  ];
  for (const other of others) assert.deepEqual(await naming(other), ["DIVERGED:1"], String(other));
});

test("a trace that ends before the replay does is found as shorter than what happened", async () => {
  const cut = forge(text, (lines) => {
    const end = lines.at(-1) as EditableLine;
    const kept = lines.slice(0, 7);
    return [...kept, { ...end, payload: { ...end.payload, events: 8, effects: 0 } }];
  });
  assert.deepEqual(await found(plan, cut), ["DIVERGED:8"]);
});

test("events behind the replay's end are found", async () => {
  const { events } = verifyTrace(Buffer.from(text));
  const { finding } = await replay(plan, [...events, events[0] as (typeof events)[number]]);
  assert.deepEqual(finding?.code, "REPLAY_SHORTER");
});

test("a complete record that lacks its last events is found", async () => {
  const { events } = verifyTrace(Buffer.from(text));
  const end = events.at(-1) as (typeof events)[number];
  const early = await replay(plan, [...events.slice(0, 4), end]);
  assert.equal(early.finding?.code, "DIVERGED");
  assert.equal(early.compared, 4);
});

test("an interrupted trace replays as far as it goes, at every line", async () => {
  const lines = linesOf(text);
  for (let kept = 1; kept < lines.length; kept++) {
    const torn = `${lines.slice(0, kept).join("\n")}\n`;
    assert.deepEqual(await found(plan, torn), [`NO_END:${kept}`]);
    assert.equal((await examine(plan, torn)).replayed.compared, kept);
  }
});

test("a transform that answers something else than it did is found with both values", async () => {
  const fickle = (value: number) => testTransform("trial::CT_FICKLE_V0", () => ({ result: { value } }));
  const step = { step: "ask", transform: "trial::CT_FICKLE_V0", on_result: { SUCCESS: "exit" } };
  const compiled = (value: number) => compileTrial({ ...working([step]), transforms: [fickle(value)] });
  const trial = await runPlan(await compiled(1), {});
  const { replayed } = await examine(await compiled(2), trial.text);
  assert.deepEqual(replayed.finding?.facts, { pointer: "/payload/outputs/value", recorded: 1, replayed: 2 });
});

test("drawn values are handed back in the replay; another number or kind of draws than on record is found", async () => {
  const drawing = testTransform("trial::CT_DRAW_V0", (_, sources) => ({
    result: { id: sources.entropy(4), at: sources.clock() },
  }));
  const step = { step: "ask", transform: "trial::CT_DRAW_V0", on_result: { SUCCESS: "exit" } };
  const drawn = await compileTrial({ ...working([step]), transforms: [drawing] });
  const trial = await runPlan(drawn, {});
  assert.deepEqual(await found(drawn, trial.text), []);
  const observing = async (observed: readonly JsonObject[]) => {
    const forged = forge(trial.text, (lines) =>
      lines.map((line) =>
        line["event_type"] === "transform_end" ? { ...line, payload: { ...line.payload, observed } } : line,
      ),
    );
    const { replayed } = await examine(drawn, forged);
    return [replayed.finding?.code, replayed.finding?.line, replayed.finding?.facts["pointer"]];
  };
  const kept: readonly JsonObject[] = [{ entropy: "00000000" }, { clock: "2026-01-31T09:00:00.120Z" }];
  const [one, two] = kept as [JsonObject, JsonObject];
  for (const other of [[], [one], [two, one], [one, two, one]]) {
    assert.deepEqual(await observing(other), ["DIVERGED", 6, "/payload/observed"]);
  }
  assert.deepEqual(await observing(kept), ["DIVERGED", 6, "/payload/outputs/id"]);
});

const refused: readonly {
  name: string;
  protocol: Protocol;
  payload: JsonObject;
  data?: ReturnType<typeof memoryData>;
}[] = [
  {
    name: "an outcome without a route",
    protocol: working([passing("pass", {}, { on_result: {} })]),
    payload: {},
  },
  { name: "an outcome without an edge", protocol: working(steps, {}, { next: {} }), payload: { n: 1 } },
  {
    name: "a capability that threw",
    protocol: {
      ...working([{ step: "ask", transform: "trial::CT_BAD_V0", on_result: {} }]),
      transforms: [
        testTransform("trial::CT_BAD_V0", () => {
          throw new Error("bad");
        }),
      ],
    },
    payload: {},
  },
  {
    name: "a capability that threw after it had drawn",
    protocol: {
      ...working([{ step: "ask", transform: "trial::CT_BAD_V0", on_result: {} }]),
      transforms: [
        testTransform("trial::CT_BAD_V0", (_, sources) => {
          throw new Error(sources.clock());
        }),
      ],
    },
    payload: {},
  },
  {
    name: "a corrupt store",
    protocol: {
      ...working(steps),
      workflow: {
        ...working(steps).workflow,
        admission: { forbids: ["EV_X_V0"], bindings: { EV_X_V0: { n: "n" } } },
      },
    },
    payload: { n: 1 },
    data: memoryData({ "log.jsonl": "[]\n" }),
  },
  {
    name: "an effect that threw",
    protocol: {
      ...working([{ step: "do", side_effect: "trial::CS_BAD_V0", op: "DO", store: "LOG", on_result: {} }]),
      effects: [
        testEffect("trial::CS_BAD_V0", () => {
          throw new Error("bad");
        }),
      ],
    },
    payload: {},
  },
  { name: "an unresolved path", protocol: working([passing("pass", { value: ["$.inputs.n"] })]), payload: {} },
];

for (const { name, protocol, payload, data } of refused) {
  test(`a run refused for ${name} replays to the same refusal`, async () => {
    const compiled = await compileTrial(protocol);
    const trial = await runPlan(compiled, payload, data === undefined ? {} : { data });
    assert.ok(trial.ending.fault !== undefined);
    assert.deepEqual(await found(compiled, trial.text), []);
  });

  test(`a run refused for ${name}: who refused and with which code is held to the replay`, async () => {
    const compiled = await compileTrial(protocol);
    const { text: record, events } = await runPlan(compiled, payload, data === undefined ? {} : { data });
    const at = events.findIndex(({ event_type }) => event_type === "error");
    for (const other of [{ error_code: "NO_SUCH_CODE" }, { stage: "seal" }, { node_category: "IN" }]) {
      const forged = forge(record, (lines) =>
        lines.map((line, i) => (i === at ? { ...line, payload: { ...line.payload, ...other } } : line)),
      );
      assert.deepEqual(await found(compiled, forged), [`DIVERGED:${at + 1}`], JSON.stringify(other));
    }
  });
}

test("a refusal that the replay does not come to is found", async () => {
  const forged = forge(text, (lines) => {
    const at = lines.findIndex((line) => line["event_type"] === "transform_end");
    const error = {
      ...(lines[at] as EditableLine),
      event_type: "error",
      payload: {
        error_code: "CAPABILITY_FAULT",
        node_category: "CT",
        stage: "transform",
        step: "pass",
        facts: {},
      },
    };
    const end = lines.at(-1) as EditableLine;
    const counted = {
      ...end.payload,
      status: "FAILED",
      outcome: null,
      exit_reason_code: "CAPABILITY_FAULT",
      events: at + 2,
      effects: 0,
    };
    return [...lines.slice(0, at), error, { ...end, payload: counted }];
  });
  const { intact, replayed } = await examine(plan, forged);
  assert.deepEqual(intact, []);
  assert.deepEqual([replayed.finding?.code, replayed.finding?.line], ["DIVERGED", lineOfType("transform_end")]);
});

// ---- numbers beyond the exact integers ----

test("a number that prints otherwise than it was written survives the trace: 2^60 is read back and replayed", async () => {
  for (const n of [2 ** 60, 1e21, -0, 5e-324, 1.7976931348623157e308]) {
    const trial = await runPlan(plan, { n });
    assert.deepEqual(await found(plan, trial.text), [], String(n));
  }
});

// ---- words ----

test("every finding has words, and none of them shows a placeholder for a fact that is missing", () => {
  for (const code of Object.keys(findingTable) as (keyof typeof findingTable)[]) {
    const { what } = wordsOf({ code, facts: {} });
    assert.ok(what.length > 0 && !what.includes("undefined"), code);
  }
});

const identity: Edit = (line) => line;

test("a forger who changes nothing leaves the same trace", () => {
  assert.equal(
    forge(text, (lines) => lines.map(identity)),
    text,
  );
});
