/** The payloads of a JSON Lines text, one for each line, without holding more than one line that is not too long. */

import type { JsonObject } from "../json/value.ts";
import { type PayloadLimits, parsePayload } from "./payload.ts";
import { PayloadFault } from "./payload-errors.ts";

export interface PayloadLine {
  /** Counts from 1. */
  readonly line: number;
  /** How many bytes of the text end with it. */
  readonly end: number;
  /** @throws PayloadFault for a line that is no payload, with the number of the line */
  read(): JsonObject;
}

export interface LineOptions extends PayloadLimits {
  /** Where the lines come from, as a refusal says it. */
  readonly file: string;
  /** Lines before it are passed over. */
  readonly from: number;
  /** Told at the end how many lines there are. */
  readonly ended?: (count: number) => void;
}

const BREAK = 0x0a;

export async function* payloadLines(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { file, from, ended, ...limits }: LineOptions,
): AsyncGenerator<PayloadLine> {
  let line = 1;
  let end = 0;
  let begun = new BegunLine(limits.maxBytes);
  const taken = (): PayloadLine => {
    const { bytes, size } = begun;
    const number = line++;
    begun = new BegunLine(limits.maxBytes);
    const read = () => parseLine(bytes, size, { file, line: number, limits });
    return { line: number, end, read };
  };
  for await (const piece of pieces) {
    let start = 0;
    for (let at = piece.indexOf(BREAK); at !== -1; at = piece.indexOf(BREAK, start)) {
      begun.add(piece.subarray(start, at));
      end += at + 1 - start;
      start = at + 1;
      const whole = taken();
      if (whole.line >= from) yield whole;
    }
    begun.add(piece.subarray(start));
    end += piece.length - start;
  }
  if (begun.size > 0) {
    const last = taken();
    if (last.line >= from) yield last;
  }
  ended?.(line - 1);
}

/** Keeps the bytes of a line, copied, as long as there are not too many. */
class BegunLine {
  readonly #most: number;
  readonly #pieces: Buffer[] = [];
  size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(piece: Uint8Array): void {
    this.size += piece.length;
    if (this.size > this.#most) this.#pieces.length = 0;
    else if (piece.length > 0) this.#pieces.push(Buffer.from(piece));
  }

  /** Null where there were too many. */
  get bytes(): Buffer | null {
    return this.size > this.#most ? null : Buffer.concat(this.#pieces);
  }
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly limits: PayloadLimits;
}

function parseLine(bytes: Buffer | null, size: number, { file, line, limits }: Place): JsonObject {
  if (bytes !== null) return parsePayload(bytes, limits, file, line);
  throw new PayloadFault("PAYLOAD_TOO_LARGE", { file: `${file}:${line}`, size, limit: limits.maxBytes });
}
