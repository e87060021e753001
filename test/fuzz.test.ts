import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { registry } from "../src/capabilities/registry.ts";
import { run } from "../src/engine/run.ts";
import { RunFault } from "../src/faults.ts";
import { isObject, type Json, type JsonObject, readObject } from "../src/json.ts";
import { openMail } from "../src/node-mail.ts";
import { fixedClock, nodeFiles, openTrace, seededEntropy } from "../src/node-ports.ts";
import { openDataRoot } from "../src/node-store.ts";
import { compile } from "../src/plan/compile.ts";
import type { Plan } from "../src/plan/plan.ts";
import { openSnapshot } from "../src/snapshot/load.ts";
import { codesOf, examine } from "./examine/examination.ts";
import { sharedPath, skipWithout } from "./support/shared.ts";

const root = join(import.meta.dirname, "..");
const SEED = 20260131;

/** Everything a run may write is in here: `data` and `traces`; whatever else appears was not allowed. */
const parent = mkdtempSync(join(tmpdir(), "pgs-fuzz-"));
after(() => rmSync(parent, { recursive: true, force: true }));

/** A workflow, and payloads from which the hostile ones are made. */
interface Target {
  readonly plan: Plan;
  readonly payloads: readonly JsonObject[];
}

async function compileAll(folder: string): Promise<ReadonlyMap<string, Plan>> {
  const snapshot = await openSnapshot(folder, nodeFiles);
  const plans = new Map<string, Plan>();
  for (const name of snapshot.names("WF")) {
    const workflow = snapshot.artifact(name);
    if (workflow === undefined) continue;
    plans.set(name, await compile(workflow, snapshot, registry));
  }
  return plans;
}

// ---- hostile payloads ----

const HOSTILE_KEYS = [
  "__proto__",
  "constructor",
  "toString",
  "length",
  "hasOwnProperty",
  "",
  "$",
  "$suppressed",
  "a.b",
  "a/b~",
  "..",
  "\u0000",
  "\u2028",
  "ключ",
  "\u{1F512}",
];
/** JSON text can say it, `JSON.stringify` cannot: the text is written with this in its place. */
const MINUS_ZERO = "minus zero";

const HOSTILE_VALUES: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53 - 1,
  1e308,
  5e-324,
  MINUS_ZERO,
  "",
  " ",
  "../../etc/passwd",
  "$.payload.x",
  "{{timestamp}}",
  "{{$.payload.n + 1}}",
  "\u0000\u001b[31m",
  "\u{1F512}".repeat(50),
  "a".repeat(5000),
  "2026-13-45T99:99:99Z",
  [],
  {},
  [[[]]],
  { $suppressed: "sha256:0" },
];

const hostileKey = fc.oneof(fc.constantFrom(...HOSTILE_KEYS), fc.string({ unit: "grapheme", maxLength: 8 }));
const hostileValue: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom(...HOSTILE_VALUES),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
  fc.nat(190).map(nested),
  fc.dictionary(hostileKey, fc.constantFrom(...HOSTILE_VALUES), { maxKeys: 4 }) as fc.Arbitrary<Json>,
);

function nested(depth: number): Json {
  let value: Json = "deep";
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { d: value };
  return value;
}

interface Mutation {
  readonly kind: "replace" | "remove" | "add" | "keep";
  /** Picks a place of the payload. */
  readonly at: number;
  readonly key: string;
  readonly value: Json;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("replace", "replace", "remove", "add", "keep"),
  at: fc.nat(1000),
  key: hostileKey,
  value: hostileValue,
});

/** The payload as JSON text, since that is what a runner is given; `__proto__` then is a key like any other. */
function mutate(payload: JsonObject, { kind, at, key, value }: Mutation): JsonObject {
  const places = holders(payload);
  const [holder, name] = places[at % Math.max(1, places.length)] ?? [payload, key];
  const change = (item: Json): Json => {
    if (Array.isArray(item)) return item.map(change);
    if (!isObject(item)) return item;
    if (item !== holder)
      return Object.fromEntries(Object.entries(item).map(([one, inner]) => [one, change(inner)]));
    const kept = Object.entries(item).filter(([one]) => one !== name || kind === "add" || kind === "keep");
    if (kind === "replace") kept.push([name, value]);
    if (kind === "add") kept.push([key, value]);
    return Object.fromEntries(kept);
  };
  return change(payload) as JsonObject;
}

function holders(value: Json): readonly (readonly [JsonObject, string])[] {
  if (Array.isArray(value)) return value.flatMap(holders);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => [[value, key] as const, ...holders(item)]);
}

// ---- one run ----

let count = 0;

