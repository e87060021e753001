/** The table of the runs, kept and read back, by whoever writes to the ledger. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { sha256 } from "../../src/json/canonical.ts";
import type { LineState, RunLine } from "../../src/ledger/line.ts";
import type { RunEntry } from "../../src/ledger/run-entry.ts";
import { loadTable, RunTable } from "../../src/ledger/run-table.ts";
import { pageOf } from "../../src/storage/files/jsonl-index.ts";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const line = (run: string, state: LineState, at: number, more: Partial<RunLine> = {}): RunLine => ({
  ...{ schema: "pgs.ledger/1", sequence: 1, prev_hash: sha256(""), hash: sha256(""), head: sha256(run) },
  ...{ run, workflow: `trial::WF_${run.slice(-1)}_V0`, state, at: new Date(at).toISOString(), ...more },
});

const wait = (key: string, due?: string) => ({
  ...{ run: "0", node: "WAIT", step: "await", kind: "EVENT" as const, key, effect_key: sha256(key) },
  ...(due === undefined ? {} : { due }),
});

/** Far into a file of the name. */
const place = (segment: string, offset: number) => ({ place: { segment, offset, end: 2 ** 33 + offset } });

const LINES: readonly RunLine[] = [
  line("a1", "RUNNING", 1_000, { actor: "trial::AC_ONE_V0", ...place("one.jsonl", 0) }),
  line("a2", "RUNNING", 2_000, place("one.jsonl", 5)),
  line("a1", "COMPLETED", 3_000, {
    outcome: "SUCCESS",
    exit_reason_code: "COMPLETED",
    ...place("one.jsonl", 0),
  }),
  line("b1", "RUNNING", -5_000),
  line("a2", "WAITING", 4_000, { waits: [wait("ö"), wait("k", "2026-01-31T09:00:00.000Z")] }),
  line("b1", "FAILED", 5_000, { exit_reason_code: "ADMISSION_DENIED", rebuilt: true }),
  line("a2", "RUNNING", 6_000, { actor: "trial::AC_TWO_V0" }),
  line("a1", "COMPLETED", 7_000, {
    exit_reason_code: "COMPLETED",
    mark: { name: "look", tags: ["x"], line: 3 },
    ...place("one.jsonl", 0),
  }),
  line("a2", "FAILED", 8_000, {
    outcome: "VIOLATION",
    exit_reason_code: "EXIT_VIOLATION",
    actor: "trial::AC_ONE_V0",
  }),
  line("a1", "COMPLETED", 9_000, { exit_reason_code: "COMPLETED", mark: { name: "look", removed: true } }),
  line("a1", "COMPLETED", 9_500, {
    exit_reason_code: "COMPLETED",
    mark: { name: "other", about: "why" },
    ...place("two.jsonl", 7),
  }),
];

const plain = (entry: RunEntry) => {
  const { id, workflow, state, outcome, exitReason, begun, changed, due, sessions } = entry;
  const { waits, actors, marks, isRebuilt, offset, place, segment } = entry;
  return {
    id,
    workflow,
    state,
    outcome,
    exitReason,
    begun,
    changed,
    due,
    sessions,
    waits,
    actors,
    marks,
    isRebuilt,
    offset,
    place,
    segment,
  };
};

const all = (table: RunTable) => [...table.newestFirst()].map(plain);

/** Kept on a disk, and read back by another process. */
function keptAndRead(table: RunTable): RunTable {
  const { pages: parts, facts } = table.save();
  const pages = Int32Array.from(parts.flatMap((words) => [...words]));
  const stored = {
    count: pages.length / 1024,
    page: (number: number) => pageOf(pages, number),
    all: () => pages.slice(),
  };
  return loadTable(stored, facts);
}

test("of each run, the last line counts, and what those before it add", () => {
  const table = new RunTable();
  for (const [i, one] of LINES.entries()) table.take(one, i * 100);
  const [b1, a2, a1] = all(table);
  assert.deepEqual(
    [b1?.id, b1?.state, b1?.exitReason, b1?.outcome, b1?.begun, b1?.changed, b1?.isRebuilt],
    ["b1", "FAILED", "ADMISSION_DENIED", null, -5000, 5000, true],
  );
  assert.deepEqual(
    [a2?.state, a2?.sessions, a2?.actors, a2?.waits, a2?.due, a2?.begun, a2?.changed, a2?.offset],
    ["FAILED", 2, ["trial::AC_TWO_V0", "trial::AC_ONE_V0"], [], null, 2000, 8000, 800],
  );
  // It went on in a folder; the other has a line in another segment since.
  assert.deepEqual([a2?.place, a2?.segment, b1?.segment], [null, "one.jsonl", null]);
  assert.deepEqual([a1?.place, a1?.segment], [place("two.jsonl", 7).place, "two.jsonl"]);
  const other = { name: "other", about: "why", at: new Date(9500).toISOString() };
  assert.deepEqual([a1?.state, a1?.marks, a1?.changed, a1?.sessions], ["COMPLETED", [other], 3000, 1]);
});

test("wherever the table is kept and read back between two lines, it says the same", () => {
  const whole = new RunTable();
  for (const [i, one] of LINES.entries()) whole.take(one, i * 100);
  for (let first = 0; first <= LINES.length; first++) {
    for (let second = first; second <= LINES.length; second++) {
      let table = new RunTable();
      for (const [i, one] of LINES.entries()) {
        if (i === first || i === second) table = keptAndRead(table);
        table.take(one, i * 100);
      }
      assert.deepEqual(all(table), all(whole), `kept before lines ${first} and ${second}`);
      assert.deepEqual(all(keptAndRead(table)), all(whole));
    }
  }
});

test("runs are found by the beginning of their ids, in the order in which they began", () => {
  const table = new RunTable();
  for (const one of LINES.slice(0, 4)) table.take(one, 0);
  for (const found of [table, keptAndRead(table)]) {
    const ids = (prefix: string) => found.startingWith(prefix).map(({ id }) => id);
    assert.deepEqual(
      [ids("a"), ids("a1"), ids("b"), ids("1"), ids("c"), ids("")],
      [["a1", "a2"], ["a1"], ["b1"], [], [], ["a1", "a2", "b1"]],
    );
    assert.deepEqual([found.get("a1")?.id, found.get("a")], ["a1", undefined]);
    found.take(line("a3", "RUNNING", 1), 0);
    assert.deepEqual(ids("a"), ["a1", "a2", "a3"]);
  }
  assert.deepEqual(keptAndRead(new RunTable()).startingWith(""), []);
});

it("a table of many runs is as it was when it is read back", () => {
  const table = new RunTable();
  for (let i = 0; i < 3000; i++)
    table.take(line(`r${i}`, i % 3 === 0 ? "RUNNING" : "FAILED", i * 1000), 2 ** 33 + i);
  const read = keptAndRead(table);
  assert.deepEqual(all(read), all(table));
  assert.equal(read.get("r1234")?.offset, 2 ** 33 + 1234);
});
