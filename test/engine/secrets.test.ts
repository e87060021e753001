import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Transform } from "../../src/capabilities/transform.ts";
import type { Platform } from "../../src/cli/context.ts";
import { runCli } from "../../src/cli/program.ts";
import { canonical, sha256 } from "../../src/json/canonical.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { realPlatform } from "../../src/main.ts";
import { toGraph } from "../../src/plan/graph.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { renderMarkdown } from "../../src/render/markdown.ts";
import { renderSvg } from "../../src/render/svg.ts";
import { isTraceName } from "../../src/trace/trace-name.ts";
import { examine, found } from "../examine/examination.ts";
import { freshEntropy } from "../support/fresh-entropy.ts";
import { takingTurns } from "../support/portion.ts";
import {
  appending,
  compileTrial,
  contract,
  eventsOf,
  inputsOf,
  oneContract,
  outputsOf,
  type Protocol,
  passing,
  runPlan,
  type Trial,
  testTransform,
} from "./trial.ts";

const it = takingTurns(import.meta.url);

const PIN = "hush-4711-secret";

/** A vault whose contract suppresses `pin`; what it publishes goes on to a contract that suppresses nothing. */
const vault: Protocol = {
  workflow: {
    start_node: "START",
    nodes: {
      START: { type: "IN", code: "IN_ASK_V0", next: { ACK: "SIGN", NACK: "END" } },
      SIGN: {
        type: "CC",
        code: "CC_SIGN_V0",
        inputs: { pin: "$.payload.code", note: "$.payload.note", box: { deep: "$.payload.nested.code" } },
        next: { default: "SHOW" },
      },
      SHOW: {
        type: "CC",
        code: "CC_SHOW_V0",
        inputs: { kept: "$.results.SIGN.kept", note: "$.payload.note" },
        next: { default: "END" },
      },
      END: { type: "EXIT" },
    },
  },
  intents: {
    IN_ASK_V0: {
      code: { type: ["string", "integer"] },
      note: { type: "string" },
      nested: { type: "object", fields: { code: { type: "string" } } },
    },
  },
  contracts: {
    CC_SIGN_V0: contract(
      [
        passing(
          "pass",
          { value: { copy: "$.inputs.pin", open: "$.inputs.note" } },
          { outputs: { kept: "$.value.copy", open: "$.value.open" } },
        ),
        appending("log", { signed_with: "$.results.pass.kept", pin: "$.inputs.pin", at: "{{timestamp}}" }),
      ],
      {
        inputs: { pin: { type: "string", required: true }, note: {}, box: {} },
        suppress_trace_fields: ["pin", "deep"],
      },
    ),
    CC_SHOW_V0: contract([passing("pass", { value: ["$.inputs.kept"] }, { outputs: { shown: "$.value" } })], {
      inputs: { kept: {}, note: {} },
    }),
  },
};

/** Trace, Markdown and picture: everything a run leaves for others to read. */
function leftBehind(plan: Plan, { text, events }: Trial): string {
  const graph = toGraph(plan);
  return [text, renderMarkdown(events, graph), renderSvg(events, graph)].join("\n");
}

async function runVault(payload: JsonObject, seed = "salt"): Promise<{ plan: Plan; trial: Trial }> {
  const plan = await compileTrial(vault);
  return { plan, trial: await runPlan(plan, payload, { seed }) };
}

/** How many suppressed values its events hold. */
const suppressedIn = ({ text }: Trial) => text.split('"$suppressed":').length - 1;

const isHidden = (value: Json | undefined) => {
  const text = JSON.stringify(value);
  assert.match(text, /^\{"\$suppressed":"sha256:[0-9a-f]{64}"\}$/);
  return text;
};

test("a list-valued path carries a secret between the list and all of what its start holds", async () => {
  const protocol = oneContract(
    contract([passing("idle", { value: "$.inputs.names" })], { inputs: {}, suppress_trace_fields: ["pins"] }),
    {
      inputs: {
        pins: "$.payload.people[*].pin",
        names: "$.payload.people[*].name",
        other: "$.payload.other[*]",
      },
    },
  );
  const { paths } = (await compileTrial(protocol)).secrets ?? {};
  assert.deepEqual(paths?.get("payload"), [["people"]]);
  assert.deepEqual(paths?.get("inputs WORK")?.map(String).sort(), ["names", "pins"]);
});

