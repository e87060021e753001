/** Traces of many runs in one file. */

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { TraceFault } from "../../src/errors/ports.ts";
import { fixedClock } from "../../src/platform/node-ports.ts";
import { openSegments, readSegmentedTrace } from "../../src/platform/trace-segments.ts";
import type { TraceFile } from "../../src/ports.ts";
import type { EventBody } from "../../src/trace/event.ts";
import { openJournal } from "../../src/trace/journal.ts";
import { runOfLine, traceInSegment } from "../../src/trace/segment.ts";
import { memoryTrace } from "../engine/trial.ts";

const NOW = Date.parse("2026-01-31T09:00:00Z");

function place(t: TestContext, mostBytes?: number) {
  const traces = mkdtempSync(join(tmpdir(), "pgs-segments-"));
  t.after(() => rmSync(traces, { recursive: true }));
  const size = mostBytes === undefined ? {} : { mostBytes };
  const segments = openSegments(traces, { access: "owner", now: () => NOW, ...size });
  const files = () => readdirSync(join(traces, "segments")).filter((name) => name.endsWith(".jsonl"));
  return { traces, segments, files };
}

/** An event whose payload names another run where a line names its own. */
const announced = (n: number): EventBody => ({
  event_type: "event_announced",
  run: "0",
  node_id: "END",
  payload: {
    event_code: "EV",
    payload: { n, text: '{"elapsed_us":1,"event_type":"a","execution_id":"run-0"' },
  },
});

function journalOf(file: TraceFile, run: number) {
  return openJournal(file, { executionId: `run-${run}`, clock: fixedClock(NOW) });
}

test("the lines of runs that write by turns come apart as the bytes of a file of their own", (t) => {
  const { traces, segments, files } = place(t);
  const runs = Array.from({ length: 5 }, (_, run) => {
    const [shared, own] = [segments.open(), memoryTrace()];
    return { run, shared, own, journals: [journalOf(shared.file, run), journalOf(own.file, run)] };
  });
  for (let n = 0; n < 12; n++) {
    for (const { run, journals } of runs) {
      if (n % (run + 1) !== 0) continue;
      for (const journal of journals) {
        journal.append(announced(n));
        journal.write();
      }
    }
  }
  assert.equal(files().length, 1);
  for (const { run, shared, own } of runs) {
    const at = shared.place() ?? assert.fail("no line");
    assert.equal(String(readSegmentedTrace(traces, at, `run-${run}`)), own.text());
  }
});

test("a torn last line belongs to the run that it names, and to none where it ends before the name", (t) => {
  const { traces, segments, files } = place(t);
  const texts = [0, 1].map((run) => {
    const { file } = segments.open();
    const own = memoryTrace();
    for (const one of [file, own.file]) {
      const journal = journalOf(one, run);
      journal.append(announced(1));
      journal.write();
    }
    return own.text();
  });
  const file = join(traces, "segments", files()[0] ?? "");
  const whole = readFileSync(file);
  const [, last = ""] = texts;
  for (let length = 1; length < last.length; length++) {
    const torn = last.slice(0, length);
    const pieces = [Buffer.concat([whole, Buffer.from(torn)])];
    const isNamed = runOfLine(Buffer.from(torn)) === "run-1";
    assert.equal(String(Buffer.concat([...traceInSegment(pieces, "run-0")])), texts[0], torn);
    assert.equal(
      String(Buffer.concat([...traceInSegment(pieces, "run-1")])),
      isNamed ? last + torn : last,
      torn,
    );
  }
});

test("a segment of its size takes no new run, is locked until its last run ends, and keeps its bytes", (t) => {
  const { traces, segments, files } = place(t, 10);
  const first = segments.open();
  first.file.append("x".repeat(10));
  const second = segments.open();
  second.file.append("second");
  const [one = "", two = ""] = files().map((name) => join(traces, "segments", name));
  const texts = () => [one, two].map((file) => readFileSync(file, "utf8")).sort();
  assert.equal(files().length, 2);
  first.file.append("y");
  assert.deepEqual(texts(), ["second", `${"x".repeat(10)}y`]);
  const locks = () => readdirSync(join(traces, "segments")).filter((name) => name.endsWith(".lock")).length;
  assert.equal(locks(), 2);
  first.file.close();
  assert.equal(locks(), 1);
  segments.close();
  assert.equal(locks(), 1);
  second.file.close();
  assert.equal(locks(), 0);
});

test("a segment that was removed fails for all its runs, and the next run begins another", (t) => {
  const { traces, segments, files } = place(t);
  const [first, second] = [segments.open(), segments.open()];
  first.file.append("first\n");
  second.file.append("second\n");
  rmSync(join(traces, "segments", files()[0] ?? ""));
  assert.throws(() => first.file.checkPlace(), TraceFault);
  assert.throws(() => second.file.append("more\n"), TraceFault);
  const third = segments.open();
  third.file.append("third\n");
  third.file.checkPlace();
  assert.equal(files().length, 1);
});

test("two openers of one moment and process never share a segment", (t) => {
  const { traces, segments, files } = place(t);
  const other = openSegments(traces, { access: "owner", now: () => NOW });
  for (const one of [segments, other]) one.open().file.append("line\n");
  assert.equal(files().length, 2);
});
