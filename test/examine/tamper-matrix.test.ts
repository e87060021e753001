/**
 * Traces of real runs, tampered with in every way at every line: what is found, on which line, by which check. What must
 * be found follows from what was done, never from what the examination says.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { HEAD_ONLY, type HeadOnly, type HeadOnlyId } from "../../src/examine/head-only.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { PLAYS_ALL, portion } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { broken, examine } from "./examination.ts";
import { anchorOf } from "./matrix/anchors.ts";
import { below, oneOf, rounds } from "./matrix/choice.ts";
import { concealments, editsOf } from "./matrix/edits.ts";
import { flipBreaks, flipBytes } from "./matrix/flips.ts";
import { forged } from "./matrix/forging.ts";
import { type Check, firstFound, isForeseen } from "./matrix/found.ts";
import { memberEdits, renamings } from "./matrix/members.ts";
import {
  doubled,
  dropped,
  findingsOf,
  isSuspension,
  type Rearrange,
  swapped,
  textOf,
} from "./matrix/orders.ts";
import { rerunsOf } from "./matrix/reruns.ts";
import { type Specimen, sessionSpecimens, specimensOf } from "./matrix/specimen.ts";

const project = join(import.meta.dirname, "../..");

/** Where the traces come from, and how many ways each of them is tampered with. */
interface Origin {
  readonly name: string;
  /** The snapshot with its vectors; null for runs that are made here. */
  readonly of: { readonly snapshot: string; readonly vectors: string } | null;
  readonly skip: string | false;
  /** How far apart the lines are that are tampered with at once; without it one at a time. */
  readonly apart?: number;
  /** Of each line, how many bytes are flipped. */
  readonly flips: number;
  /** Of each trace, about how many values are edited. */
  readonly edits: number;
  /** What only the head holds in these traces. */
  readonly unproven: readonly HeadOnlyId[];
}

/** Of no trace here: no snapshot of these has an http effect. `recovery/remote.test.ts` has one. */
const REMOTE: HeadOnlyId = "effect-requests";

/** Of what several sessions record; `sessions.test.ts` has two of them, which are whole lines. */
const OF_SESSIONS: readonly HeadOnlyId[] = [
  ...(["unused-answer", "delivery", "session-clock", "session-actor"] as const),
  ...(["session-runtime", "cancel-reason", "settled", "wait-moment"] as const),
];
const WHOLE_LINES: readonly HeadOnlyId[] = ["later-sessions", "interruption", "answer"];
/** Of no trace here: no protocol of these waits and suppresses; `suppressed.test.ts` has one. */
const SECRETIVE: readonly HeadOnlyId[] = ["suppressed-wait"];

const everywhere = (Object.keys(HEAD_ONLY) as HeadOnlyId[]).filter(
  (one) => one !== REMOTE && ![...OF_SESSIONS, ...WHOLE_LINES, ...SECRETIVE].includes(one),
);

const ORIGINS: readonly Origin[] = [
  {
    name: "this project's snapshot",
    of: { snapshot: join(project, "protocol_snapshot"), vectors: join(project, "test/vectors/good") },
    skip: false,
    flips: 4,
    edits: 80,
    // No workflow of it calls another, no store is corrupt when a run is to be admitted, and no transform draws.
    unproven: everywhere.filter(
      (one) => !["nested-clock", "refusal-facts", "transform-readings"].includes(one),
    ),
  },
  {
    name: "the published snapshot",
    of: { snapshot: sharedPath("published/protocol_snapshot"), vectors: sharedPath("vectors") },
    skip: skipWithout("vectors") || skipWithout("published/protocol_snapshot"),
    apart: 4,
    flips: 1,
    edits: 20,
    unproven: everywhere,
  },
  {
    name: "a trial protocol that waits",
    of: null,
    skip: false,
    apart: 4,
    flips: 1,
    edits: 30,
    unproven: [
      ...([
        "timestamp",
        "elapsed_us",
        "duration_us",
        "actor",
        "dry-run",
        "strict-payload",
        "runtime",
        "closure-root",
      ] as const),
      ...(["max_hops", "name-number", "payload", "run-clock", "nested-clock"] as const),
      ...(["effect-outcome", "effect-result", "effect-change", "effect-readings"] as const),
      ...OF_SESSIONS,
    ],
  },
];