test("a suppressed value is hidden wherever it flows: payload, inputs, results, records, later nodes", async () => {
  const { plan, trial } = await runVault({ code: PIN, note: "visible" });
  assert.ok(!leftBehind(plan, trial).includes(PIN));
  const start = eventsOf(trial, "execution_start")[0]?.payload.payload;
  const shown = [
    start?.["code"],
    inputsOf(trial, "SIGN")?.["pin"],
    outputsOf(trial, "SIGN")?.["kept"],
    inputsOf(trial, "SHOW")?.["kept"],
  ];
  assert.equal(
    new Set(shown.map(isHidden)).size,
    1,
    "one value has one digest, so that its way can be followed",
  );
  assert.equal(start?.["note"], "visible");
  assert.equal(outputsOf(trial, "SIGN")?.["open"], "visible");
  const record = eventsOf(trial, "side_effect_start")[0]?.payload.inputs["record"] as JsonObject;
  isHidden(record["signed_with"]);
  isHidden(record["pin"]);
});

test("the store itself keeps the value", async () => {
  const { trial } = await runVault({ code: PIN });
  assert.ok(trial.data.text("log.jsonl")?.includes(PIN));
});

test("a suppressed value is also hidden inside longer texts and in keys, at every depth", async () => {
  const payload = {
    code: PIN,
    note: `the pin is ${PIN}, keep it`,
    more: [{ [PIN]: 1, [`x${PIN}`]: { y: PIN } }],
  };
  const { plan, trial } = await runVault(payload);
  assert.ok(!leftBehind(plan, trial).includes(PIN));
});

test("a name that is suppressed is hidden at any depth of that contract's data, and nowhere else by name", async () => {
  const { trial } = await runVault({
    code: "abc-def-ghi",
    nested: { code: "deep-secret-value" },
    deep: "elsewhere",
  });
  isHidden((inputsOf(trial, "SIGN")?.["box"] as JsonObject | undefined)?.["deep"]);
  assert.ok(!trial.text.includes("deep-secret-value"));
  assert.equal(eventsOf(trial, "execution_start")[0]?.payload.payload["deep"], "elsewhere");
});

test("a short value is hidden at its places, but does not black out the same letters elsewhere", async () => {
  const { trial } = await runVault({ code: "12", note: "12", other: "at 12 o'clock" });
  const start = eventsOf(trial, "execution_start")[0]?.payload.payload;
  isHidden(start?.["code"]);
  isHidden(inputsOf(trial, "SIGN")?.["pin"]);
  isHidden(outputsOf(trial, "SIGN")?.["kept"]);
  assert.equal(start?.["note"], "12");
  assert.equal(start?.["other"], "at 12 o'clock");
});

test("a suppressed name that the format has, too, hides data alone", async () => {
  const step = passing("pass", { value: { step: "$.inputs.step", reason: 1 } }, { outputs: {} });
  const names = [
    "step",
    "outcome",
    "status",
    "code",
    "before",
    "after",
    "result",
    "inputs",
    "payload",
    "ct_code",
  ];
  const core = contract([step, appending("log", { step: "$.inputs.step", status: "ok" })], {
    inputs: { step: {} },
    suppress_trace_fields: names,
  });
  const plan = await compileTrial(oneContract(core, { inputs: { step: "$.payload.code" } }));
  const trial = await runPlan(plan, { code: PIN });
  assert.deepEqual(await found(plan, trial.text), []);
  assert.ok(!trial.text.includes(PIN));
  const record = eventsOf(trial, "side_effect_start")[0]?.payload.inputs["record"] as JsonObject;
  isHidden(record["status"]);
});

it("a value of the payload that looks suppressed is data like any other, at a secret's place, too", async () => {
  const { plan, trial } = await runVault({ code: { $suppressed: PIN }, more: { $suppressed: "visible" } });
  assert.ok(!trial.text.includes(PIN));
  assert.deepEqual(eventsOf(trial, "execution_start")[0]?.payload.payload["more"], { $suppressed: "visible" });
  assert.deepEqual(await found(plan, trial.text), []);
});

