/** What is added to a file while its lock is held: gathered, and written together. */

import type { StoreStamp } from "../ports.ts";

/** Adds the bytes to the file; returns what the file is then. `isSeveral`: some were gathered a while ago. */
type Write = (bytes: Uint8Array, isSeveral: boolean) => StoreStamp | null;

/** What the stamps of one write have in common. */
interface Shared {
  /** Empty when the write has failed: then it is no file's. */
  identity: string;
  /** Empty until the bytes are written. */
  modified: string;
}

/** Of a file with bytes that are not written yet. It equals no other before they are, and then that of the file. */
class StampToCome implements StoreStamp {
  readonly #shared: Shared;
  readonly size: number;

  constructor(shared: Shared, size: number) {
    this.#shared = shared;
    this.size = size;
  }

  get identity(): string {
    return this.#shared.identity;
  }

  get modified(): string {
    return this.#shared.modified;
  }
}

interface Batch {
  text: string;
  count: number;
  readonly shared: Shared;
  stamp: StoreStamp;
}

/** More is written before the next is gathered. */
const MOST_TEXT = 1 << 20;

/** For as long as one lock is held. Once a write has failed, whoever asks for the stamp or writes is told why. */
export class Gathering {
  readonly #write: Write;
  #batch: Batch | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(write: Write) {
    this.#write = write;
  }

  /** As the file will be; null where nothing is gathered. */
  get stamp(): StoreStamp | null {
    if (this.#failure !== null) throw this.#failure.error;
    return this.#batch?.stamp ?? null;
  }

  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  get isEmpty(): boolean {
    return this.#batch === null;
  }

  get isMuch(): boolean {
    return this.#batch !== null && this.#batch.text.length > MOST_TEXT;
  }

  /** Gathers the text for the file that has the stamp `before`, with what was gathered already. */
  add(text: string, before: StoreStamp): void {
    this.#batch ??= newBatch(before);
    const { shared, stamp } = this.#batch;
    this.#batch.text += text;
    this.#batch.count++;
    this.#batch.stamp = new StampToCome(shared, stamp.size + Buffer.byteLength(text));
  }

  /** Writes what is gathered, as a whole or not at all; false where nothing is. */
  write(): boolean {
    const after = this.stamp;
    if (after === null) return false;
    const { text, count, shared } = this.#batch as Batch;
    const { identity } = shared;
    shared.identity = "";
    this.#batch = null;
    try {
      const found = this.#write(Buffer.from(text), count > 1);
      // A process that takes no lock may have added something, too.
      if (found?.identity === identity && found.size === after.size) {
        shared.identity = identity;
        shared.modified = found.modified;
      }
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
    return true;
  }
}

function newBatch(before: StoreStamp): Batch {
  return { text: "", count: 0, shared: { identity: before.identity, modified: "" }, stamp: before };
}
