/**
 * What is stored of a JSON Lines file between processes: up to which byte it was read, and pages of words in which
 * something can be looked up.
 *
 * The file is the truth; an index only says what its first bytes hold. It is never changed, only replaced, by any
 * process and at any time, so every page has a checksum over itself, its number and the header it belongs to: a page of
 * another index, a damaged one and one that never reached the disk are all recognised.
 */

import { readObjectText } from "../../json/parse.ts";
import { utf8 } from "../../json/text.ts";
import { type Json, type JsonObject, own } from "../../json/value.ts";
import type { IndexFile, StoreStamp } from "../../ports.ts";

/** Up to where a file was known: to the end it had then, which was behind a newline. */
export interface Extent {
  readonly stamp: StoreStamp;
  /** Newlines. */
  readonly ended: number;
  /** The last bytes, each as a character. */
  readonly anchor: string;
}

/** Pages of `PAGE_WORDS` words, the last of which is the page's check. */
export interface Pages {
  readonly count: number;
  /** @throws StaleIndexError when the page is not the one that belongs here. */
  page(number: number): Int32Array;
  /** All pages, one behind the other. @throws StaleIndexError */
  all(): Int32Array;
}

export interface StoredIndex {
  readonly extent: Extent;
  /** What the reader of the lines says of itself beside its pages. */
  readonly facts: JsonObject;
  readonly pages: Pages;
}

/** What was remembered or indexed is not what the file holds: the file has to be read anew. */
export class StaleIndexError extends Error {}

export const PAGE_WORDS = 1024;
const PAGE_BYTES = PAGE_WORDS * 4;
const CHECK = PAGE_WORDS - 1;

/** Changes whenever the meaning of a page or of the header does. */
const FORMAT = "pgs index 1";

/** The index, or null when there is none that this build wrote whole. */
export function openIndex(file: IndexFile): StoredIndex | null {
  const header = wordsOf(file.read(0, PAGE_BYTES));
  if (header.length !== PAGE_WORDS || header[CHECK] !== checkOf(header, 0)) return null;
  const read = readObjectText(utf8(bytesOf(header).subarray(0, -4)).trimEnd());
  if (!("value" in read) || own(read.value, "format") !== FORMAT) return null;
  // The check vouches for its shape: this format was written by `writeIndex`.
  const { identity, modified, size, ended, anchor, pages, facts } = read.value as Header;
  return {
    extent: {
      stamp: { identity, modified, size },
      ended,
      anchor: Buffer.from(anchor, "hex").toString("latin1"),
    },
    facts,
    pages: storedPages(file, header[CHECK] as number, pages),
  };
}

/** Writes the index; the checks are put into the given pages themselves. */
export function writeIndex(
  file: IndexFile,
  extent: Extent,
  facts: JsonObject,
  parts: readonly Int32Array[],
): void {
  const { stamp, ended, anchor } = extent;
  const pages = parts.flatMap(pagesOf);
  const header: Header = {
    format: FORMAT,
    identity: stamp.identity,
    modified: stamp.modified,
    size: stamp.size,
    ended,
    anchor: Buffer.from(anchor, "latin1").toString("hex"),
    pages: pages.length,
    facts,
  };
  const first = headerPage(header);
  pages.forEach((page, i) => {
    page[CHECK] = checkOf(page, seedOf(first[CHECK] as number, i));
  });
  file.replace([first, ...parts].map(bytesOf));
}

interface Header extends Record<string, Json> {
  readonly format: string;
  readonly identity: string;
  readonly modified: string;
  readonly size: number;
  readonly ended: number;
  readonly anchor: string;
  readonly pages: number;
  readonly facts: JsonObject;
}

function headerPage(header: Header): Int32Array {
  const page = new Int32Array(PAGE_WORDS);
  Buffer.from(page.buffer).fill(" ").write(JSON.stringify(header));
  page[CHECK] = checkOf(page, 0);
  return page;
}

function storedPages(file: IndexFile, header: number, count: number): Pages {
  const read = (first: number, length: number) => {
    const words = wordsOf(file.read((1 + first) * PAGE_BYTES, length * PAGE_BYTES));
    if (words.length !== length * PAGE_WORDS) throw new StaleIndexError();
    for (let i = 0; i < length; i++) {
      const page = pageOf(words, i);
      if (page[CHECK] !== checkOf(page, seedOf(header, first + i))) throw new StaleIndexError();
    }
    return words;
  };
  return { count, page: (number) => read(number, 1), all: () => read(0, count) };
}

export function pageOf(pages: Int32Array, number: number): Int32Array {
  return pages.subarray(number * PAGE_WORDS, (number + 1) * PAGE_WORDS);
}

function pagesOf(words: Int32Array): readonly Int32Array[] {
  return Array.from({ length: words.length / PAGE_WORDS }, (_, i) => pageOf(words, i));
}

/** The pages from `first` on. */
export function pagesFrom(pages: Pages, first: number): Pages {
  return {
    count: pages.count - first,
    page: (number) => pages.page(first + number),
    all: () => pages.all().subarray(first * PAGE_WORDS),
  };
}

const seedOf = (header: number, page: number) => header ^ (page + 1);

/** Over all words but the last: the mixing of MurmurHash3, by which no change of one word cancels out. */
function checkOf(page: Int32Array, seed: number): number {
  let check = seed;
  for (let i = 0; i < CHECK; i++) {
    let word = Math.imul(page[i] as number, 0xcc9e2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    check ^= word;
    check = (Math.imul((check << 13) | (check >>> 19), 5) + 0xe6546b64) | 0;
  }
  return check;
}

/** Whole words only. Words must be aligned, which bytes need not be. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
}

function bytesOf(words: Int32Array): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}