for (const origin of ORIGINS) {
  test(`a trace of every workflow of ${origin.name}, and of every ending, tampered with line by line`, {
    skip: origin.skip,
  }, async (suite) => {
    const { of } = origin;
    const specimens = await (of === null ? sessionSpecimens() : specimensOf(of.snapshot, of.vectors));
    if (of !== null)
      await suite.test("no workflow is left out", async () => {
        const workflows = new Set(specimens.map(({ workflow }) => workflow));
        const leftOut = (await workflowsIn(of.snapshot)).filter((name) => !workflows.has(name));
        assert.deepEqual(leftOut, []);
      });
    const tally = newTally();
    for (const specimen of portion(suite, specimens, 1)) {
      for (const [name, tamper] of Object.entries(OPERATIONS)) {
        await suite.test(`${specimen.name}: ${name}`, () => tamper(specimen, origin, tally));
      }
    }
    await suite.test("only the head holds what is known to be beyond a replay, and no more", (t) => {
      report(tally, t);
      const proved = [...tally.unproven].map(([kind, counts]) => [kind, [...counts.keys()]]);
      // A part of the traces has a part of the kinds.
      const expected = origin.unproven.filter((kind) => PLAYS_ALL || tally.unproven.has(kind));
      const listed = expected.map((kind) => [kind, [HEAD_ONLY[kind].also]]);
      assert.deepEqual(Object.fromEntries(proved), Object.fromEntries(listed));
    });
  });
}

async function workflowsIn(snapshot: string): Promise<readonly string[]> {
  return (await openSnapshot(snapshot, nodeFiles)).names("WF");
}

type Operation = (specimen: Specimen, origin: Origin, tally: Tally) => void | Promise<void>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "untouched, it is intact, allowed and replayed, and ended as its vector says": checkUntouched,
  "a flipped byte is found on its line, as what it was part of": checkFlips,
  "a dropped line is missed where the next one stands": (specimen, origin) =>
    checkOrders(specimen, origin, dropped),
  "a doubled line is found where it stands again": (specimen, origin) => checkOrders(specimen, origin, doubled),
  "a line swapped with the next one is found where either stands": (specimen, origin) =>
    checkOrders(specimen, origin, swapped(1)),
  "a line swapped with one further on is found where either stands": (specimen, origin) =>
    checkOrders(specimen, origin, swapped(2 + below(2, specimen.name))),
  "cut behind a line or inside it, the end is missed there": checkCuts,
  "a value edited in a chain made anew is found on its line or where it shows, else by the head": checkEdits,
  "a run in a world that answers otherwise is as sound, but for the head": checkReruns,
};

async function checkUntouched(specimen: Specimen): Promise<void> {
  const { intact, allowed, replayed } = await examine(
    specimen.plan,
    textOf(specimen, all(specimen)),
    specimen.head,
  );
  assert.deepEqual(
    { intact, allowed, divergence: replayed.finding },
    { intact: [], allowed: [], divergence: null },
  );
  const end = specimen.events.at(-1);
  const ending = end?.event_type === "workflow_complete" ? end.payload.exit_reason_code : "WAITING";
  assert.equal(ending, specimen.ending);
}

const all = ({ lines }: Specimen) => [...lines.keys()];

function checkFlips(specimen: Specimen, { flips }: Origin): void {
  for (const places of rounds(specimen.lines.length, 4)) {
    const salts = Array.from({ length: flips }, (_, salt) => salt);
    for (const { bytes, findings } of [
      flipBreaks(specimen, places),
      ...salts.map((salt) => flipBytes(specimen, places, salt)),
    ]) {
      assert.deepEqual([...broken(bytes, specimen.head)].sort(), findings);
    }
  }
}

