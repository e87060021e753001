/**
 * A JSON object as `documentText` prints it: each member begins on a line of its own with two spaces, and no other
 * line does. So a member is found and changed in the bytes, a hundred times as fast as by parsing and printing all.
 */

import type { Json } from "../../json/value.ts";
import { documentText } from "./stored-text.ts";

/** A member in the printed bytes: from the line break before its name to the comma or line break behind its value. */
interface Member {
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

/** Between two members, and behind the last one. */
const NEXT = ',\n  "';
const CLOSING = "\n}";

/** Whether readers take what was printed: half a surrogate pair is printed as an escape, and refused when it is read. */
export function isReadable(printed: string): boolean {
  return !/\\u[dD]/.test(printed);
}

/** The value of the member; undefined when there is none. */
export function valueIn(printed: Buffer, key: string): Json | undefined {
  const member = memberIn(printed, key);
  return member && (JSON.parse(printed.toString("utf8", member.value, member.end)) as Json);
}

/**
 * The printed object with the member; null where only printing all of it shows the place of the member.
 * @throws StoreFault for a member that no reader would take
 */
export function withMember(printed: Buffer, key: string, value: Json, file: string): Buffer | null {
  const alone = documentText({ [key]: value }, file);
  if (!isReadable(alone)) return null;
  const text = Buffer.from(alone).subarray(1, -CLOSING.length);
  const member = memberIn(printed, key);
  if (member !== undefined)
    return Buffer.concat([printed.subarray(0, member.start), text, printed.subarray(member.end)]);
  if (isEmpty(printed) || isIndex(key)) return null;
  return Buffer.concat([printed.subarray(0, -CLOSING.length), Buffer.from(","), text, Buffer.from(CLOSING)]);
}

/** The printed object without the member, which is one of several; null otherwise. */
export function withoutMember(printed: Buffer, key: string): Buffer | null {
  const member = memberIn(printed, key);
  if (member === undefined) return null;
  const isFirst = member.start === 1;
  const isLast = member.end === printed.length - CLOSING.length;
  if (isFirst && isLast) return null;
  return isLast
    ? Buffer.concat([printed.subarray(0, member.start - 1), Buffer.from(CLOSING)])
    : Buffer.concat([printed.subarray(0, member.start), printed.subarray(member.end + 1)]);
}

function memberIn(printed: Buffer, key: string): Member | undefined {
  const name = Buffer.from(`\n  ${JSON.stringify(key)}: `);
  const start = printed.indexOf(name);
  if (start === -1) return undefined;
  const value = start + name.length;
  const next = printed.indexOf(NEXT, value);
  return { start, value, end: next === -1 ? printed.length - CLOSING.length : next };
}

const isEmpty = (printed: Buffer) => printed.length <= "{}".length;

/** An array index, which stands before all other keys of an object, in ascending order. */
const isIndex = (key: string) => /^(?:0|[1-9]\d{0,9})$/.test(key);
