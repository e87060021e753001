/** Documents of text, by path below a folder. */

import type { Digest } from "../json/canonical.ts";

export interface TextFolderReader {
  /** The name by which records speak of the folder: its path below the data root. */
  readonly name: string;
  /** SHA-256 of the document's bytes; null when there is none. */
  digest(path: string): Promise<Digest | null>;
}

/** A path leads to a document below the folder. Every method throws a `StoreFault` when the storage cannot do it. */
export interface TextFolder extends TextFolderReader {
  /** Writes the whole document, or leaves it as it is: a reader sees the old text or the new. */
  write(path: string, text: string): Promise<void>;
  /** Resolves when everything written so far is on the device. */
  sync(): Promise<void>;
}