/** Runs on a data root of its own and examines what was left. Anything thrown is a defect. */
async function runHostile(plan: Plan, payload: JsonObject, data: string | null): Promise<void> {
  const folder = join(parent, String(count++));
  mkdirSync(folder);
  if (data !== null) cpSync(data, join(folder, "data"), { recursive: true });
  try {
    const result = await run({
      mail: openMail({}),
      plan,
      payload,
      clock: fixedClock(Date.parse("2026-01-31T09:00:00Z")),
      entropy: seededEntropy(String(count)),
      data: openDataRoot(join(folder, "data")),
      openTrace: (id) => openTrace(join(folder, "traces"), id),
      durability: "process",
      maxHops: 500,
      runtime: { name: "fuzz", version: "0" },
    });
    const { fault, status } = result.ending;
    assert.ok(fault === undefined || (fault instanceof RunFault && status === "FAILED"));
    const trace = readFileSync(join(result.folder, `${result.traceId}.jsonl`));
    const { intact, allowed, replayed } = await examine(plan, trace, result.head);
    const found = [...intact, ...allowed, ...(replayed.finding === null ? [] : [replayed.finding])];
    assert.deepEqual(found, [], codesOf(found).join(" "));
    const written = readdirSync(folder).filter((name) => name !== "data" && name !== "traces");
    assert.deepEqual(written, []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What stands beside the runs' own folders, which must stay as it is. */
function surroundings(): readonly string[] {
  return readdirSync(parent).map((name) => `${name} ${statSync(join(parent, name)).size}`);
}

async function survives({ plan, payloads }: Target, numRuns: number, data: string | null): Promise<void> {
  const before = surroundings();
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1000),
      fc.array(mutation, { minLength: 0, maxLength: 3 }),
      async (pick, mutations) => {
        const base = payloads[pick % Math.max(1, payloads.length)] ?? {};
        const text = JSON.stringify(mutations.reduce(mutate, base)).replaceAll(
          JSON.stringify(MINUS_ZERO),
          "-0",
        );
        const read = readObject(Buffer.from(text));
        if ("defect" in read) return; // refused before any run begins
        await runHostile(plan, read.value, data);
      },
    ),
    { seed: SEED, numRuns },
  );
  assert.deepEqual(surroundings(), before);
}

// ---- targets ----

const payloadsIn = (folder: string): readonly JsonObject[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as JsonObject);

const OWN: readonly (readonly [workflow: string, fixtures: string])[] = [
  ["release_governance::WF_RELEASE_CHANGE_V0", "wf-release-change"],
  ["release_governance::WF_ROLLBACK_RELEASE_V0", "wf-rollback-release"],
  ["agent_governance::WF_GRANT_TOOL_V0", "wf-grant-tool"],
  ["agent_governance::WF_REVOKE_GRANT_V0", "wf-revoke-grant"],
];

const own = await compileAll(join(root, "protocol_snapshot"));

test("every workflow of the project's own snapshot is fuzzed", () => {
  assert.deepEqual([...own.keys()].sort(), OWN.map(([workflow]) => workflow).sort());
});

for (const [workflow, fixtures] of OWN) {
  for (const data of ["data", "data-lost-record", "data-broken"]) {
    test(`${workflow} on ${data}: no payload makes it a defect, a stray write or an unsound trace`, async () => {
      const target = {
        plan: own.get(workflow) as Plan,
        payloads: payloadsIn(join(root, "fixtures", fixtures)),
      };
      await survives(target, 15, join(root, "fixtures", data));
    });
  }
}

/** Payloads of the published scenarios, by workflow. */
function publishedPayloads(): ReadonlyMap<string, readonly JsonObject[]> {
  const payloads = new Map<string, JsonObject[]>();
  for (const name of readdirSync(sharedPath("vectors")).filter((one) => one.endsWith(".json"))) {
    const { steps } = JSON.parse(readFileSync(sharedPath(`vectors/${name}`), "utf8")) as {
      steps: readonly { wf?: string; payload?: JsonObject }[];
    };
    for (const { wf, payload } of steps) {
      if (wf === undefined || payload === undefined || JSON.stringify(payload).length > 20_000) continue;
      payloads.set(wf, [...(payloads.get(wf) ?? []), payload]);
    }
  }
  return payloads;
}

/** The data root of a published scenario, with which its workflows come further than with an empty one. */
function publishedData(scenario: string): string {
  const { data_before } = JSON.parse(readFileSync(sharedPath(`vectors/${scenario}.json`), "utf8")) as {
    data_before: Readonly<Record<string, string>>;
  };
  const folder = mkdtempSync(join(tmpdir(), "pgs-fuzz-data-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(data_before)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

test("no payload makes a published workflow a defect, a stray write or an unsound trace", {
  skip: skipWithout("published") || skipWithout("vectors"),
}, async () => {
  const plans = await compileAll(sharedPath("published/protocol_snapshot"));
  const payloads = publishedPayloads();
  assert.equal(plans.size, 29);
  const data = publishedData("new_chain_simulation");
  for (const [name, plan] of plans) {
    const target = { plan, payloads: payloads.get(name) ?? [{}] };
    await survives(target, 3, null);
    await survives(target, 4, data);
  }
});

test("a data root of hostile files makes no workflow a defect", async () => {
  const before = surroundings();
  const folder = mkdtempSync(join(tmpdir(), "pgs-hostile-"));
  try {
    const stores = [
      "release_governance/releases.jsonl",
      "release_governance/freeze_windows.json",
      "agent_governance/agent_licences.json",
      "agent_governance/tool_grants.jsonl",
    ];
    const content = fc.oneof(
      fc.constantFrom(
        "",
        "\n\n",
        "{",
        "[]",
        "null",
        '{"key":1}\n',
        '{"key":"k","address":"a"}',
        "\u0000",
        '{"a":1,"a":2}',
        '{"record":[]}\n{"rec',
      ),
      fc.string({ unit: "binary" }),
      fc.json(),
    );
    const cases = OWN.map(([workflow, fixtures]) => ({
      plan: own.get(workflow) as Plan,
      payloads: payloadsIn(join(root, "fixtures", fixtures)),
    }));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1000),
        fc.nat(1000),
        fc.array(content, { minLength: 4, maxLength: 4 }),
        async (which, pick, contents) => {
          const data = mkdtempSync(join(folder, "data-"));
          for (const [i, store] of stores.entries()) {
            mkdirSync(join(data, store, ".."), { recursive: true });
            writeFileSync(join(data, store), contents[i] as string);
          }
          const { plan, payloads } = cases[which % cases.length] as Target;
          await runHostile(plan, payloads[pick % payloads.length] as JsonObject, data);
        },
      ),
      { seed: SEED, numRuns: 100 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  assert.deepEqual(surroundings(), before);
});
