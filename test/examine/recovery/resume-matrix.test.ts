/** Runs killed before and after every call that writes, and resumed: as if nobody had killed them. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ResumeFault } from "../../../src/engine/resume-errors.ts";
import { checkAllowed } from "../../../src/examine/allowed.ts";
import type { Assumption } from "../../../src/examine/recovery/settle.ts";
import { replay } from "../../../src/examine/replay/replay.ts";
import { SourceTrace } from "../../../src/examine/source-trace.ts";
import { verifyTrace } from "../../../src/examine/verify.ts";
import { canonical } from "../../../src/json/canonical.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { fixedClock, seededEntropy } from "../../../src/platform/node-ports.ts";
import { openMail } from "../../../src/platform/smtp.ts";
import type { Clock } from "../../../src/ports.ts";
import { fileStores } from "../../../src/storage/files/stores.ts";
import { SESSION_EVENTS, type TraceEvent } from "../../../src/trace/event.ts";
import { summaryOf } from "../../../src/trace/summary.ts";
import { type ContinuedRun, resumeRun } from "../../../src/workspace/resume-run.ts";
import { compileTrial, type MemoryData, memoryTrace, NOW, type Trial } from "../../engine/trial.ts";
import { portion, takingTurns } from "../../support/portion.ts";
import { sharedPath, skipWithout } from "../../support/shared.ts";
import { hasSecrets, type Specimen, specimensOf } from "../matrix/specimen.ts";
import { type Crash, killed, killedIn, storedIn } from "./killed.ts";
import { NESTED } from "./nested-protocols.ts";

const it = takingTurns(import.meta.url);

const root = join(import.meta.dirname, "../../..");

interface World {
  readonly clock: Clock;
  readonly seed: string;
}

interface Resumed {
  readonly run: ContinuedRun;
  readonly text: string;
}

/** The run goes on; `assume` is what is said where nothing shows whether an effect took place. */
async function resumed(
  { plan, events, data }: Crash,
  { clock, seed }: World,
  { assume, torn = "" }: { readonly assume?: Assumption; readonly torn?: string } = {},
): Promise<Resumed> {
  const recorded = events.map((event) => `${canonical(event as unknown as JsonObject)}\n`).join("");
  const bytes = Buffer.from(`${recorded}${torn}`);
  const { file, text } = memoryTrace();
  const run = await resumeRun({
    trace: new SourceTrace("trace.jsonl", null, { size: bytes.length, pieces: () => [bytes] }),
    locked: {
      id: events[0]?.execution_id ?? "",
      folder: "",
      continueAfter: () => file,
      secrets: { read: () => null, append: () => undefined, remove: () => undefined },
      unlock: () => undefined,
    },
    plan: async () => plan,
    entropy(_, __, drawn) {
      const entropy = seededEntropy(seed);
      entropy.hex(drawn);
      return entropy;
    },
    clock,
    sleep: async () => undefined,
    mail: openMail({}),
    stores: fileStores(data.root),
    durability: "process",
    runtime: { name: "trial", version: "0" },
    ...(assume === undefined ? {} : { assume }),
  });
  return { run, text: `${recorded}${text()}` };
}

/** Where nothing shows it, somebody knows: whether the stores are as they were before the effect began. */
async function goOn(crash: Crash, world: World): Promise<Resumed & { readonly assumed: Assumption | null }> {
  try {
    return { ...(await resumed(crash, world)), assumed: null };
  } catch (error) {
    if (!(error instanceof ResumeFault) || error.code !== "RESUME_UNCLEAR") throw error;
    const assumed = crash.about.endsWith(", written") ? "done" : "absent";
    return { ...(await resumed(crash, world, { assume: assumed })), assumed };
  }
}

/** What the run did, without the sessions. */
const work = (events: readonly TraceEvent[]) => {
  const { path, results, effects, events: announced, violations, ending } = summaryOf(events);
  const { duration_us: _, ...ended } = ending ?? { duration_us: 0 };
  return { path, results: results as JsonObject, effects, announced, violations, ended };
};

