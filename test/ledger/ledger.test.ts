/** The ledger of a traces folder: its chain, whoever appends to it and whatever was left of it. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { sha256 } from "../../src/json/canonical.ts";
import { type Ledger, openLedger } from "../../src/ledger/ledger.ts";
import {
  EMPTY_LEDGER,
  isRunLine,
  type LedgerLine,
  type LineBody,
  type LineState,
  parseLine,
} from "../../src/ledger/line.ts";
import { openTracesRoot } from "../../src/platform/traces-root.ts";
import { childModules } from "../support/child-modules.ts";
import { withoutSpares } from "../support/listing.ts";
import { lockText, running } from "../support/lock-text.ts";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const NOW = Date.parse("2026-01-31T09:00:00Z");

interface Place {
  readonly folder: string;
  readonly file: string;
  readonly ledger: Ledger;
}

function place(t: TestContext, lockTimeout?: number): Place {
  const folder = join(realpathSync(mkdtempSync(join(tmpdir(), "pgs-ledger-"))), "traces");
  t.after(() => rmSync(join(folder, ".."), { recursive: true, force: true }));
  const root = openTracesRoot(folder, "owner", lockTimeout);
  return { folder, file: join(folder, "ledger.jsonl"), ledger: openLedger(root, () => NOW) };
}

const idOf = (number: number) => `20260131T0900${String(number).padStart(5, "0")}Z__WF_TRIAL_V0__0123abcd`;

function line(number: number, state: LineState, more: Partial<LineBody> = {}): LineBody {
  const at = new Date(NOW + number).toISOString();
  return {
    at,
    run: idOf(number),
    workflow: "trial::WF_TRIAL_V0",
    state,
    head: sha256(`${number} ${state}`),
    ...more,
  };
}

/** The lines, each one linked to the one before. */
function linesOf(file: string): readonly LedgerLine[] {
  const text = readFileSync(file, "utf8");
  assert.ok(text.endsWith("\n"), "the last line has no line break");
  let before = EMPTY_LEDGER;
  return text
    .trimEnd()
    .split("\n")
    .map((one) => {
      const parsed = parseLine(one);
      assert.ok(typeof parsed !== "string", `${parsed}: ${one}`);
      assert.deepEqual([parsed.sequence, parsed.prev_hash], [before.sequence + 1, before.hash]);
      before = parsed;
      return parsed;
    });
}

const statesIn = (file: string) => linesOf(file).map((one) => (isRunLine(one) ? one.state : one.opening));

