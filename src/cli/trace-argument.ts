/** A trace that the command line names, read as often as it is needed, a piece at a time. */

import type { Reading, TraceReader } from "../examine/examine-trace.ts";
import { eventIn, type Verified } from "../examine/verify.ts";
import type { Source } from "../ports.ts";
import { linesIn } from "../trace/chunks.ts";
import type { TraceEvent } from "../trace/event.ts";
import type { Context } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { openFileArgument } from "./file-argument.ts";

/** Bytes from which on reading takes long enough to be waited for. */
const LONG = 2 ** 23;

export class TraceArgument implements TraceReader {
  readonly file: string;
  readonly path: string;
  readonly #source: Source;
  readonly #context: Context;

  constructor(file: string, source: Source, context: Context) {
    this.file = file;
    this.path = context.path(file);
    this.#source = source;
    this.#context = context;
  }

  /** @throws UsageFault */
  static async open(file: string, context: Context): Promise<TraceArgument> {
    return new TraceArgument(file, await openFileArgument(file, "the trace", context), context);
  }

  /** Where it begins. */
  firstPiece(): Uint8Array {
    for (const piece of this.#source.pieces()) return piece;
    return new Uint8Array();
  }

  whole(): Uint8Array {
    return Buffer.concat([...this.#source.pieces()].map((piece) => Buffer.from(piece)));
  }

  /** What `work` makes of the bytes, a progress bar beside it where there are many. */
  async read<T>(doing: Reading, work: (pieces: Iterable<Uint8Array>) => Promise<T>): Promise<T> {
    const { platform, settings } = this.#context;
    const isLong = this.#source.size > LONG && !settings.quiet;
    const progress = isLong ? await platform.openProgress(doing, this.#source.size) : null;
    try {
      return await work(watched(this.#source.pieces(), (done) => progress?.at(done)));
    } finally {
      progress?.close();
    }
  }

  /** What `work` makes of the events that were verified. @throws UsageFault when the file holds others by now */
  readAgain<T>(
    doing: Reading,
    verified: Verified,
    work: (events: Iterable<TraceEvent>) => Promise<T>,
  ): Promise<T> {
    return this.read(doing, (pieces) => work(sameEvents(pieces, verified, this.file)));
  }
}

function* watched(pieces: Iterable<Uint8Array>, at: (done: number) => void): Generator<Uint8Array> {
  let done = 0;
  for (const piece of pieces) {
    yield piece;
    done += piece.length;
    at(done);
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
  if (event?.hash !== head) throw new UsageFault("FILE_CHANGED", { file });
}

function sameEvent(line: Uint8Array, file: string): TraceEvent {
  try {
    return eventIn(line);
  } catch (cause) {
    throw new UsageFault("FILE_CHANGED", { file }, { cause });
  }
}