/** The records of each store: a trace does not hold the order in which a payload had its members. */
function recordsIn(data: MemoryData): unknown {
  const files = Object.entries(storedIn(data));
  return Object.fromEntries(files.map(([path, text]) => [path, parsed(text) ?? text.split("\n").map(parsed)]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.includes("\n") ? null : text;
  }
}

async function checkResumed(crash: Crash, whole: Trial, world: World): Promise<Assumption | null> {
  const { run, text, assumed } = await goOn(crash, world);
  const { events } = run;
  assert.deepEqual(recordsIn(crash.data), recordsIn(whole.data), `${crash.about}: stores`);
  const [did, wouldHave] = [work(events), work(whole.events)];
  // What is assumed to have taken place has the result that the store shows, and no more.
  if (assumed === "done") did.results = wouldHave.results;
  assert.deepEqual(did, wouldHave, `${crash.about}: what it did`);
  const types = (all: readonly TraceEvent[]) =>
    all
      .filter(({ event_type }) => !SESSION_EVENTS.has(event_type))
      .map(({ event_type, run: of }) => [of, event_type]);
  assert.deepEqual(types(events), types(whole.events), `${crash.about}: each event once`);
  assert.deepEqual(verifyTrace(Buffer.from(text), run.head).findings, [], `${crash.about}: intact`);
  assert.deepEqual(await checkAllowed(crash.plan, events), [], `${crash.about}: allowed`);
  assert.equal((await replay(crash.plan, events)).finding, null, `${crash.about}: replayed`);
  return assumed;
}

const told = (t: TestContext, kills: number, assumptions: readonly (Assumption | null)[]) =>
  t.diagnostic(
    `${kills} kills, of which ${assumptions.filter((one) => one !== null).length} need an assumption`,
  );

const world: World = { clock: fixedClock(Date.parse(NOW)), seed: "trial" };

for (const [about, protocol, before = {}] of NESTED) {
  it(`killed anywhere and resumed, a run of ${about} ends as if nobody had killed it`, async (t) => {
    const plan = await compileTrial(protocol);
    const { crashes, trial } = await killed(plan, { id: "P-0" }, before);
    const assumptions: (Assumption | null)[] = [];
    for (const crash of portion(t, crashes, 25)) assumptions.push(await checkResumed(crash, trial, world));
    told(t, crashes.length, assumptions);
  });
}

/** A run without secrets of its own, which only a key could keep. */
async function checkSpecimen(specimen: Specimen, most: number, t: TestContext): Promise<void> {
  const { payload, plan } = specimen;
  const data = specimen.dataBefore();
  const { crashes, trial } = await killedIn(plan, data, (options) =>
    specimen.again(payload, { ...options, clock: world.clock, entropy: seededEntropy(world.seed) }),
  );
  const assumptions: (Assumption | null)[] = [];
  for (const crash of portion(t, crashes, most)) assumptions.push(await checkResumed(crash, trial, world));
  told(t, crashes.length, assumptions);
}

const ORIGINS = [
  {
    name: "this project's",
    snapshot: join(root, "protocol_snapshot"),
    vectors: join(root, "test/vectors/good"),
    skip: false,
  },
  {
    name: "the published",
    snapshot: sharedPath("published/protocol_snapshot"),
    vectors: sharedPath("vectors"),
    skip: skipWithout("vectors") || skipWithout("published/protocol_snapshot"),
  },
] as const;

for (const { name, snapshot, vectors, skip } of ORIGINS) {
  test(`killed anywhere and resumed, every workflow of ${name} snapshot ends as if nobody had killed it`, {
    skip,
  }, async (suite) => {
    const specimens = (await specimensOf(snapshot, vectors)).filter((one) => !hasSecrets(one));
    assert.ok(specimens.length > 0);
    for (const specimen of portion(suite, specimens, 5))
      await suite.test(specimen.name, (t) => checkSpecimen(specimen, 12, t));
  });
}

test("what is torn of a last line is cut off, and that is recorded", async () => {
  const [, protocol] = NESTED[0] ?? assert.fail();
  const plan = await compileTrial(protocol);
  const { crashes, trial } = await killed(plan, { id: "P-0" });
  const crash = crashes[5] ?? assert.fail();
  const { run, text } = await resumed(crash, world, { torn: '{"elapsed_us":0,"ev' });
  const [session] = run.events.filter(({ event_type }) => event_type === "run_resumed");
  assert.ok(session?.event_type === "run_resumed");
  assert.equal(session.payload.torn_bytes, 19);
  assert.deepEqual(verifyTrace(Buffer.from(text), run.head).findings, []);
  assert.deepEqual(storedIn(crash.data), storedIn(trial.data));
});
