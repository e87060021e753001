import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TraceFault } from "../../src/errors/ports.ts";
import { CanonicalError, canonical, type Digest, sha256 } from "../../src/json/canonical.ts";
import { type JsonObject, present } from "../../src/json/value.ts";
import { fixedClock } from "../../src/platform/node-ports.ts";
import type { Clock } from "../../src/ports.ts";
import { type Envelope, EventEncoder, genesis, hashOf } from "../../src/trace/chain.ts";
import type { EventBody } from "../../src/trace/event.ts";
import { openJournal } from "../../src/trace/journal.ts";
import { memoryTrace } from "../engine/trial.ts";
import { anyCharacter } from "../support/any-character.ts";
import { draws } from "../support/portion.ts";
import { scanLine } from "./scan-line.ts";

const NO_PLACE = { folder: "t", file: null, errno: "ENOSPC", effects: [], more: 0 };
const ID = "20260131T090000120Z__WF_TRIAL_V0__0a1b2c3d";

const encode = (event: EventBody, stamp: Envelope) => new EventEncoder(ID).encode(event, stamp);

const announced: EventBody = {
  event_type: "event_announced",
  run: "0",
  node_id: 'END "é" \u{1F512}',
  payload: { event_code: "EV_DONE_V0", payload: { z: [1e21, 0, 0.1], a: null } },
};
const ended: EventBody = {
  event_type: "workflow_complete",
  run: "0",
  payload: {
    status: "SUCCESS",
    outcome: null,
    exit_reason_code: "COMPLETED",
    events: 2,
    effects: 0,
    duration_us: 7,
  },
};

test("the first prev_hash is the digest of format and execution id", () => {
  assert.equal(genesis(ID), sha256(`pgs.trace/1:${ID}`));
  assert.notEqual(genesis(ID), genesis(`${ID}_2`));
});

test("a line has every member of its payload, in canonical order, whatever the schema knows", () => {
  const stamp = { executionId: ID, sequence: 1, timestamp: "", elapsedUs: 0, prevHash: genesis(ID) };
  const data = { "\u00e9": "\u{1f600}", z: [1, { b: null, a: true }], "": "\n" };
  for (const payload of [{ ...announced.payload, payload: data }, { aside: 1, ...announced.payload }, {}]) {
    const { line, bytes } = encode({ ...announced, payload } as unknown as EventBody, stamp);
    assert.ok(line.includes(`"payload":${canonical(payload as unknown as JsonObject)},`), line);
    assert.equal(bytes, Buffer.byteLength(`${line}\n`));
  }
  const missing = { ...announced.payload, payload: undefined };
  assert.throws(
    () => encode({ ...announced, payload: missing } as unknown as EventBody, stamp),
    CanonicalError,
  );
});

test("a line is the canonical form of its event, and its hash that of the line without hash", () => {
  for (const happening of [announced, ended]) {
    const stamp = {
      executionId: ID,
      sequence: 3,
      timestamp: "2026-01-31T09:00:00.120Z",
      elapsedUs: 12,
      prevHash: genesis(ID),
    };
    const { line, bytes, hash } = encode(happening, stamp);
    assert.equal(bytes, Buffer.byteLength(`${line}\n`));
    const event = JSON.parse(line) as JsonObject;
    assert.equal(canonical(event), line);
    assert.equal(event["hash"], hash);
    assert.equal(hashOf(event), hash);
    const scanned = scanLine(line);
    assert.deepEqual([scanned?.hash, scanned?.isHashed], [hash, true]);
    const { hash: _, ...rest } = event;
    assert.equal(sha256(canonical(rest)), hash);
  }
});

function journal(clock: Clock, happenings: readonly EventBody[]) {
  const trace = memoryTrace();
  const told: unknown[] = [];
  const options = {
    executionId: ID,
    clock,
    listen: (event: unknown) => told.push(event),
  };
  const open = openJournal(trace.file, options);
  for (const happening of happenings) open.append(happening);
  open.write();
  return { lines: trace.text().split("\n"), told, head: open.head };
}

