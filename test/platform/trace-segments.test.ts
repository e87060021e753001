/** Traces of many runs in one file. */

import assert from "node:assert/strict";
import fs, { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { TraceFault } from "../../src/errors/ports.ts";
import { openSource } from "../../src/platform/file-chunks.ts";
import { fixedClock } from "../../src/platform/node-ports.ts";
import { openSegments } from "../../src/platform/segments/segments.ts";
import { openTracesRoot } from "../../src/platform/traces-root.ts";
import type { TraceFile } from "../../src/ports.ts";
import type { EventBody } from "../../src/trace/event.ts";
import { openJournal } from "../../src/trace/journal.ts";
import { runOfLine, traceInSegment } from "../../src/trace/segment.ts";
import { memoryTrace } from "../engine/trial.ts";

const NOW = Date.parse("2026-01-31T09:00:00Z");

/** The name of a run that begins so many milliseconds after `NOW`. */
const name = (run: number, later = 0) =>
  `20260131T090000${String(later).padStart(3, "0")}Z__WF_TRIAL_V0__${String(run).padStart(8, "0")}`;

function place(t: TestContext, mostBytes?: number) {
  const traces = mkdtempSync(join(tmpdir(), "pgs-segments-"));
  t.after(() => rmSync(traces, { recursive: true }));
  const size = mostBytes === undefined ? {} : { mostBytes };
  const segments = openSegments(traces, { access: "owner", now: () => NOW, ...size });
  const files = () => readdirSync(join(traces, "segments")).filter((one) => one.endsWith(".jsonl"));
  const open = (run: number) => segments.open(name(run)) ?? assert.fail("no segment");
  return { traces, segments, files, open };
}

/** An event whose payload names another run where a line names its own. */
const announced = (n: number): EventBody => ({
  event_type: "event_announced",
  run: "0",
  node_id: "END",
  payload: {
    event_code: "EV",
    payload: { n, text: `{"elapsed_us":1,"event_type":"a","execution_id":"${name(0)}"` },
  },
});

function journalOf(file: TraceFile, run: number) {
  return openJournal(file, { executionId: name(run), clock: fixedClock(NOW) });
}

test("the lines of runs that write by turns come apart as the bytes of a file of their own", async (t) => {
  const { traces, files, open } = place(t);
  const runs = Array.from({ length: 5 }, (_, run) => {
    const [shared, own] = [open(run), memoryTrace()];
    return { run, shared, own, journals: [journalOf(shared.file, run), journalOf(own.file, run)] };
  });
  for (let n = 0; n < 12; n++) {
    for (const { run, journals } of runs) {
      if (n % (run + 1) !== 0) continue;
      for (const journal of journals) {
        journal.append(announced(n));
        // Several of them in one write.
        const written = journal.write();
        if (n % 5 === 4) await written;
      }
    }
  }
  for (const { journals } of runs) for (const journal of journals) await journal.write();
  assert.equal(files().length, 1);
  for (const { shared, own } of runs) {
    const source = openSource(join(traces, shared.address)) ?? assert.fail("no trace");
    assert.equal(String(Buffer.concat([...source.pieces()])), own.text());
    assert.equal(source.size, own.text().length);
  }
});

test("what runs append together is one write, each goes on when it is in the file, and a run alone waits for nobody", async (t) => {
  const { traces, files, open } = place(t);
  const first = open(1);
  assert.equal(first.file.appendTogether("1a\n"), null);
  const [second, third] = [open(2), open(3)];
  const text = () => readFileSync(join(traces, "segments", files()[0] ?? ""), "utf8");
  const { mock } = t.mock.method(fs, "writeSync");
  syncBuiltinESMExports();
  t.after(() => {
    mock.restore();
    syncBuiltinESMExports();
  });
  const written = [
    second.file.appendTogether("2a\n"),
    first.file.appendTogether("1é\n"),
    third.file.appendTogether("3a\n"),
    second.file.appendTogether("2b\n"),
  ];
  const places = [first, second, third].map(({ place }) => place());
  assert.ok(places.every((one) => one instanceof Promise));
  assert.deepEqual([mock.callCount(), text()], [0, "1a\n"]);
  await written[0];
  assert.deepEqual([mock.callCount(), text()], [1, "1a\n2a\n1é\n3a\n2b\n"]);
  await Promise.all(written);
  const segment = files()[0] ?? "";
  const found = [
    { segment, offset: 0, end: 10 },
    { segment, offset: 3, end: 16 },
    { segment, offset: 10, end: 13 },
  ];
  assert.deepEqual(await Promise.all(places), found);
  assert.deepEqual([first.place(), second.place(), third.place()], found);
  const later = second.file.appendTogether("2c\n");
  third.file.append("3b\n");
  assert.deepEqual([mock.callCount(), text().slice(-6)], [2, "2c\n3b\n"]);
  await later;
  assert.equal(third.file.appendTogether(""), null);
  assert.equal(mock.callCount(), 2);
});

test("a text that needs more room than others does not change what waits before it", async (t) => {
  const { traces, files, open } = place(t);
  const runs = [1, 2, 3].map(open);
  const texts = ["a\n", `${"é".repeat(1 << 20)}\n`, `${"x".repeat(1 << 17)}\n`];
  for (let i = 0; i < 2; i++)
    await Promise.all(runs.map(({ file }, run) => file.appendTogether(texts[run] ?? "")));
  const text = readFileSync(join(traces, "segments", files()[0] ?? ""), "utf8");
  assert.ok(text === texts.join("").repeat(2));
});

/** An effect on a store that took place. */
function tookPlace(step: string): readonly EventBody[] {
  const at = { run: "0", node_id: "N" };
  const begun = { cs_code: "CS", effect_key: step, inputs: {}, op: "APPEND", step, store: "LOG" };
  const ended = { change: { before: null, after: {} }, outcome: "SUCCESS", result: {}, step };
  return [
    { event_type: "side_effect_start", ...at, payload: begun },
    { event_type: "side_effect_end", ...at, payload: ended },
  ] as unknown as readonly EventBody[];
}

for (const how of ["write", "sync"] as const) {
  test(`where what runs append together fails (${how}), it fails for each, and each names its own effects`, async (t) => {
    const { traces, files, open } = place(t);
    const journals = [1, 2, 3, 4].map((run) => journalOf(open(run).file, run));
    const names = (of: readonly unknown[]) => of.map((effect) => (effect as { step: string }).step);
    const named = (run: number) => (error: unknown) => {
      const { effects, errno } = (error as TraceFault).facts as { effects: readonly unknown[]; errno: string };
      assert.deepEqual([names(effects), errno], [run < 3 ? [`step ${run}`] : [], "ENOENT"]);
      return error instanceof TraceFault;
    };
    journals.forEach((journal, run) => {
      for (const event of run < 3 ? tookPlace(`step ${run}`) : []) journal.append(event);
    });
    rmSync(join(traces, "segments", files()[0] ?? ""));
    const written = journals.slice(0, 3).map((journal) => journal[how]());
    for (const [run, one] of written.entries())
      await assert.rejects(one ?? assert.fail("it is there"), named(run));
    for (const [run, journal] of journals.entries()) {
      journal.append(announced(1));
      for (const again of ["write", "sync"] as const)
        await assert.rejects(async () => journal[again](), named(run));
    }
  });
}

test("where a part of a write is all that the device takes, only the runs with lines in it fail, each by its address", async (t) => {
  const { traces, files, open } = place(t);
  const [ended, begun, unbegun] = [open(1), open(2), open(3)];
  ended.file.append("ended\n");
  begun.file.append("begun\n");
  const segment = join(traces, "segments", files()[0] ?? "");
  const { writeSync } = fs;
  const short = (file: number, bytes: Uint8Array) => writeSync(file, bytes, 0, bytes.length - 1);
  const { mock } = t.mock.method(fs, "writeSync", short as typeof writeSync);
  syncBuiltinESMExports();
  t.after(() => {
    mock.restore();
    syncBuiltinESMExports();
  });
  const written = [begun, unbegun].map(({ file }) => file.appendTogether("more\n"));
  const synced = [ended, begun, unbegun].map(({ file }) => file.sync());
  const facts = (one: PromiseSettledResult<unknown>) =>
    one.status === "fulfilled" ? null : (one.reason as TraceFault).facts["file"];
  const named = `${segment}#${name(2)}`;
  assert.deepEqual((await Promise.allSettled(written)).map(facts), [named, segment]);
  assert.deepEqual((await Promise.allSettled(synced)).map(facts), [null, named, segment]);
  assert.equal(ended.file.appendTogether(""), null);
  assert.throws(() => ended.file.append("more\n"), TraceFault);
  assert.equal(readFileSync(segment, "utf8"), "ended\nbegun\n");
});

test("a torn last line belongs to the run that it names, and to none where it ends before the name", async (t) => {
  const { traces, files, open } = place(t);
  const texts: string[] = [];
  for (const run of [0, 1]) {
    const { file } = open(run);
    const own = memoryTrace();
    for (const one of [file, own.file]) {
      const journal = journalOf(one, run);
      journal.append(announced(1));
      await journal.write();
    }
    texts.push(own.text());
  }
  const file = join(traces, "segments", files()[0] ?? "");
  const whole = readFileSync(file);
  const [, last = ""] = texts;
  for (let length = 1; length < last.length; length++) {
    const torn = last.slice(0, length);
    const pieces = [Buffer.concat([whole, Buffer.from(torn)])];
    const isNamed = runOfLine(Buffer.from(torn)) === name(1);
    assert.equal(String(Buffer.concat([...traceInSegment(pieces, name(0))])), texts[0], torn);
    assert.equal(
      String(Buffer.concat([...traceInSegment(pieces, name(1))])),
      isNamed ? last + torn : last,
      torn,
    );
  }
});

test("prune keeps every byte of the lines that stay, and of an incomplete one, however long they are", (t) => {
  const { traces, files, segments, open } = place(t);
  open(0).file.close();
  segments.close();
  const [segment = ""] = files();
  const file = join(traces, "segments", segment);
  const line = (run: number, text = "") =>
    `{"elapsed_us":1,"event_type":"a","execution_id":"${name(run)}","text":"${text}"}\n`;
  const long = "0123456789abcdef".repeat(1 << 16);
  const torn = (text: string) => text.slice(0, -3);
  const some = Array.from({ length: 4000 }, (_, n) => line(n % 3, String(n)));
  const lines = [line(0), line(1, long), "no run\n", line(0, long), "\n", line(1), `${long}\n`, ...some];
  for (const last of ["", torn(line(0, long)), torn(line(1, long)), `no run${long}`]) {
    writeFileSync(file, [...lines, last].join(""));
    const locked = openTracesRoot(traces).lockSegment(segment) ?? assert.fail("somebody writes it");
    locked.remove((run) => run === name(1));
    locked.unlock();
    const kept = [...lines, last].filter((one) => !one.includes(name(1)));
    assert.ok(readFileSync(file, "utf8") === kept.join(""), last.slice(0, 100));
  }
});

/** How many segments are locked. */
const locksIn = (traces: string) =>
  readdirSync(join(traces, "segments")).filter((one) => one.endsWith(".jsonl.lock")).length;

test("a segment of its size takes no new run, is locked until its last run ends, and keeps its bytes", (t) => {
  const { traces, segments, files, open } = place(t, 10);
  const first = open(1);
  first.file.append("x".repeat(10));
  const second = open(2);
  second.file.append("second");
  const [one = "", two = ""] = files().map((one) => join(traces, "segments", one));
  const texts = () => [one, two].map((file) => readFileSync(file, "utf8")).sort();
  assert.equal(files().length, 2);
  first.file.append("y");
  assert.deepEqual(texts(), ["second", `${"x".repeat(10)}y`]);
  assert.equal(locksIn(traces), 2);
  first.file.close();
  assert.equal(locksIn(traces), 1);
  segments.close();
  assert.equal(locksIn(traces), 1);
  second.file.close();
  assert.equal(locksIn(traces), 0);
});

test("a segment that was removed fails for all its runs, and the next run begins another", (t) => {
  const { traces, files, open } = place(t);
  const [first, second] = [open(1), open(2)];
  first.file.append("first\n");
  second.file.append("second\n");
  rmSync(join(traces, "segments", files()[0] ?? ""));
  assert.throws(() => first.file.append("more\n"), TraceFault);
  assert.throws(() => second.file.append("more\n"), TraceFault);
  assert.equal(locksIn(traces), 1);
  for (const { file } of [first, second]) file.close();
  assert.equal(locksIn(traces), 0);
  const third = open(3);
  third.file.append("third\n");
  assert.equal(files().length, 1);
});

test("what waits of the last run is in the file before that is closed, and nothing is written after that", async (t) => {
  const { traces, files, segments, open } = place(t);
  const [first, second] = [open(1), open(2)];
  const written = [first.file.appendTogether("first\n"), second.file.appendTogether("second\n")];
  segments.close();
  for (const { file } of [first, second]) file.close();
  const file = join(traces, "segments", files()[0] ?? "");
  assert.equal(readFileSync(file, "utf8"), "first\nsecond\n");
  await Promise.all(written);
  assert.equal(readFileSync(file, "utf8"), "first\nsecond\n");
});

test("two openers of one moment and process never share a segment", (t) => {
  const { traces, segments, files } = place(t);
  const other = openSegments(traces, { access: "owner", now: () => NOW });
  const ids = [segments, other].map((one) => {
    const opened = one.open(name(1)) ?? assert.fail("no segment");
    opened.file.append("line\n");
    return opened.id;
  });
  assert.equal(files().length, 2);
  assert.deepEqual(ids, [name(1), `${name(1)}_65`]);
});
