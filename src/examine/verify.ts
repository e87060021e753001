/** Is the trace intact? Schema, sequence, hash chain, terminal event, torn tail: every bad line, and why (SPEC 6.1). */

import { isUtf8 } from "node:buffer";
import { isObject, type Json, type JsonObject, own, readObjectText, utf8 } from "../json.ts";
import { type Digest, digestOf, isCanonical } from "../trace/canonical.ts";
import { genesis, hashOf, hashOfLine } from "../trace/chain.ts";
import { MAIN_RUN, type TraceEvent } from "../trace/event.ts";
import { badMember, toEvent } from "../trace/read.ts";
import { finding, type TraceFinding } from "./finding.ts";

export interface Verified {
  /** The events of every line that could be read, in order. */
  readonly events: readonly TraceEvent[];
  readonly findings: readonly TraceFinding[];
  /** Hash of the last whole line; null when there is none. */
  readonly head: Digest | null;
}

interface Chain {
  readonly events: TraceEvent[];
  readonly findings: TraceFinding[];
  /** What the next line's `prev_hash` must be; null when the line before could not be read. */
  prev: Digest | null;
  executionId: string | null;
  sequence: number;
  hasEnded: boolean;
}

/** `expectedHead` anchors the trace against being cut at a line end or written anew as a whole. */
export function verifyTrace(bytes: Uint8Array, expectedHead?: string): Verified {
  const chain: Chain = {
    events: [],
    findings: [],
    prev: null,
    executionId: null,
    sequence: 0,
    hasEnded: false,
  };
  let line = 0;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    line++;
    if (end === -1) {
      chain.findings.push(finding("TORN_LINE", line, { bytes: bytes.length - start }));
      break;
    }
    verifyLine(bytes.subarray(start, end), line, chain);
    start = end + 1;
  }
  const last = chain.events.at(-1);
  verifyEnd(chain, line);
  if (expectedHead !== undefined && last?.hash !== expectedHead) {
    chain.findings.push(finding("HEAD_MISMATCH", line, { expected: expectedHead, found: last?.hash ?? null }));
  }
  return { events: chain.events, findings: chain.findings, head: last?.hash ?? null };
}

function verifyLine(bytes: Uint8Array, line: number, chain: Chain): void {
  const fail = (code: Parameters<typeof finding>[0], facts: JsonObject = {}) => {
    chain.findings.push(finding(code, line, facts));
  };
  chain.sequence++;
  const read = parseLine(bytes, fail);
  if (read === undefined) {
    chain.prev = null;
    return;
  }
  const { event, text } = read;
  const member = badMember(event);
  if (member !== undefined) {
    fail("BAD_SHAPE", { field: member });
    chain.prev = null;
    return;
  }
  const sound = toEvent(event);
  if (chain.executionId === null) {
    chain.executionId = sound.execution_id;
    if (line === 1) chain.prev = genesis(sound.execution_id);
  }
  if (line === 1 && sound.event_type !== "execution_start") fail("BAD_START");
  if (chain.hasEnded) fail("AFTER_END");
  if (sound.execution_id !== chain.executionId) fail("OTHER_EXECUTION", { found: sound.execution_id });
  if (sound.sequence !== chain.sequence) {
    fail("BAD_SEQUENCE", { expected: chain.sequence, found: sound.sequence });
    chain.sequence = sound.sequence;
  }
  if (chain.prev !== null && sound.prev_hash !== chain.prev) fail("BAD_PREV_HASH");
  if ((text === null ? hashOf(event) : hashOfLine(text)) !== sound.hash) fail("BAD_HASH");
  if (
    sound.event_type === "execution_start" &&
    digestOf(sound.payload.payload) !== sound.payload.payload_digest
  ) {
    fail("BAD_PAYLOAD_DIGEST");
  }
  if (sound.event_type === "workflow_complete" && sound.run === MAIN_RUN) chain.hasEnded = true;
  chain.prev = sound.hash;
  chain.events.push(sound);
}

interface ReadLine {
  readonly event: JsonObject;
  /** The line, where it is in canonical form. */
  readonly text: string | null;
}

function parseLine(
  bytes: Uint8Array,
  fail: (code: Parameters<typeof finding>[0], facts?: JsonObject) => void,
): ReadLine | undefined {
  if (!isUtf8(bytes)) {
    fail("NOT_UTF8");
    return undefined;
  }
  const text = utf8(bytes);
  const event = canonicalValue(text);
  if (event !== undefined) return { event, text };
  const read = readObjectText(text, undefined, "shortest");
  if ("defect" in read) {
    fail("NOT_JSON", { reason: read.defect.code });
    return undefined;
  }
  fail("NOT_CANONICAL");
  return { event: read.value, text: null };
}

/** The object whose canonical form the text is: such a text needs no stricter reading. */
function canonicalValue(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) && isCanonical(text, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function verifyEnd({ events, findings, hasEnded }: Chain, lastLine: number): void {
  const last = events.at(-1);
  if (last === undefined) {
    if (findings.length === 0) findings.push(finding("EMPTY"));
    return;
  }
  if (!hasEnded) findings.push(finding("NO_END", lastLine));
  if (last.event_type !== "workflow_complete") return;
  const ofRun = events.filter((event) => event.run === last.run || event.run.startsWith(`${last.run}.`));
  const counted = {
    events: ofRun.length,
    effects: ofRun.filter((event) => event.event_type === "side_effect_start").length,
  };
  for (const of of ["events", "effects"] as const) {
    const stated = own(last.payload as unknown as JsonObject, of) as number;
    if (stated !== counted[of])
      findings.push(finding("BAD_COUNT", lastLine, { of, stated, found: counted[of] }));
  }
}