test("the journal numbers, times and chains; the head is the last line's hash", () => {
  let micros = 500;
  const clock = { now: () => Date.parse("2026-01-31T09:00:00Z"), micros: () => (micros += 10) };
  const { lines, head } = journal(clock, [announced, announced, ended]);
  assert.equal(lines.at(-1), "");
  const events = lines.slice(0, -1).map((line) => JSON.parse(line) as JsonObject);
  assert.deepEqual(
    events.map((event) => [event["sequence"], event["elapsed_us"], event["timestamp"]]),
    [
      [1, 10, "2026-01-31T09:00:00.000Z"],
      [2, 20, "2026-01-31T09:00:00.000Z"],
      [3, 30, "2026-01-31T09:00:00.000Z"],
    ],
  );
  const hashes: unknown[] = events.map((event) => event["hash"]);
  assert.deepEqual(
    events.map((event) => event["prev_hash"]),
    [genesis(ID), hashes[0], hashes[1]],
  );
  assert.equal(head, hashes[2]);
});

test("an empty journal's head is the genesis", () => {
  assert.equal(journal(fixedClock(0), []).head, genesis(ID));
});

test("the listener is told what was written, in the same order", () => {
  const { lines, told } = journal(fixedClock(0), [announced, ended]);
  assert.deepEqual(
    told,
    lines.slice(0, -1).map((line) => JSON.parse(line)),
  );
});

test("the journal holds no more than a bound of bytes, and nothing without which a run could not go on", () => {
  const trace = memoryTrace();
  const open = openJournal(trace.file, { executionId: ID, clock: fixedClock(0) });
  const text = "x".repeat(1000);
  for (let i = 0; i < 200; i++) {
    open.append({ ...announced, payload: { event_code: "EV", payload: { text } } } as EventBody);
    assert.ok(open.bytes - Buffer.byteLength(trace.text()) <= 1 << 16, `after ${i + 1} events`);
  }
  assert.ok(open.bytes > Buffer.byteLength(trace.text()), "lines are held");
  open.append({ event_type: "run_cancelled", run: "0", payload: {} } as unknown as EventBody);
  assert.equal(open.bytes, Buffer.byteLength(trace.text()));
});

test("nothing follows a write that failed", () => {
  const trace = memoryTrace();
  let isFull = true;
  const append = (text: string) => {
    trace.file.append(isFull ? text.slice(0, 5) : text);
    if (isFull) throw new TraceFault("TRACE_UNWRITABLE", NO_PLACE);
  };
  const open = openJournal({ ...trace.file, append }, { executionId: ID, clock: fixedClock(0) });
  open.append(announced);
  assert.throws(() => open.write(), TraceFault);
  isFull = false;
  open.append(announced);
  assert.throws(() => open.write(), TraceFault);
  assert.equal(trace.text().length, 5);
});

test("two happenings that differ in one value have different hashes", () => {
  const stamp = {
    executionId: ID,
    sequence: 1,
    timestamp: "2026-01-31T09:00:00.120Z",
    elapsedUs: 0,
    prevHash: genesis(ID),
  };
  const hashes = [announced, { ...announced, run: "0.1" }, ended].map((one) => encode(one, stamp).hash);
  const moved = encode(announced, { ...stamp, prevHash: "0".repeat(64) as Digest }).hash;
  assert.equal(new Set([...hashes, moved]).size, 4);
});

test("an event is encoded in the same way, whichever events were encoded before", () => {
  const stamp = { executionId: ID, timestamp: "2026-01-31T09:00:00.120Z", elapsedUs: 0, prevHash: genesis(ID) };
  const names = fc.constantFrom<(string | undefined)[]>("", "a", "a b", "undefined", '"', "\u00e9", undefined);
  const events = fc.record({
    event_type: fc.constantFrom("step_end", "transform_end"),
    run: fc.constantFrom("0", "0.1"),
    node_id: names,
    payload: fc.record({ outcome: fc.string({ unit: anyCharacter }), step: names }),
  });
  fc.assert(
    fc.property(fc.array(events, { size: "+1" }), (list) => {
      const encoder = new EventEncoder(ID);
      for (const [i, { node_id, payload, ...event }] of list.entries()) {
        const body = {
          ...event,
          ...(node_id === undefined ? {} : { node_id }),
          payload: present(payload),
        } as unknown as EventBody;
        const { line } = encoder.encode(body, { ...stamp, sequence: i });
        const read = JSON.parse(line) as JsonObject;
        assert.equal(line, canonical(read));
        const { event_type, run, node_id: node, payload: data, sequence } = read;
        assert.deepEqual(
          { event_type, run, node, data, sequence },
          {
            event_type: event.event_type,
            run: event.run,
            node: node_id,
            data: present(payload),
            sequence: i,
          },
        );
      }
    }),
    { numRuns: draws(100) },
  );
});