test("a ledger begins with the first run of an empty folder, and links each line to the one before", async (t) => {
  const { file, folder, ledger } = place(t);
  assert.equal(await ledger.prepare(), null);
  assert.equal(await ledger.record(line(1, "RUNNING")), null);
  assert.equal(
    await ledger.record(line(1, "COMPLETED", { outcome: "SUCCESS", exit_reason_code: "COMPLETED" })),
    null,
  );
  assert.deepEqual(statesIn(file), ["RUNNING", "COMPLETED"]);
  assert.deepEqual(readdirSync(folder).sort(), [".pgs", "ledger.jsonl"], "no lock is left");
  assert.deepEqual(withoutSpares(join(folder, ".pgs")), []);
  assert.equal(statSync(join(folder, ".pgs")).mode & 0o777, 0o700);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test("a ledger that is missing where there are traces is not made silently", async (t) => {
  const { file, folder, ledger } = place(t);
  for (const name of [idOf(1), idOf(2), `${idOf(2)}_2`, "protocols", "other"])
    mkdirSync(join(folder, name), { recursive: true });
  const notice = await ledger.prepare();
  assert.deepEqual([notice?.code, notice?.facts["traces"]], ["LEDGER_BEGINS_LATE", 3]);
  await ledger.record(line(3, "RUNNING"));
  const [opening, ...others] = linesOf(file);
  assert.ok(opening !== undefined && !isRunLine(opening));
  assert.deepEqual([opening.opening, opening.traces], ["AFTER_TRACES", 3]);
  assert.equal(others.length, 1);
  assert.equal(await ledger.prepare(), null, "it is said once");
});

test("a ledger that is removed while a process goes on is not made silently either", async (t) => {
  const { file, folder, ledger } = place(t);
  await ledger.prepare();
  await ledger.record(line(1, "RUNNING"));
  for (const number of [1, 2]) mkdirSync(join(folder, idOf(number)));
  rmSync(file);
  const notice = await ledger.record(line(2, "RUNNING"));
  assert.deepEqual([notice?.code, notice?.facts["traces"]], ["LEDGER_BEGINS_LATE", 1]);
  assert.deepEqual(statesIn(file), ["AFTER_TRACES", "RUNNING"]);
});

test("wherever a line was cut off, the next one is linked to the last whole line and says what was removed", async (t) => {
  const { file, ledger } = place(t);
  await ledger.record(line(1, "RUNNING"));
  const first = readFileSync(file);
  await ledger.record(line(1, "COMPLETED"));
  const both = readFileSync(file);
  const places = [0, 1, first.length - 1, first.length, first.length + 1, both.length - 2, both.length - 1];
  for (const kept of places) {
    writeFileSync(file, both.subarray(0, kept));
    assert.equal(await ledger.record(line(2, "RUNNING")), null);
    const lines = linesOf(file);
    // A line that lacks nothing but its line break is whole.
    const whole = kept >= both.length - 1 ? 2 : kept >= first.length - 1 ? 1 : 0;
    assert.equal(lines.length, whole + 1, `cut at ${kept}`);
    const torn = whole === 0 ? kept : whole === 1 && kept > first.length ? kept - first.length : 0;
    assert.equal(lines.at(-1)?.torn_bytes ?? 0, torn, `cut at ${kept}`);
  }
});

test("nothing is appended to a line that was changed", async (t) => {
  const { file, ledger } = place(t);
  await ledger.record(line(1, "RUNNING"));
  const text = readFileSync(file, "utf8");
  for (const changed of [
    text.replace("RUNNING", "WAITING"),
    "{}\n",
    "no JSON\n",
    text.replace(',"head"', ', "head"'),
  ]) {
    writeFileSync(file, changed);
    const fault = await ledger.record(line(2, "RUNNING"));
    assert.equal(fault?.code, "LEDGER_DAMAGED");
    assert.match(String(fault?.hint), /pgs runs verify .*pgs runs rebuild/);
    assert.equal(readFileSync(file, "utf8"), changed);
  }
});

test("a line may be longer than what is read at once", async (t) => {
  const { file, ledger } = place(t);
  const waits = Array.from({ length: 300 }, (_, i) => ({
    ...{ run: "0", node: "WAIT", step: "await", kind: "EVENT" as const, effect_key: sha256(`${i}`) },
    key: `${i}`.padStart(200, "k"),
  }));
  await ledger.record(line(1, "RUNNING"));
  await ledger.record(line(1, "WAITING", { waits }));
  await ledger.record(line(2, "RUNNING"));
  assert.deepEqual(statesIn(file), ["RUNNING", "WAITING", "RUNNING"]);
});

test("only the end of the ledger is read, however long it is", async (t) => {
  const { folder } = place(t);
  const root = openTracesRoot(folder);
  const store = root.store("ledger.jsonl");
  let read = 0;
  const counting = {
    ...root,
    store: () => ({
      ...store,
      read: () => assert.fail("all of it was read"),
      readFrom: () => assert.fail("all of it was read"),
      readAt(offset: number, length: number) {
        read += length;
        return store.readAt(offset, length);
      },
    }),
  };
  const ledger = openLedger(counting, () => NOW);
  const costs: number[] = [];
  for (const size of [0, 20, 2000]) {
    for (let i = 0; i < 20; i++) await ledger.record(line(size + i, "RUNNING"));
    read = 0;
    await ledger.record(line(size + 20, "RUNNING"));
    costs.push(read);
  }
  assert.equal(costs[1], costs[2]);
  assert.ok(Number(costs[2]) <= 4096);
});

test("whatever keeps the ledger from being written is a notice", async (t) => {
  const { file, folder, ledger } = place(t, 20);
  mkdirSync(file, { recursive: true });
  const folderInPlace = await ledger.record(line(1, "RUNNING"));
  assert.deepEqual([folderInPlace?.code, folderInPlace?.facts["errno"]], ["LEDGER_UNWRITABLE", "EISDIR"]);
  rmSync(file, { recursive: true });
  symlinkSync("/dev/null", file);
  assert.equal((await ledger.record(line(1, "RUNNING")))?.code, "LEDGER_UNWRITABLE");
  rmSync(file);
  symlinkSync(lockText(running(process.ppid)), `${file}.lock`);
  const locked = await ledger.record(line(1, "RUNNING"));
  assert.deepEqual([locked?.code, locked?.facts["pid"]], ["LEDGER_LOCKED", process.ppid]);
  rmSync(`${file}.lock`);
  rmSync(folder, { recursive: true });
  writeFileSync(folder, "a file");
  assert.equal((await ledger.prepare())?.code, "LEDGER_UNWRITABLE");
});

const PROCESSES = 8;
const LINES = 12;

it("eight processes append at once: one chain, and of each run its lines in order", async (t) => {
  const { file, folder } = place(t);
  const modules = await childModules("src/ledger/ledger.ts", "src/platform/traces-root.ts");
  const children = Array.from({ length: PROCESSES }, (_, process_) =>
    spawn(
      process.execPath,
      [
        "--input-type=module",
        "--eval",
        `import { openLedger } from ${JSON.stringify(modules["src/ledger/ledger.ts"])};
        import { openTracesRoot } from ${JSON.stringify(modules["src/platform/traces-root.ts"])};
        const ledger = openLedger(openTracesRoot(${JSON.stringify(folder)}), () => ${NOW});
        const said = [await ledger.prepare()];
        for (let i = 0; i < ${LINES}; i++) said.push(await ledger.record({
          at: new Date(${NOW} + i).toISOString(), run: "${idOf(process_)}", workflow: "trial::WF_TRIAL_V0",
          state: i % 2 === 0 ? "RUNNING" : "COMPLETED", head: String(i).padStart(64, "0"),
        }));
        console.log(JSON.stringify(said.filter((one) => one !== null)));`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    ),
  );
  const said = await Promise.all(
    children.map(async (child) => {
      let out = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        out += text;
      });
      await once(child, "close");
      return JSON.parse(out) as unknown;
    }),
  );
  assert.deepEqual(said, Array(PROCESSES).fill([]));
  const lines = linesOf(file).filter(isRunLine);
  assert.equal(lines.length, PROCESSES * LINES);
  for (let number = 0; number < PROCESSES; number++) {
    const own = lines.filter(({ run }) => run === idOf(number));
    assert.deepEqual(
      own.map(({ head }) => Number(head)),
      Array.from({ length: LINES }, (_, i) => i),
    );
  }
  assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), [".pgs", "ledger.jsonl"]);
});

test("nothing is put where a link leads in the place of the folder for locks", async (t) => {
  const { folder, file, ledger } = place(t);
  const outside = join(folder, "../outside");
  for (const one of [folder, outside]) mkdirSync(one);
  symlinkSync(outside, join(folder, ".pgs"));
  for (const state of ["RUNNING", "COMPLETED"] as const)
    assert.equal(await ledger.record(line(1, state)), null);
  assert.deepEqual(statesIn(file), ["RUNNING", "COMPLETED"]);
  assert.deepEqual([readdirSync(outside), readdirSync(folder).sort()], [[], [".pgs", "ledger.jsonl"]]);
});