test("what a rule of admission compares is hidden where the payload's is, however short", async () => {
  const workflow = {
    ...vault.workflow,
    admission: { requires: ["EV_ASKED_V0"], bindings: { EV_ASKED_V0: { pin: "code" } } },
  };
  const plan = await compileTrial({ ...vault, workflow });
  const trial = await runPlan(plan, { code: "12" });
  const [admission] = eventsOf(trial, "admission");
  isHidden(admission?.payload.requires[0]?.where["pin"]);
  assert.deepEqual(await found(plan, trial.text), []);
});

test("names that hold a secret stay apart, and a name of the protocol's own stays", async () => {
  const map = { [PIN]: 1, [`${PIN}+`]: 2, [`+${PIN}`]: 3 };
  const { plan, trial } = await runVault({ code: PIN, map });
  const shown = eventsOf(trial, "execution_start")[0]?.payload.payload["map"] as JsonObject;
  assert.deepEqual(Object.values(shown).sort(), [1, 2, 3]);
  assert.ok(!trial.text.includes(PIN));
  assert.deepEqual(await found(plan, trial.text), []);
  const named = await runVault({ code: "signed_with", map: { signed_with: 1 } });
  assert.deepEqual(eventsOf(named.trial, "execution_start")[0]?.payload.payload["map"], { signed_with: 1 });
});

test("the digest is salted: it differs from run to run, and is not that of the value", async () => {
  const digestOfPin = ({ trial }: { trial: Trial }) => isHidden(inputsOf(trial, "SIGN")?.["pin"]);
  const first = digestOfPin(await runVault({ code: PIN }, "one"));
  assert.notEqual(first, digestOfPin(await runVault({ code: PIN }, "two")));
  assert.ok(!first.includes(sha256(canonical(PIN))));
});

test("the value that a violation of the contract's inputs tells is hidden", async () => {
  const { plan, trial } = await runVault({ code: 471147114711 });
  const [violation] = eventsOf(trial, "violation");
  assert.equal(violation?.payload.field, "/pin");
  isHidden(violation?.payload.actual);
  assert.ok(!leftBehind(plan, trial).includes("471147114711"));
});

test("a violation hides the value also where its pointer has to escape the name", async () => {
  const nodes = vault.workflow["nodes"] as Record<string, JsonObject>;
  const sign = { ...nodes["SIGN"], inputs: { pin: "$.payload['a/b~c'].code" } };
  const plan = await compileTrial({
    ...vault,
    workflow: { ...vault.workflow, nodes: { ...nodes, SIGN: sign } },
    intents: { IN_ASK_V0: { "a/b~c": { type: "object", fields: { code: { type: "string" } } } } },
  });
  const [violation] = eventsOf(await runPlan(plan, { "a/b~c": [PIN] }), "violation");
  assert.equal(violation?.payload.field, "/a~1b~0c");
  isHidden(violation?.payload.actual);
});

test("the value that a violation of the intent tells is hidden, also where it holds the secret", async () => {
  for (const [payload, field] of [
    [{ code: [PIN] }, "/code"],
    [{ code: PIN, nested: { code: [PIN] } }, "/nested/code"],
    [{ code: PIN, nested: [PIN] }, "/nested"],
  ] as const) {
    const { plan, trial } = await runVault(payload);
    const [violation] = eventsOf(trial, "violation");
    assert.equal(violation?.payload.field, field);
    isHidden(violation?.payload.actual);
    assert.ok(!leftBehind(plan, trial).includes(PIN), field);
  }
});

test("an outcome that is a suppressed value stays hidden in the refusal it causes", async () => {
  const stating = passing("pass", { value: "$.inputs.pin" }, { outputs: { result_status: "$.value" } });
  const core = contract([stating], { inputs: { pin: {} }, suppress_trace_fields: ["pin"] });
  const plan = await compileTrial({ ...vault, contracts: { ...vault.contracts, CC_SIGN_V0: core } });
  for (const code of [PIN, 471147114711]) {
    const trial = await runPlan(plan, { code });
    const { fault } = trial.ending;
    assert.equal(fault?.code, "OUTCOME_NOT_ROUTED");
    assert.ok(!leftBehind(plan, trial).includes(String(code)));
    assert.ok(!leftBehind(plan, trial).includes("[object"));
    assert.ok(!`${fault?.message} ${JSON.stringify([fault?.facts, fault?.wording])}`.includes(String(code)));
    assert.equal((await examine(plan, trial.text)).replayed.finding, null);
  }
});

