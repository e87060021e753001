/** Is the trace intact? Schema, sequence, hash chain, terminal event, torn tail: every bad line, and why (SPEC 6.1). */

import { isUtf8 } from "node:buffer";
import { DEPTH_LIMIT } from "../engine/child-runs.ts";
import { canonical, type Digest, digestOf } from "../json/canonical.ts";
import { DEPTH, LIST, SIZE } from "../json/limits.ts";
import { isCanonicalNumber } from "../json/number.ts";
import { readObjectText } from "../json/parse.ts";
import { utf8 } from "../json/text.ts";
import type { JsonObject } from "../json/value.ts";
import { genesis, hashOf, withLineBytes } from "../trace/chain.ts";
import { lineGroupsIn } from "../trace/chunks.ts";
import { type EventOf, MAIN_RUN, SESSION_EVENTS, type TraceEvent } from "../trace/event.ts";
import { type PlacedLine, type ScannedLine, scanLines } from "../trace/line.ts";
import { badMember, toEvent } from "../trace/read.ts";
import { placedEvent } from "../trace/read-event.ts";
import { finding, type TraceFinding } from "./finding.ts";

export interface Verified {
  /** How many lines are events of this format. */
  readonly count: number;
  readonly findings: readonly TraceFinding[];
  /** How many more findings there are, of which nothing is kept. */
  readonly omitted: number;
  /** Hash of the last whole line; null when there is none. */
  readonly head: Digest | null;
}

/** A trace in memory, with the events of every line that could be read, in order. */
export interface VerifiedEvents extends Verified {
  readonly events: readonly TraceEvent[];
}

/** `expectedHead` anchors the trace against being cut at a line end or written anew as a whole. */
export function verifyTrace(bytes: Uint8Array, expectedHead?: string): VerifiedEvents {
  const verification = new Verification(expectedHead);
  const events = [...verification.events([bytes])];
  return { ...verification.verdict, events };
}

/** The findings of a trace whose run was cut off: what stands before the end is as good as ever. */
export const CUT_OFF: ReadonlySet<TraceFinding["code"]> = new Set(["TORN_LINE", "NO_END"]);

type Fail = (code: TraceFinding["code"], facts?: JsonObject) => void;

/** A line that is an event, whether it was built to be read or not. */
export type VerifiedLine = PlacedLine | BuiltLine;

interface BuiltLine extends ScannedLine {
  readonly event: TraceEvent;
}

/** Before the next lines are read. */
export function eventOf(line: VerifiedLine): TraceEvent {
  return "event" in line ? line.event : placedEvent(line);
}

/** Verifies a trace in one pass, and keeps nothing of it but what is wrong: the first findings, and those of its end. */
export class Verification {
  readonly #expectedHead: string | undefined;
  readonly #most: number;
  readonly #findings: TraceFinding[] = [];
  #omitted = 0;
  #line = 0;
  #count = 0;
  /** Whether every line so far is an event. */
  #isRead = true;
  #last: ScannedLine | null = null;
  /** What the next line's `prev_hash` must be; null when the line before could not be read. */
  #prev: Digest | null = null;
  #executionId: string | null = null;
  /** The other executions whose chains begin in the file. */
  readonly #others = new Set<string>();
  #sequence = 0;
  #hasEnded = false;
  /** By run that goes on: its events and effects, those of the runs nested in it included. */
  readonly #counts = new Map<string, { events: number; effects: number }>();

  /** `most` is how many findings about lines are kept. */
  constructor(expectedHead?: string, most: number = LIST.findings) {
    this.#expectedHead = expectedHead;
    this.#most = most;
  }

  /** Hands out the lines that are events; the verdict counts when all were asked for. */
  *lines(pieces: Iterable<Uint8Array>): Generator<VerifiedLine> {
    for (const lines of this.#lineGroups(pieces)) for (const line of lines) yield line;
  }

  /** Their events. Several are parsed in a row, which is faster than each between other work. */
  *events(pieces: Iterable<Uint8Array>): Generator<TraceEvent> {
    for (const lines of this.#lineGroups(pieces)) for (const event of lines.map(eventOf)) yield event;
  }

  *#lineGroups(pieces: Iterable<Uint8Array>): Generator<readonly VerifiedLine[]> {
    for (const group of lineGroupsIn(pieces)) {
      const scanned = scanLines(group);
      const taken: VerifiedLine[] = [];
      for (const [i, { bytes, isWhole }] of group.lines.entries()) {
        this.#line++;
        if (!isWhole) this.#fail("TORN_LINE", { bytes: bytes.length });
        else {
          const line = scanned[i] ?? buildLine(bytes, this.#fail);
          this.#take(line);
          if (line !== undefined) taken.push(line);
        }
      }
      yield taken;
    }
    this.#end();
  }

  /** Whether nothing was found so far. */
  get isIntact(): boolean {
    return this.#findings.length === 0;
  }

  get verdict(): Verified {
    return {
      count: this.#count,
      findings: this.#findings,
      omitted: this.#omitted,
      head: this.#last?.hash ?? null,
    };
  }

  readonly #fail: Fail = (code, facts) => {
    if (this.#findings.length < this.#most) this.#keep(code, facts);
    else this.#omitted++;
  };

  readonly #keep: Fail = (code, facts) => {
    this.#findings.push(finding(code, this.#line === 0 ? undefined : this.#line, facts));
  };

  /** The next line; undefined for one that is no event. */
  #take(line: VerifiedLine | undefined): void {
    this.#sequence++;
    if (line === undefined) {
      this.#prev = null;
      this.#isRead = false;
      return;
    }
    this.#count++;
    this.#link(line);
    if (line.eventType === "execution_start") this.#begin(eventOf(line));
    if (!SESSION_EVENTS.has(line.eventType)) this.#countIn(line.run, line.eventType === "side_effect_start");
    if (line.eventType === "workflow_complete") this.#complete(eventOf(line));
    this.#last = line;
  }

