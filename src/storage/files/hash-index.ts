/**
 * Numbers by text, in pages that can be kept on disk and looked into one at a time.
 *
 * An open hash table: a text's slot is found by its tag, 128 bits of its SHA-256, so that nobody can make up two texts
 * with the same tag. Nothing is ever taken out.
 */

import { sha256Characters } from "../../json/sha256.ts";
import { PAGE_WORDS, type Pages, pageOf } from "./jsonl-index.ts";

export type Tag = readonly [number, number, number, number];

/** The tag, and the number in two halves. */
const SLOT_WORDS = 6;
/** As many slots as fit before the page's check. */
const PAGE_SLOTS = Math.floor((PAGE_WORDS - 1) / SLOT_WORDS);
/** The share of the slots that is taken when twice as many are made. */
const FULL = 0.8;
const HALF = 2 ** 32;

/** After lookups in this share of the pages on disk, all of them are read at once. */
const LOOKUP_SHARE = 1 / 4;

/** Of the text as JSON, because the hash alone takes all lone surrogates for the same. */
export function tagOf(text: string): Tag {
  const digest = sha256Characters(JSON.stringify(text));
  return [wordIn(digest, 0), wordIn(digest, 4), wordIn(digest, 8), wordIn(digest, 12)];
}

/** Of four bytes, the first one the highest. */
function wordIn(bytes: string, at: number): number {
  const byte = (i: number) => bytes.charCodeAt(at + i);
  return (byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3);
}

/** Every method throws `StaleIndexError` when the pages on disk are no longer those of this table. */
export class HashIndex {
  #used: number;
  #lookups = 0;
  readonly #stored: Pages | undefined;
  #words: Int32Array | undefined;

  /** An empty table, or the one in the pages, of which `used` slots are taken. */
  constructor(stored?: Pages, used = 0) {
    this.#stored = stored;
    this.#used = used;
    if (stored === undefined) this.#words = new Int32Array(PAGE_WORDS);
  }

  get used(): number {
    return this.#used;
  }

  find(tag: Tag): number | undefined {
    const stored = this.#stored;
    if (stored !== undefined && this.#words === undefined && this.#lookups++ < stored.count * LOOKUP_SHARE) {
      return valueIn(seek(stored.count, (page) => stored.page(page), tag));
    }
    return valueIn(seekIn(this.words(), tag));
  }

  /** Sets the number, which is positive, and returns the one before. */
  put(tag: Tag, value: number): number | undefined {
    if (this.#used >= slotsOf(this.words()) * FULL)
      this.#words = grown(this.words(), 2 * slotsOf(this.words()));
    const slot = seekIn(this.words(), tag);
    const before = valueIn(slot);
    fill(slot, tag, value);
    if (before === undefined) this.#used++;
    return before;
  }

  /** All pages, one behind the other. */
  words(): Int32Array {
    this.#words ??= this.#stored?.all() ?? new Int32Array(PAGE_WORDS);
    return this.#words;
  }
}

/** A slot: its page, and the word of the page at which it begins. */
interface Slot {
  readonly page: Int32Array;
  readonly at: number;
}

/** The slot that has the tag, else the free one in which it belongs. */
function seek(pages: number, pageAt: (number: number) => Int32Array, tag: Tag): Slot {
  const first = Math.floor(((tag[0] >>> 0) / HALF) * pages * PAGE_SLOTS);
  let number = Math.floor(first / PAGE_SLOTS);
  let page = pageAt(number);
  for (let at = (first % PAGE_SLOTS) * SLOT_WORDS; ; at += SLOT_WORDS) {
    if (at === PAGE_SLOTS * SLOT_WORDS) {
      at = 0;
      number = (number + 1) % pages;
      page = pageAt(number);
    }
    if (isFree(page, at) || hasTag(page, at, tag)) return { page, at };
  }
}

function seekIn(words: Int32Array, tag: Tag): Slot {
  return seek(words.length / PAGE_WORDS, (number) => pageOf(words, number), tag);
}

const isFree = (page: Int32Array, at: number) => page[at + 4] === 0 && page[at + 5] === 0;

function hasTag(page: Int32Array, at: number, tag: Tag): boolean {
  return page[at] === tag[0] && page[at + 1] === tag[1] && page[at + 2] === tag[2] && page[at + 3] === tag[3];
}

function valueIn({ page, at }: Slot): number | undefined {
  if (isFree(page, at)) return undefined;
  return ((page[at + 4] as number) >>> 0) * HALF + ((page[at + 5] as number) >>> 0);
}

function fill({ page, at }: Slot, tag: Tag, value: number): void {
  for (let i = 0; i < tag.length; i++) page[at + i] = tag[i] as number;
  page[at + 4] = Math.floor(value / HALF);
  page[at + 5] = value % HALF;
}

const slotsOf = (words: Int32Array) => (words.length / PAGE_WORDS) * PAGE_SLOTS;

function grown(words: Int32Array, slots: number): Int32Array {
  const larger = new Int32Array(Math.ceil(slots / PAGE_SLOTS) * PAGE_WORDS);
  for (let number = 0; number < words.length / PAGE_WORDS; number++) {
    const page = pageOf(words, number);
    for (let at = 0; at < PAGE_SLOTS * SLOT_WORDS; at += SLOT_WORDS) {
      if (isFree(page, at)) continue;
      const tag: Tag = [page[at], page[at + 1], page[at + 2], page[at + 3]] as unknown as Tag;
      fill(seekIn(larger, tag), tag, valueIn({ page, at }) as number);
    }
  }
  return larger;
}