test("a replay takes suppressed values as recorded, counts them, and finds nothing", async () => {
  // Beside each: how many values are shown because they are too short, where the walk has suppressed ones.
  for (const [payload, short] of [
    [{ code: PIN, note: `with ${PIN}` }, 0],
    [{ code: 471147114711 }, 0],
    [{ code: "12", note: "12" }, 2],
    [{ code: [PIN] }, 0],
    [{ code: PIN, nested: { code: [PIN], [PIN]: 1 } }, 0],
  ] as const) {
    const { plan, trial } = await runVault(payload);
    const { intact, allowed, replayed } = await examine(plan, trial.text);
    assert.deepEqual(
      { intact, allowed, finding: replayed.finding },
      { intact: [], allowed: [], finding: null },
    );
    assert.equal(replayed.compared + replayed.taken.length, trial.events.length);
    assert.equal(replayed.suppressed, suppressedIn(trial) + short);
    assert.ok(replayed.suppressed > 0);
  }
});

test("a protocol without suppression suppresses nothing, and its replay counts nothing", async () => {
  const core = contract([passing("pass", { value: "$.inputs.pin" })], { inputs: { pin: {} } });
  const plan = await compileTrial({ ...vault, contracts: { ...vault.contracts, CC_SIGN_V0: core } });
  const trial = await runPlan(plan, { code: PIN });
  assert.ok(trial.text.includes(PIN));
  assert.equal((await examine(plan, trial.text)).replayed.suppressed, 0);
});

// ---- through the command line ----

const root = join(import.meta.dirname, "../..");
const FIXTURE = "fixtures/wf-rollback-release/completed.json";
const CODE = (JSON.parse(readFileSync(join(root, FIXTURE), "utf8")) as { confirmation_code: string })
  .confirmation_code;

/** The project's own snapshot with a copy of the fixtures' data; collects all that is printed. */
function consoleWorld(t: TestContext): { world: Platform; printed(): string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "pgs-secrets-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(root, "fixtures/data"), join(folder, "data"), { recursive: true });
  let text = "";
  const take = (more: string) => {
    text += more;
  };
  const world = {
    ...realPlatform(join(root, "src/render/fonts")),
    cwd: root,
    env: {},
    isTty: false,
    out: take,
    err: take,
  };
  return { world, printed: () => text, folder };
}

it("a run of the project's own rollback shows its confirmation code nowhere: printed, followed, rendered, stored", async (t) => {
  const { world, printed, folder } = consoleWorld(t);
  const run = (workflow: string, payload: string, ...more: readonly string[]) =>
    runCli(
      ["run", "--wf", `release_governance::${workflow}`, "--payload", `fixtures/${payload}.json`, "--no-png"]
        .concat(["--data-root", `${folder}/data`, "--traces", `${folder}/traces`, "--durability", "process"])
        .concat(more),
      world,
    );
  assert.equal(await run("WF_RELEASE_CHANGE_V0", "wf-release-change/completed"), 0);
  assert.equal(
    await run("WF_ROLLBACK_RELEASE_V0", "wf-rollback-release/completed", "--json", "--follow", "--debug"),
    0,
  );
  assert.equal(
    await run("WF_ROLLBACK_RELEASE_V0", "wf-rollback-release/admission-denied-second-time", "--debug"),
    1,
  );
  const { trace } = JSON.parse(
    printed().slice(printed().indexOf('{\n  "workflow"'), printed().indexOf("\n}\n") + 3),
  ) as {
    trace: { jsonl: string; md: string };
  };
  const left = [trace.jsonl, trace.md].map((file) => readFileSync(file, "utf8")).join("\n");
  assert.match(left, /\$suppressed/);
  assert.ok(!left.includes(CODE) && !printed().includes(CODE));
  assert.equal(await runCli(["examine", trace.jsonl, "--snapshot", "protocol_snapshot"], world), 0);
  assert.ok(!printed().includes(CODE));
  // The fingerprint of a code that nobody sees cannot be computed again, and the verdict says so.
  assert.match(printed(), /^VALID \(partial\) {2}/m);
  assert.match(printed(), /^taken as recorded, because of suppressed values\n.*\n +\d+ +\S+\.\S+ +transform$/m);
});

