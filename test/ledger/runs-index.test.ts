/** The index of a ledger: whatever others do to the ledger or to it meanwhile, the answers are those of the ledger. */

import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { sha256 } from "../../src/json/canonical.ts";
import { openLedger } from "../../src/ledger/ledger.ts";
import { LEDGER_FILE, type LineState } from "../../src/ledger/line.ts";
import type { RunTable } from "../../src/ledger/run-table.ts";
import { openRuns } from "../../src/ledger/runs.ts";
import { openDataRoot } from "../../src/platform/data-root.ts";
import { openTracesRoot } from "../../src/platform/traces-root.ts";
import { portion } from "../support/portion.ts";

const NOW = Date.parse("2026-01-31T09:00:00Z");

const idOf = (number: number) => `20260131T090000000Z__WF_TRIAL_V0__0123abcd_${number}`;

interface Place {
  readonly folder: string;
  readonly file: string;
  /** A reader that another process would be: it knows nothing but what is on disk. */
  reader(indexWorth?: number): () => unknown;
  append(state: LineState, run?: string): Promise<void>;
}

function place(t: TestContext): Place {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pgs-runs-index-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  let number = 0;
  return {
    folder,
    file: join(folder, LEDGER_FILE),
    reader(indexWorth = 1) {
      const read = openRuns(openDataRoot(folder, { indexWorth }));
      return () => read(listed);
    },
    async append(state, run = idOf(number)) {
      number++;
      const line = { run, workflow: `trial::WF_${number % 3}_V0`, state, head: sha256(`${number}`) };
      const at = new Date(NOW + number * 1000).toISOString();
      const place = { segment: `${number % 2}.jsonl`, offset: number, end: number * 1000 };
      // Each writer is another one.
      assert.equal(
        await openLedger(openTracesRoot(folder), () => NOW).record({
          at,
          ...line,
          ...(number % 3 === 0 ? {} : { place }),
        }),
        null,
      );
    },
  };
}

const listed = (runs: RunTable) =>
  [...runs.newestFirst()].map(({ id, workflow, state, changed, sessions, offset, place, segment }) => {
    const found = runs.startingWith(id).some((one) => one.id === id);
    return { id, workflow, state, changed, sessions, offset, place, segment, found };
  });

const indexIn = (folder: string) => {
  const indexes = join(folder, ".pgs/index");
  const [name] = existsSync(indexes)
    ? readdirSync(indexes, { recursive: true })
        .map(String)
        .filter((one) => /runs/.test(one))
    : [];
  return name === undefined ? null : join(indexes, name);
};

/** What another process may do between two looks at the ledger. */
const MEANWHILE: Readonly<Record<string, (place: Place) => Promise<void> | void>> = {
  "a run begins": (one) => one.append("RUNNING"),
  "a run ends": (one) => one.append("COMPLETED", idOf(1)),
  "many lines are added": async (one) => {
    for (let i = 0; i < 20; i++) await one.append(i % 2 === 0 ? "RUNNING" : "FAILED");
  },
  "a line is torn": ({ file }) => appendFileSync(file, '{"at":"2026'),
  "the last line loses its line break": ({ file }) => truncateSync(file, readFileSync(file).length - 1),
  "the ledger is made anew, shorter": ({ file }) => {
    const kept = readFileSync(file, "utf8").split("\n").slice(0, 2);
    writeFileSync(`${file}.new`, `${kept.join("\n")}\n`);
    renameSync(`${file}.new`, file);
  },
  "the ledger is made anew with as many bytes": ({ file }) => {
    writeFileSync(`${file}.new`, readFileSync(file, "utf8").replace('"RUNNING"', '"WAITING"'));
    renameSync(`${file}.new`, file);
  },
  "the ledger is cut and goes on": async (one) => {
    truncateSync(one.file, readFileSync(one.file, "utf8").split("\n").slice(0, 2).join("\n").length + 1);
    for (let i = 0; i < 30; i++) await one.append("CANCELLED");
  },
  "the index is damaged": ({ folder }) => {
    const index = indexIn(folder) ?? assert.fail("there is no index");
    const bytes = readFileSync(index);
    // Behind the header, in the numbers of the first row.
    for (let at = 4096; at < 4096 + 64; at += 4) bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(index, bytes);
  },
  "the index is cut": ({ folder }) => {
    const index = indexIn(folder) ?? assert.fail("there is no index");
    truncateSync(index, readFileSync(index).length / 2);
  },
};

test("whatever happens between two looks, whoever looks sees what the ledger says", async (t) => {
  const names = Object.keys(MEANWHILE);
  const pairs = names.flatMap((first) => names.map((second) => [first, second]));
  for (const pair of portion(t, pairs, 24)) {
    const one = place(t);
    for (const state of ["RUNNING", "WAITING", "RUNNING", "COMPLETED"] as const) await one.append(state);
    const stays = one.reader();
    stays();
    assert.ok(indexIn(one.folder) !== null, "an index is written");
    for (const name of pair) {
      await MEANWHILE[name]?.(one);
      // Whoever keeps no index reads all of the ledger.
      const expected = one.reader(Number.POSITIVE_INFINITY)();
      assert.deepEqual(stays(), expected, `${pair}: who stays`);
      assert.deepEqual(one.reader()(), expected, `${pair}: who comes`);
      assert.deepEqual(one.reader()(), expected, `${pair}: who comes after that`);
    }
  }
});
