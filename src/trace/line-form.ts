/**
 * Forms of lines: the text that many lines of a trace have in common, learned from a line that was scanned. A line that
 * consists of a form's literals, with values between them that the schema accepts there, is what a scan accepts.
 */

import { expectLiteral, type Literal, NOT_FOUND, toLiteral } from "./fast-scan.ts";
import { membersEnd, type TextMember } from "./field-check.ts";
import type { EventType } from "./schema.ts";

/** A value that differs from line to line, with the text before it. */
interface Part {
  readonly lead: Literal;
  readonly end: TextMember["end"];
  readonly depth: number;
  /** Where the offsets of the value are noted; `NOT_FOUND` for a member of the payload. */
  readonly mark: number;
}

/** What all lines of a form have in common, beside their text. */
interface CommonPlaces {
  readonly nodeId: string | null;
  /** How far behind the end of `hash` the payload begins. */
  readonly payloadFrom: number;
}

export interface Form extends CommonPlaces {
  readonly type: EventType;
  readonly parts: readonly Part[];
  /** The text behind the last value. */
  readonly rest: Literal;
  /** The form of the line that followed last time: runs repeat themselves. */
  next: Form | null;
}

/** The offset after the line of the form that begins at `begin`; `marks` gets the offsets of the values of the envelope that differ. */
export function formEnd({ parts, rest }: Form, bytes: Buffer, begin: number, marks: Int32Array): number {
  let at = begin;
  for (let i = 0; i < parts.length; i++) {
    const { lead, end, depth, mark } = parts[i] as Part;
    const value = expectLiteral(bytes, at, lead);
    if (value === NOT_FOUND) return NOT_FOUND;
    at = end(bytes, value, depth);
    if (at === NOT_FOUND) return NOT_FOUND;
    if (mark === NOT_FOUND) continue;
    marks[mark] = value;
    marks[mark + 1] = at;
  }
  return expectLiteral(bytes, at, rest);
}

/** The members of a line, and those of its payload, in text order. */
export interface LineMembers {
  readonly type: EventType;
  readonly envelope: readonly TextMember[];
  readonly payload: readonly TextMember[];
}

/** The form of the line between two offsets, which was scanned: `marks` has the offsets of the values of its envelope. */
export function formOf(
  bytes: Buffer,
  begin: number,
  end: number,
  { type, envelope, payload }: LineMembers,
  marks: Int32Array,
  common: CommonPlaces,
): Form {
  const parts: Part[] = [];
  let from = begin;
  const add = ({ end, isName }: TextMember, depth: number, mark: number, begun: number, ended: number) => {
    if (begun === NOT_FOUND || isName) return;
    parts.push({ lead: toLiteral(bytes.subarray(from, begun)), end, depth, mark });
    from = ended;
  };
  const inPayload = new Int32Array(2 * payload.length);
  for (const [i, member] of envelope.entries()) {
    const [begun, ended] = [marks[2 * i] as number, marks[2 * i + 1] as number];
    if (member.name !== "payload") {
      add(member, 1, 2 * i, begun, ended);
      continue;
    }
    membersEnd(payload, bytes, begun, 1, inPayload);
    for (const [j, one] of payload.entries())
      add(one, 2, NOT_FOUND, inPayload[2 * j] as number, inPayload[2 * j + 1] as number);
  }
  return { type, ...common, parts, rest: toLiteral(bytes.subarray(from, end)), next: null };
}
