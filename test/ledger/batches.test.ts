/** Lines that are recorded at the same time are appended to the ledger together. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
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
import { type Ledger, openLedger } from "../../src/ledger/ledger.ts";
import { EMPTY_LEDGER, isRunLine, type LineBody, parseLine } from "../../src/ledger/line.ts";
import { openTracesRoot } from "../../src/platform/traces-root.ts";
import type { StoreFile } from "../../src/ports.ts";
import { childModules } from "../support/child-modules.ts";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const NOW = Date.parse("2026-01-31T09:00:00Z");

function line(run: number): LineBody {
  const at = new Date(NOW).toISOString();
  const head = run.toString(16).padStart(64, "0");
  return { at, run: `run-${run}`, workflow: "trial::WF_TRIAL_V0", state: "RUNNING", head } as LineBody;
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
    assert.deepEqual([parsed.run, parsed.sequence, parsed.prev_hash], [`run-${i}`, i + 1, before]);
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

/** As the end of a run that waits for its lines. */
function recordNow(ledger: Ledger, body: LineBody) {
  const appended = ledger.record(body);
  ledger.hurry();
  return appended;
}

test("who is alone waits for nobody, and the process has its turn all the same", async (t) => {
  const { ledger, lines } = place(t, () => ({}));
  await ledger.prepare();
  let turns = 0;
  for (let run = 0; run < 100; run++) {
    const turn = setImmediate(() => turns++);
    const appended = [ledger.record(line(run)), recordNow(ledger, line(run))];
    assert.deepEqual(await Promise.all(appended), [null, null]);
    assert.equal(lines().length, 2 * run + 2);
    clearImmediate(turn);
  }
  assert.ok(turns > 2 && turns < 50, `${turns} turns`);
});

test("who is not alone waits for the lines of others", async (t) => {
  const { ledger, appends } = countingPlace(t);
  await ledger.prepare();
  await Promise.all([1, 2, 3].flatMap((run) => [ledger.record(line(run)), recordNow(ledger, line(run))]));
  assert.equal(appends(), 2, "the ledger is made, and appended to");
});

test("a line for which nobody waits is appended a little later, with those of other runs", async (t) => {
  const { ledger, appends, lines } = countingPlace(t);
  await recordNow(ledger, line(0));
  const before = appends();
  const recorded = [];
  for (let run = 1; run < 30; run++) {
    recorded.push(ledger.record(line(run)));
    assert.equal(ledger.leave(), true);
    await null;
  }
  assert.equal(lines().length, 1);
  await Promise.all(recorded);
  assert.deepEqual([lines().length, appends()], [30, before + 1]);
});

test("nobody leaves where many lines wait, or where none was ever appended", async (t) => {
  const { ledger } = place(t, () => ({}));
  const first = ledger.record(line(0));
  assert.equal(ledger.leave(), false);
  ledger.hurry();
  await first;
  let left = 0;
  for (let run = 1; run < 1000; run++) {
    ledger.record(line(run));
    if (!ledger.leave()) break;
    left++;
  }
  assert.ok(left > 1 && left < 100, `${left} have left`);
  await ledger.settle();
  assert.equal(ledger.leave(), false, "there is nothing to leave");
});

test("what is to be said of the lines of runs that left is said to a later run, once, and it waits", async (t) => {
  let isLocked = false;
  const { ledger } = place(t, (store) => ({
    locked: async (work) => {
      if (isLocked) throw new StoreFault("LOCKED", { file: "ledger.jsonl" });
      return store.locked(work);
    },
  }));
  await recordNow(ledger, line(0));
  isLocked = true;
  ledger.record(line(1));
  assert.equal(ledger.leave(), true);
  await ledger.settle();
  ledger.record(line(2));
  assert.equal(ledger.leave(), false);
  isLocked = false;
  assert.equal((await ledger.prepare())?.code, "LEDGER_LOCKED");
  assert.equal(await ledger.prepare(), null);
});

it("what waits is appended when a program ends its process, whatever the reason, and no lock is left", async (t) => {
  const [ledgerModule, rootModule] = ["src/ledger/ledger.ts", "src/platform/traces-root.ts"];
  const modules = await childModules(ledgerModule, rootModule);
  const folder = mkdtempSync(join(tmpdir(), "pgs-batches-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const endings = ["process.exit(3)", "throw new Error('ours')", "undefined"];
  for (const [i, ending] of endings.entries()) {
    const script = `
      const { openLedger } = await import(${JSON.stringify(modules[ledgerModule])});
      const { openTracesRoot } = await import(${JSON.stringify(modules[rootModule])});
      const ledger = openLedger(openTracesRoot(${JSON.stringify(folder)}), () => ${NOW});
      const first = ledger.record(${JSON.stringify(line(3 * i))});
      ledger.hurry();
      await first;
      for (const one of ${JSON.stringify([line(3 * i + 1), line(3 * i + 2)])}) ledger.record(one);
      ${ending};`;
    spawnSync(process.execPath, ["--input-type=module", "-e", script]);
    const lines = readFileSync(join(folder, "ledger.jsonl"), "utf8").split("\n").slice(0, -1);
    const runs = lines.map((text) => (JSON.parse(text) as { run: string }).run);
    assert.deepEqual(
      runs,
      Array.from({ length: 3 * i + 3 }, (_, run) => `run-${run}`),
      ending,
    );
    const left = readdirSync(folder, { recursive: true }).map(String).sort();
    assert.deepEqual(left, [".pgs", "ledger.jsonl"], ending);
  }
});

function countingPlace(t: TestContext) {
  let appends = 0;
  const opened = place(t, (store) => ({
    append(text) {
      appends++;
      store.append(text);
    },
  }));
  return { ...opened, appends: () => appends };
}

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
          said.push((await recordNow(ledger, line(said.length)))?.code ?? null);
          CHANGES[change]?.(file);
        }
        said.push(
          (await recordNow(open(), line(7)))?.code ?? null,
          (await recordNow(ledger, line(8)))?.code ?? null,
        );
        return [said, readFileSync(file, "utf8")];
      });
      const [known, anew] = await Promise.all(texts);
      assert.deepEqual(known, anew, `${first}, ${second}`);
    }
  }
});