  /** The line's place in the chain. */
  #link(read: ScannedLine): void {
    const isFirst = this.#line === 1;
    this.#executionId ??= read.executionId;
    if (isFirst) this.#prev = genesis(read.executionId);
    if (isFirst && read.eventType !== "execution_start") this.#fail("BAD_START");
    if (this.#hasEnded) this.#fail("AFTER_END");
    if (read.executionId !== this.#executionId) {
      this.#fail("OTHER_EXECUTION", { found: read.executionId });
      if (read.sequence === 1 && read.prevHash === genesis(read.executionId))
        this.#others.add(read.executionId);
    }
    if (read.sequence !== this.#sequence) {
      this.#fail("BAD_SEQUENCE", { expected: this.#sequence, found: read.sequence });
      this.#sequence = read.sequence;
    }
    if (this.#prev !== null && read.prevHash !== this.#prev) this.#fail("BAD_PREV_HASH");
    if (!read.isHashed) this.#fail("BAD_HASH");
    this.#prev = read.hash;
  }

  #begin(event: TraceEvent): void {
    const { run, payload } = event as EventOf<"execution_start">;
    if (digestOf(payload.payload) !== payload.payload_digest) this.#fail("BAD_PAYLOAD_DIGEST");
    this.#counts.set(run, { events: 0, effects: 0 });
  }

  /** An event is one of its run, and of every run above that one. */
  #countIn(run: string, isEffect: boolean): void {
    for (const name of withCallers(run)) {
      const counts = this.#counts.get(name);
      if (counts === undefined) continue;
      counts.events++;
      if (isEffect) counts.effects++;
    }
  }

  #complete(event: TraceEvent): void {
    const { run, payload } = event as EventOf<"workflow_complete">;
    // Of a run whose first line is no event, nothing was counted.
    const counted = this.#counts.get(run) ?? (this.#isRead ? { events: 0, effects: 0 } : payload);
    this.#counts.delete(run);
    for (const of of ["events", "effects"] as const) {
      const [stated, found] = [payload[of], counted[of]];
      if (stated !== found) this.#fail("BAD_COUNT", { of, stated, found });
    }
    if (run === MAIN_RUN) this.#hasEnded = true;
  }

  #end(): void {
    // Before all that a file of several traces has of findings.
    if (this.#others.size > 0)
      this.#findings.unshift(finding("SEVERAL_TRACES", undefined, { runs: this.#others.size + 1 }));
    const isBegun = this.#findings.every(({ code }) => code === "TORN_LINE");
    if (this.#count === 0 && isBegun) this.#findings.push(finding("EMPTY"));
    const isWaiting = this.#last?.eventType === "run_suspended";
    if (this.#count > 0 && !this.#hasEnded && !isWaiting) this.#keep("NO_END");
    const [expected, found] = [this.#expectedHead, this.verdict.head];
    if (expected !== undefined && found !== expected) this.#keep("HEAD_MISMATCH", { expected, found });
  }
}

/** The run, and the runs that it is nested in: no more of them than runs may be nested. */
function withCallers(run: string): readonly string[] {
  if (run === MAIN_RUN) return MAIN_ALONE;
  const runs: string[] = [];
  for (let dot = run.indexOf("."); dot !== -1 && runs.length <= DEPTH_LIMIT; dot = run.indexOf(".", dot + 1))
    runs.push(run.slice(0, dot));
  return [...runs, run];
}

const MAIN_ALONE: readonly string[] = [MAIN_RUN];

/** The slower reading: of a line that is no canonical event, or an unusual one. */
function buildLine(bytes: Buffer, fail: Fail): BuiltLine | undefined {
  const value = objectIn(bytes, fail);
  if (value === undefined) return undefined;
  const member = badMember(value);
  if (member !== undefined) {
    fail("BAD_SHAPE", { field: member });
    return undefined;
  }
  const event = withLineBytes(toEvent(value), bytes.length + 1);
  const { sequence, event_type, execution_id, run, prev_hash, hash } = event;
  return {
    sequence,
    eventType: event_type,
    executionId: execution_id,
    run,
    prevHash: prev_hash,
    hash,
    isHashed: hashOf(value) === hash,
    event,
  };
}

/** The object of a line, canonical or not. */
function objectIn(bytes: Buffer, fail: Fail): JsonObject | undefined {
  if (bytes.length > SIZE.text) {
    fail("NOT_JSON", { reason: "TOO_LARGE" });
    return undefined;
  }
  if (!isUtf8(bytes)) {
    fail("NOT_UTF8");
    return undefined;
  }
  const text = utf8(bytes);
  const read = readObjectText(text, DEPTH.document, isCanonicalNumber);
  if ("defect" in read) {
    fail("NOT_JSON", { reason: read.defect.code });
    return undefined;
  }
  if (canonical(read.value) !== text) fail("NOT_CANONICAL");
  return read.value;
}
