/** A trace in a file or in memory, read as often as it is needed, a piece at a time. */

import { utf8 } from "../json/text.ts";
import type { Source } from "../ports.ts";
import { linesIn } from "../trace/chunks.ts";
import type { TraceEvent } from "../trace/event.ts";
import { eventIn } from "../trace/read-event.ts";
import { TraceInputFault } from "./errors.ts";
import type { Reading, TraceReader } from "./examine-trace.ts";
import type { Verified } from "./verify.ts";

export class SourceTrace implements TraceReader {
  readonly file: string;
  readonly path: string | null;
  readonly #source: Source;

  constructor(file: string, path: string | null, source: Source) {
    this.file = file;
    this.path = path;
    this.#source = source;
  }

  /** In bytes. */
  get size(): number {
    return this.#source.size;
  }

  firstPiece(): Uint8Array {
    for (const piece of this.#source.pieces()) return piece;
    return new Uint8Array();
  }

  whole(): Uint8Array {
    return Buffer.concat([...this.#source.pieces()].map((piece) => Buffer.from(piece)));
  }

  read<T>(_: Reading, work: (pieces: Iterable<Uint8Array>) => Promise<T>): Promise<T> {
    return work(this.#source.pieces());
  }

  readAgain<T>(
    doing: Reading,
    verified: Verified,
    work: (events: Iterable<TraceEvent>) => Promise<T>,
  ): Promise<T> {
    return this.read(doing, (pieces) => work(sameEvents(pieces, verified, this.file)));
  }
}

function* sameEvents(
  pieces: Iterable<Uint8Array>,
  { count, head }: Verified,
  file: string,
): Generator<TraceEvent> {
  let event: TraceEvent | undefined;
  for (const { bytes } of linesIn(pieces)) {
    if (event?.sequence === count) break;
    event = sameEvent(bytes, file);
    yield event;
  }
  if (event?.hash !== head) throw new TraceInputFault("FILE_CHANGED", { file });
}

function sameEvent(line: Buffer, file: string): TraceEvent {
  try {
    return eventIn(line);
  } catch (cause) {
    throw new TraceInputFault("FILE_CHANGED", { file }, { cause });
  }
}

/** What a run may leave that was interrupted before its first event was whole. */
const BEGUN: ReadonlySet<string> = new Set(["EMPTY", "TORN_LINE"]);

/** Whether any line is an event, or a run may have been cut off while it wrote the first one. */
export function isTrace({ count, findings }: Verified, bytes: Uint8Array): boolean {
  if (count > 0) return true;
  const start = utf8(bytes.subarray(0, EVENT_START.length));
  return EVENT_START.startsWith(start) && findings.every(({ code }) => BEGUN.has(code));
}

/** Every event begins so, for canonical JSON sorts its members. */
const EVENT_START = '{"elapsed_us":';
