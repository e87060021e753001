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
import { drawCase, KINDS } from "../fuzz/cases.ts";
import { Chance } from "../fuzz/chance.ts";
import { readCorpus } from "../fuzz/corpus.ts";
import { jsonText, mutated } from "../fuzz/mutate.ts";
import { type Case, play } from "../fuzz/play.ts";
import { Player } from "../fuzz/player.ts";
import { shrunk } from "../fuzz/shrink.ts";
import { run } from "../src/engine/run.ts";
import { RunFault } from "../src/errors/base.ts";
import { readObject } from "../src/json/parse.ts";
import type { Json, JsonObject } from "../src/json/value.ts";
import { compile } from "../src/plan/compile.ts";
import type { Plan } from "../src/plan/plan.ts";
import { fixedClock, nodeFiles, seededEntropy } from "../src/platform/node-ports.ts";
import { openMail } from "../src/platform/smtp.ts";
import { openTrace } from "../src/platform/trace-files.ts";
import { openSnapshot } from "../src/snapshot/load.ts";
import { openStores } from "../src/storage/files/stores.ts";
import { codesOf, examine } from "./examine/examination.ts";
import { childModules } from "./support/child-modules.ts";
import { ownRegistry } from "./support/own-registry.ts";
import { PLAYS_ALL, portion, takingTurns } from "./support/portion.ts";
import { sharedPath, skipWithout } from "./support/shared.ts";

const it = takingTurns(import.meta.url);

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
    plans.set(name, await compile(workflow, snapshot, ownRegistry));
  }
  return plans;
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
      sleep: async () => undefined,
      stores: openStores(join(folder, "data")),
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

async function survives(
  name: string,
  { plan, payloads }: Target,
  runs: number,
  data: string | null,
): Promise<void> {
  const before = surroundings();
  for (let i = 0; i < runs; i++) {
    const chance = new Chance(`${SEED} ${name} ${data} ${i}`);
    let payload: Json = chance.one(payloads);
    for (let left = chance.below(4); left > 0; left--) payload = mutated(payload, chance);
    const read = readObject(Buffer.from(jsonText(payload)));
    if (!("defect" in read)) await runHostile(plan, read.value, data); // else refused before any run begins
  }
  assert.deepEqual(surroundings(), before);
}

// ---- targets ----

const corpus = await readCorpus(PLAYS_ALL ? undefined : 2);

test("the fuzzer reads every command with its options from the help", () => {
  assert.ok(corpus.commands.length >= 18);
  for (const { name, options } of corpus.commands) {
    assert.ok(
      options.some(({ flag }) => flag === "--debug"),
      name,
    );
  }
  const run = corpus.commands.find(({ name }) => name === "run");
  const option = (name: string) => run?.options.find(({ flag }) => flag === name);
  assert.deepEqual(option("--durability")?.choices, ["device", "process"]);
  assert.equal(option("--workspace")?.value, "DIR");
});

for (const kind of KINDS) {
  const count = PLAYS_ALL ? (kind === "payload" || kind === "data" ? 15 : 3) : 1;
  test(`of ${count} cases with a hostile ${kind}, none goes wrong`, async () => {
    for (let i = 0; i < count; i++) {
      const one = drawCase(corpus, new Chance(`${SEED} ${i}`), kind);
      const { wrong } = await play(one);
      assert.deepEqual(wrong, [], JSON.stringify(one.lines));
    }
  });
}

const HARMLESS: Case = { kind: "none", data: null, files: {}, lines: [["list"]] };

test("a write outside the workspace is refused, and is what went wrong", async () => {
  const trace = { "given/trace.jsonl": corpus.attestation.trace };
  const line = ["export", "given/trace.jsonl", "--format", "reference-v0", "--out"];
  const inside = await play({ ...HARMLESS, files: trace, lines: [[...line, "out/a.json"]] });
  assert.deepEqual([inside.codes, inside.wrong], [[0], []]);
  const outside = await play({ ...HARMLESS, files: trace, lines: [[...line, "../a.json"]] });
  assert.notDeepEqual(outside.codes, [0]);
  assert.match(outside.wrong.join(), /^writes outside: /);
});

it("a case that does not end, or takes too much memory, is ended", async () => {
  const { "fuzz/child.ts": child } = await childModules("fuzz/child.ts");
  const late = new Player({ seconds: 0, heap: 500, memory: 4000 }, child);
  assert.deepEqual((await late.play(HARMLESS)).wrong, ["hangs"]);
  const full = new Player({ seconds: 600, heap: 500, memory: 1 }, child);
  assert.deepEqual((await full.play(HARMLESS)).wrong, ["takes too much memory"]);
});

test("a case is made as small as it can be with the same going wrong", async () => {
  const files = { "a.json": '{"keep":[1,{"this":2}],"other":3}', "b.txt": "x" };
  const big: Case = { kind: "none", data: "data", files, lines: [["list"], ["show", "x"]] };
  const isStill = async ({ files, lines }: Case) =>
    String(files["a.json"]).includes('"this":2') && lines.some(([command]) => command === "show");
  assert.deepEqual(await shrunk(big, isStill, 1000), {
    ...HARMLESS,
    files: { "a.json": '{"keep":[{"this":2}]}' },
    lines: [["show"]],
  });
});

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
}, async (t) => {
  const plans = await compileAll(sharedPath("published/protocol_snapshot"));
  const payloads = publishedPayloads();
  assert.equal(plans.size, 29);
  const data = publishedData("new_chain_simulation");
  for (const [name, plan] of portion(t, [...plans], 6)) {
    const target = { plan, payloads: payloads.get(name) ?? [{}] };
    await survives(name, target, PLAYS_ALL ? 3 : 1, null);
    await survives(name, target, PLAYS_ALL ? 4 : 1, data);
  }
});
