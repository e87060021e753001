/** Bytes of a trace flipped, and what must be found. */

import { MAIN_RUN, type TraceEvent } from "../../../src/trace/event.ts";
import { below } from "./choice.ts";
import { isSuspension, miscounts } from "./orders.ts";
import type { Specimen } from "./specimen.ts";
import { noEvent, type Spoilt, spoilt } from "./spoilt.ts";

/** A trace that was tampered with. */
export interface Tampered {
  readonly bytes: Buffer;
  /** `CODE:line` of all that must be found, with the untouched trace's head given; sorted. */
  readonly findings: readonly string[];
}

/** One byte in each of the lines at these places; `salt` says which. */
export function flipBytes(specimen: Specimen, places: readonly number[], salt: number): Tampered {
  const { name, lines } = specimen;
  const changed = lines.map((line, i) =>
    places.includes(i) ? flipped(line, name, i, salt) : Buffer.from(line),
  );
  const spoiled = lines.map((line, i) =>
    places.includes(i) ? spoilt(line, changed[i] as Buffer, i === 0) : untouched(specimen, i),
  );
  return { bytes: joined(changed), findings: findingsOf(specimen, spoiled) };
}

/** The line breaks behind the lines at these places, no two of them neighbours: each line and the next become one. */
export function flipBreaks(specimen: Specimen, places: readonly number[]): Tampered {
  const { name, lines } = specimen;
  const breaks = lines.map((_, i) =>
    places.includes(i) ? LINE_BREAK ^ (1 + below(255, name, i)) : LINE_BREAK,
  );
  const spoiled = lines.flatMap((_, i) => {
    if (places.includes(i - 1)) return [];
    return places.includes(i) ? together(breaks[i] as number, i === lines.length - 1) : untouched(specimen, i);
  });
  const bytes = lines.flatMap((line, i) => [Buffer.from(line), Buffer.from([breaks[i] as number])]);
  return { bytes: Buffer.concat(bytes), findings: findingsOf(specimen, spoiled) };
}

/** Two lines in one, with this byte between them; nothing is behind the last. */
function together(byte: number, isLast: boolean): Spoilt {
  if (isLast) return noEvent(["TORN_LINE"]);
  return { ...noEvent([byte < 0x80 ? "NOT_JSON" : "NOT_UTF8"]), behind: ["BAD_SEQUENCE"] };
}

const LINE_BREAK = 0x0a;

const joined = (lines: readonly Buffer[]) =>
  Buffer.concat(lines.flatMap((line) => [line, Buffer.from([LINE_BREAK])]));

function untouched({ events }: Specimen, place: number): Spoilt {
  return { codes: [], behind: [], event: events[place] as TraceEvent as never };
}

/** The line with one byte changed to another one, though not to a line break; seldom to one that is no ASCII. */
function flipped(line: string, ...what: readonly (string | number)[]): Buffer {
  const bytes = Buffer.from(line);
  const offset = below(bytes.length, "offset", ...what);
  const byte = bytes[offset] as number;
  const high = below(8, "high", ...what) === 0 ? 0x80 : 0;
  const other = byte ^ (1 + below(127, "mask", ...what)) ^ high;
  bytes[offset] = other === LINE_BREAK ? byte ^ 0x80 : other;
  return bytes;
}

function findingsOf({ events, head }: Specimen, lines: readonly Spoilt[]): readonly string[] {
  const read = lines.map(({ event }) => event as unknown as TraceEvent | null);
  const wrong = miscounts(read);
  const isForeign = read[0] !== null && read[0]?.execution_id !== events[0]?.execution_id;
  const last = read.findLast((event) => event !== null);
  const codes = lines.flatMap(({ codes: own, event }, i) => {
    const foreign = isForeign && i > 0 && event !== null ? ["OTHER_EXECUTION"] : [];
    const counts = Array.from({ length: wrong[i] as number }, () => "BAD_COUNT");
    const all = [...new Set([...own, ...foreign, ...(lines[i - 1]?.behind ?? [])]), ...counts];
    return all.map((code) => `${code}:${i + 1}`);
  });
  const hasEnd = last?.event_type === "workflow_complete" && last.run === MAIN_RUN;
  if (!hasEnd && !isSuspension(last)) codes.push(`NO_END:${lines.length}`);
  if (last?.hash !== head) codes.push(`HEAD_MISMATCH:${lines.length}`);
  return codes.sort();
}
