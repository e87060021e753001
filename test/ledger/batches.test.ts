/** Lines that are recorded at the same time are appended to the ledger together. */

import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { StoreFault } from "../../src/errors/ports.ts";
import { openLedger } from "../../src/ledger/ledger.ts";
import { EMPTY_LEDGER, isRunLine, type LineBody, parseLine } from "../../src/ledger/line.ts";
import { openTracesRoot } from "../../src/platform/traces-root.ts";
import type { StoreFile } from "../../src/ports.ts";

const NOW = Date.parse("2026-01-31T09:00:00Z");

const idOf = (run: number) => `20260131T090000000Z__WF_TRIAL_V0__0123abcd_${run}`;

function line(run: number): LineBody {
  const at = new Date(NOW).toISOString();
  const head = run.toString(16).padStart(64, "0");
  return { at, run: idOf(run), workflow: "trial::WF_TRIAL_V0", state: "RUNNING", head } as LineBody;
}

function place(t: TestContext, change: (store: StoreFile) => Partial<StoreFile>) {
  const folder = mkdtempSync(join(tmpdir(), "pgs-batches-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const root = openTracesRoot(folder);
  const store = root.store("ledger.jsonl");
  const ledger = openLedger({ ...root, store: () => ({ ...store, ...change(store) }) }, () => NOW);
  return { ledger, lines: () => readFileSync(join(folder, "ledger.jsonl"), "utf8").split("\n").slice(0, -1) };
}

test("many lines are one append, in their order and chained, and later ones the next", async (t) => {
  let appends = 0;
  const { ledger, lines } = place(t, (store) => ({
    append(text) {
      appends++;
      store.append(text);
    },
  }));
  const said = await Promise.all(Array.from({ length: 64 }, (_, i) => ledger.record(line(i))));
  assert.deepEqual([new Set(said), appends], [new Set([null]), 2], "the ledger is made, and appended to");
  await ledger.record(line(64));
  assert.equal(appends, 3);
  let before = EMPTY_LEDGER.hash;
  for (const [i, text] of lines().entries()) {
    const parsed = parseLine(text);
    assert.ok(typeof parsed !== "string" && isRunLine(parsed));
    assert.deepEqual([parsed.run, parsed.sequence, parsed.prev_hash], [idOf(i), i + 1, before]);
    before = parsed.hash;
  }
});

test("lines that could not be appended are named to all who recorded them, and later lines are tried", async (t) => {
  let isLocked = true;
  const { ledger, lines } = place(t, (store) => ({
    locked: async (work) => {
      if (isLocked) throw new StoreFault("LOCKED", { file: "ledger.jsonl" });
      return store.locked(work);
    },
  }));
  const refused = await Promise.all([ledger.record(line(0)), ledger.record(line(1))]);
  assert.deepEqual(
    refused.map((fault) => fault?.code),
    ["LEDGER_LOCKED", "LEDGER_LOCKED"],
  );
  isLocked = false;
  assert.equal(await ledger.record(line(2)), null);
  assert.equal(lines().length, 1);
});

test("the last line of a run waits for nobody where there is nobody, and the process has its turn all the same", async (t) => {
  const { ledger, lines } = place(t, () => ({}));
  await ledger.prepare();
  let turns = 0;
  for (let run = 0; run < 100; run++) {
    const turn = setImmediate(() => turns++);
    const [begun, ended] = [
      ledger.record(line(run)),
      ledger.record({ ...line(run), state: "COMPLETED" } as LineBody, true),
    ];
    assert.deepEqual(await Promise.all([begun, ended]), [null, null]);
    assert.equal(lines().length, 2 * run + 2);
    clearImmediate(turn);
  }
  assert.ok(turns > 2 && turns < 50, `${turns} turns`);
});

test("the last line of a run waits for the lines of others", async (t) => {
  let appends = 0;
  const { ledger } = place(t, (store) => ({
    append(text) {
      appends++;
      store.append(text);
    },
  }));
  await ledger.prepare();
  await Promise.all([1, 2, 3].flatMap((run) => [ledger.record(line(run)), ledger.record(line(run), true)]));
  assert.equal(appends, 2, "the ledger is made, and appended to");
});

/** What others may do to a ledger. */
const CHANGES: Readonly<Record<string, (file: string) => unknown>> = {
  nothing: () => undefined,
  "torn line": (file) => appendFileSync(file, '{"torn'),
  "cut in a line": (file) => truncateSync(file, readFileSync(file).length - 9),
  "no line break": (file) => truncateSync(file, readFileSync(file).length - 1),
  "cut to the first line": (file) => truncateSync(file, readFileSync(file).indexOf("\n") + 1),
  emptied: (file) => truncateSync(file, 0),
  "not a line": (file) => appendFileSync(file, "{}\n"),
  removed: (file) => rmSync(file),
  "an older copy": (file) => {
    const text = readFileSync(file, "utf8");
    writeFileSync(`${file}.copy`, text.slice(0, text.indexOf("\n") + 1));
    renameSync(`${file}.copy`, file);
  },
};

test("whatever others do to the file, lines are linked as by a process that reads it anew", async (t) => {
  for (const first of Object.keys(CHANGES)) {
    for (const second of Object.keys(CHANGES)) {
      const texts = [false, true].map(async (isNew) => {
        const folder = mkdtempSync(join(tmpdir(), "pgs-batches-"));
        t.after(() => rmSync(folder, { recursive: true }));
        const file = join(folder, "ledger.jsonl");
        const open = () => openLedger(openTracesRoot(folder), () => NOW);
        let ledger = open();
        const said: unknown[] = [];
        for (const change of ["nothing", "nothing", first, "nothing", second, "nothing"]) {
          if (isNew) ledger = open();
          said.push((await ledger.record(line(said.length), true))?.code ?? null);
          CHANGES[change]?.(file);
        }
        said.push(
          (await open().record(line(7)))?.code ?? null,
          (await ledger.record(line(8), true))?.code ?? null,
        );
        return [said, readFileSync(file, "utf8")];
      });
      const [known, anew] = await Promise.all(texts);
      assert.deepEqual(known, anew, `${first}, ${second}`);
    }
  }
});