function checkOrders(specimen: Specimen, { apart }: Origin, rearrange: Rearrange): void {
  const { length } = specimen.lines;
  for (const places of rounds(length, apart ?? length)) {
    const order = rearrange(places, length);
    assert.deepEqual(broken(textOf(specimen, order), specimen.head), findingsOf(specimen, order));
  }
}

function checkCuts(specimen: Specimen): void {
  const { name, lines, events, head } = specimen;
  for (const [i, line] of lines.entries()) {
    const before = all(specimen).slice(0, i);
    const whole = textOf(specimen, before);
    const isEmpty = i === 0;
    const missing = isEmpty ? ["EMPTY", "HEAD_MISMATCH"] : findingsOf(specimen, before);
    assert.deepEqual(broken(whole, head), missing);
    const inside = 1 + below(line.length - 1, name, i);
    const kept = oneOf([1, inside, Buffer.byteLength(line)], name, i);
    const part = Buffer.from(line).subarray(0, kept);
    const at = `:${i + 1}`;
    const end = isEmpty ? ["EMPTY"] : isSuspension(events[i - 1]) ? [] : [`NO_END${at}`];
    const torn = [`TORN_LINE${at}`, ...end, `HEAD_MISMATCH${at}`];
    assert.deepEqual(broken(Buffer.concat([Buffer.from(whole), part]), head), torn);
  }
}

// ---- edits ----

type Also = HeadOnly["also"];

interface Tally {
  /** Members that were edited, by workflow. */
  readonly covered: Set<string>;
  readonly checks: Record<Check, number>;
  /** How often only the head held a kind, by what the forger had to change besides. */
  readonly unproven: Map<HeadOnlyId, Map<Also, number>>;
}

function newTally(): Tally {
  return { covered: new Set(), checks: { intact: 0, allowed: 0, replayed: 0, head: 0 }, unproven: new Map() };
}

function report({ checks, unproven }: Tally, t: TestContext): void {
  t.diagnostic(
    `edits found by ${Object.entries(checks)
      .map(([check, count]) => `${check} ${count}`)
      .join(", ")}`,
  );
  for (const [kind, counts] of [...unproven].sort())
    t.diagnostic(`only by head, ${[...counts].map(([also, times]) => `${also} ${times}`).join(", ")}: ${kind}`);
}

async function checkEdits(specimen: Specimen, { edits }: Origin, tally: Tally): Promise<void> {
  const forgeries = [
    ...editsOf(specimen, edits, tally.covered),
    ...concealments(specimen),
    ...memberEdits(specimen, tally.covered),
    ...renamings(specimen),
  ];
  const unforeseen: string[] = [];
  for (const edit of forgeries) {
    const found = await firstFound(specimen, forged(specimen, edit));
    const anchor = anchorOf(specimen, edit);
    const what = `line ${edit.place + 1} ${edit.path.join("/")}: ${say(edit.was)} -> ${say(edit.is)}`;
    if (!isForeseen(found, anchor, edit)) unforeseen.push(`${what}: ${say(anchor)}, but ${say(found)}`);
    tally.checks[found.by]++;
    if (found.by !== "head") continue;
    count(tally, anchor.kind as HeadOnlyId, edit.name === undefined ? "nothing" : "name");
  }
  assert.deepEqual(unforeseen, []);
}

function count({ unproven }: Tally, kind: HeadOnlyId, also: Also): void {
  const counts = unproven.get(kind) ?? new Map<Also, number>();
  unproven.set(kind, counts.set(also, (counts.get(also) ?? 0) + 1));
}

async function checkReruns(specimen: Specimen, _: Origin, tally: Tally): Promise<void> {
  for (const { kind, trace } of await rerunsOf(specimen)) {
    assert.deepEqual(await firstFound(specimen, trace), { by: "head" }, kind);
    count(tally, kind, "rest");
  }
}

const say = (value: unknown) => String(JSON.stringify(value)).slice(0, 120);
