/** A data root for a dry run: writes stay in memory. */

import type { DataRoot, IndexFile, StoreFile } from "../../ports.ts";

interface OverlayFile extends StoreFile {
  readonly isWritten: boolean;
}

export interface OverlayRoot extends DataRoot {
  /** The names of the files that were written to. */
  written(): readonly string[];
}

/** The data root as it is; what is written to it stays in memory and is read back from there. */
export function overlayRoot(data: DataRoot): OverlayRoot {
  const stores = new Map<string, OverlayFile>();
  return {
    store(path) {
      const store = data.store(path);
      const known = stores.get(store.name) ?? overlayFile(store);
      stores.set(store.name, known);
      return known;
    },
    written: () => [...stores.values()].filter(({ isWritten }) => isWritten).map(({ name }) => name),
    journals() {
      const written = [...stores.values()].filter(
        ({ name, isWritten }) => isWritten && name.endsWith(".jsonl"),
      );
      const names = new Set([...data.journals(), ...written.map(({ name }) => name)]);
      return [...names].sort((a, b) => (a < b ? -1 : 1));
    },
  };
}

/** The file as it is until the first write; from then on, its content at that moment with all writes since. */
function overlayFile(store: StoreFile): OverlayFile {
  let content: Content | undefined;
  let writes = 0;
  const written = (): Content => {
    writes++;
    content ??= new Content(store.read() ?? new Uint8Array());
    return content;
  };
  return {
    name: store.name,
    get isWritten() {
      return content !== undefined;
    },
    read: () => content?.bytes ?? store.read(),
    readFrom(offset, take) {
      if (content === undefined) store.readFrom(offset, take);
      else if (offset < content.bytes.length) take(content.bytes.subarray(offset));
    },
    readAt: (offset, length) =>
      content?.bytes.subarray(offset, offset + length) ?? store.readAt(offset, length),
    stamp: () =>
      content === undefined
        ? store.stamp()
        : { identity: "overlay", size: content.size, modified: String(writes) },
    holder: () => null,
    append: (text) => written().add(text),
    truncate: (size) => written().cut(size),
    replace(text) {
      written().replace(text);
    },
    sync: async () => undefined,
    syncNow: () => undefined,
    locked: async (work) => work(),
    // What was written is in memory alone, and what is read is indexed by those who may write.
    index: (kind) => (content === undefined ? readOnly(store.index(kind)) : null),
  };
}

function readOnly(index: IndexFile | null): IndexFile | null {
  return index && { ...index, replace: () => undefined };
}

/** So many characters are gathered before they become bytes, so that a line costs little. */
const MOST_GATHERED = 1 << 16;

/** Bytes to which lines are added. */
class Content {
  #held: Buffer;
  #filled: number;
  /** What was added behind the bytes that are filled. */
  #gathered = "";
  size: number;

  constructor(bytes: Uint8Array) {
    this.#held = Buffer.from(bytes);
    this.#filled = bytes.length;
    this.size = bytes.length;
  }

  get bytes(): Uint8Array {
    if (this.#gathered !== "") this.#fill();
    return this.#held.subarray(0, this.#filled);
  }

  add(text: string): void {
    this.#gathered += text;
    this.size += Buffer.byteLength(text);
    if (this.#gathered.length > MOST_GATHERED) this.#fill();
  }

  #fill(): void {
    if (this.size > this.#held.length) {
      const larger = Buffer.allocUnsafe(2 * this.size);
      this.#held.copy(larger, 0, 0, this.#filled);
      this.#held = larger;
    }
    this.#filled += this.#held.write(this.#gathered, this.#filled);
    this.#gathered = "";
  }

  cut(size: number): void {
    this.#fill();
    this.#filled = size;
    this.size = size;
  }

  replace(content: string | Uint8Array): void {
    this.#held = Buffer.from(content as Uint8Array);
    this.#gathered = "";
    this.#filled = this.#held.length;
    this.size = this.#filled;
  }
}