for (const code of ["SUCCESS", "ADMITTED", "WF_ROLLBACK_RELEASE_V0", "fingerprint", "2026-"]) {
  it(`the project's own rollback confirmed with ${code} takes place, and its trace is examined`, async (t) => {
    const { world, printed, folder } = consoleWorld(t);
    const payload = { ...JSON.parse(readFileSync(join(root, FIXTURE), "utf8")), confirmation_code: code };
    writeFileSync(join(folder, "payload.json"), JSON.stringify(payload));
    const run = (workflow: string, given: string, traces: string) =>
      runCli(
        ["run", "--wf", `release_governance::${workflow}`, "--payload", given, "--no-png", "--traces"].concat([
          join(folder, traces),
          "--data-root",
          `${folder}/data`,
          "--durability",
          "process",
        ]),
        world,
      );
    assert.equal(await run("WF_RELEASE_CHANGE_V0", "fixtures/wf-release-change/completed.json", "before"), 0);
    assert.equal(await run("WF_ROLLBACK_RELEASE_V0", join(folder, "payload.json"), "traces"), 0);
    const [name] = readdirSync(join(folder, "traces")).filter(isTraceName);
    const jsonl = join(folder, "traces", name as string, `${name}.jsonl`);
    assert.equal(
      await runCli(["examine", jsonl, "--snapshot", "protocol_snapshot", "--json"], world),
      0,
      printed(),
    );
  });
}

// ---- secrets that a transform draws ----

const KEYS = "trial::CT_KEYS_V0";

/** Draws a key and answers its fingerprint; `leaky` also hands the key out, as no transform should. */
const keys = (leaky: boolean): Transform => ({
  ...testTransform(KEYS, (_, sources) => {
    const key = sources.entropy(16);
    const fingerprint = sha256(key).slice(0, 8);
    return { result: leaky ? { fingerprint, hint: `key ${key}` } : { fingerprint } };
  }),
  draws: "secret",
});

const minting = (leaky: boolean): Protocol => ({
  ...vault,
  transforms: [keys(leaky)],
  workflow: {
    start_node: "START",
    nodes: {
      START: { type: "IN", next: { ACK: "MINT" } },
      MINT: { type: "CC", code: "CC_MINT_V0", inputs: {}, next: { default: "END" } },
      END: { type: "EXIT" },
    },
  },
  contracts: {
    CC_MINT_V0: contract([
      {
        step: "mint",
        transform: KEYS,
        inputs: {},
        outputs: { fingerprint: "$.fingerprint", hint: "$.hint" },
        on_result: { SUCCESS: "continue", VIOLATION: "exit" },
      },
      appending("log", { fingerprint: "$.results.mint.fingerprint" }),
    ]),
  },
});

for (const leaky of [false, true]) {
  test(`a key that a transform draws${leaky ? " and hands out" : ""} stands nowhere, and the trace replays`, async (t) => {
    const plan = await compileTrial(minting(leaky));
    const drawn: string[] = [];
    const entropy = freshEntropy(t);
    const hex = (count: number) => {
      const bytes = entropy.hex(count);
      drawn.push(bytes);
      return bytes;
    };
    const trial = await runPlan(plan, {}, { entropy: { hex } });
    assert.equal(trial.ending.exitReason, "COMPLETED");
    const left = leftBehind(plan, trial);
    for (const secret of drawn) assert.ok(!left.includes(secret));
    assert.ok(left.includes(String(outputsOf(trial, "MINT")?.["fingerprint"])), "what is public is shown");
    const { intact, allowed, replayed } = await examine(plan, trial.text, trial.head);
    assert.deepEqual([intact, allowed, replayed.finding], [[], [], null]);
    assert.ok(replayed.suppressed > 0, "what was not compared is counted");
  });
}
