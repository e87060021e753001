/** A trace that the command line names; a progress bar shows how far the reading of a long one is. */

import type { Reading } from "../examine/examine-trace.ts";
import { SourceTrace } from "../examine/source-trace.ts";
import type { Source } from "../ports.ts";
import type { Context } from "./context.ts";
import { openFileArgument } from "./file-argument.ts";

/** Bytes from which on reading takes long enough to be waited for. */
const LONG = 2 ** 23;

export class TraceArgument extends SourceTrace {
  readonly #context: Context;

  constructor(file: string, source: Source, context: Context) {
    super(file, context.path(file), source);
    this.#context = context;
  }

  /** @throws FileFault */
  static async open(file: string, context: Context, open = openFileArgument): Promise<TraceArgument> {
    return new TraceArgument(file, await open(file, "the trace", context), context);
  }

  override async read<T>(doing: Reading, work: (pieces: Iterable<Uint8Array>) => Promise<T>): Promise<T> {
    const { platform, settings } = this.#context;
    const isLong = this.size > LONG && !settings.quiet;
    const progress = isLong ? await platform.openProgress(doing, this.size) : null;
    try {
      return await super.read(doing, (pieces) => work(watched(pieces, (done) => progress?.at(done))));
    } finally {
      progress?.close();
    }
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
