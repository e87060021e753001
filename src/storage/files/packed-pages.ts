/** Bytes in the pages of an index, whose last word of each is the page's check. */

import { PAGE_WORDS } from "./jsonl-index.ts";

const PAGE_BYTES = (PAGE_WORDS - 1) * 4;

export function packPages(bytes: Uint8Array): Int32Array {
  const pages = Math.max(1, Math.ceil(bytes.length / PAGE_BYTES));
  const words = new Int32Array(pages * PAGE_WORDS);
  const packed = new Uint8Array(words.buffer);
  for (let i = 0; i < pages; i++)
    packed.set(bytes.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES), i * PAGE_WORDS * 4);
  return words;
}

/** The first `length` of the bytes. */
export function unpackPages(words: Int32Array, length: number): Buffer {
  const packed = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0, page = 0; at < length; at += PAGE_BYTES, page++) {
    const start = page * PAGE_WORDS * 4;
    bytes.set(packed.subarray(start, start + Math.min(PAGE_BYTES, length - at)), at);
  }
  return bytes;
}
