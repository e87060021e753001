/**
 * All runs of a ledger, so that they can be listed without reading it: a row of numbers for each, and its texts aside. It
 * is derived from the ledger, is kept beside it, and is made anew where it is of no use.
 */

import { utf8 } from "../json/text.ts";
import { type JsonObject, own } from "../json/value.ts";
import { type Pages, StaleIndexError } from "../storage/files/jsonl-index.ts";
import { packPages, unpackPages } from "../storage/files/packed-pages.ts";
import type { WaitEntry } from "../trace/event.ts";
import { LINE_STATES, type LineState, type RunLine } from "./line.ts";
import { entryAfter, type RunEntry, type SetMark } from "./run-entry.ts";

/** The words of a row. Some numbers need two. */
const COLUMN = {
  id: 0,
  state: 1,
  workflow: 2,
  outcome: 3,
  exitReason: 4,
  actor: 5,
  sessions: 6,
  begun: 7,
  changed: 9,
  due: 11,
  offset: 13,
  /** Where what most runs do not have is in the list of that, from 1; 0 for none. */
  more: 15,
  segment: 16,
  placeOffset: 17,
  /** 0 for none. */
  placeEnd: 19,
} as const;
const ROW_WORDS = 21;
const REBUILT = 0x100;
const HALF = 2 ** 32;

type TextColumn = "workflow" | "outcome" | "exitReason" | "actor" | "segment";
type NumberColumn = "begun" | "changed" | "due" | "offset" | "placeOffset" | "placeEnd";

/** What most runs have nothing of. */
interface More {
  readonly waits: readonly WaitEntry[];
  /** All but the first. */
  readonly actors: readonly string[];
  readonly marks: readonly SetMark[];
}

const NOTHING_MORE: More = { waits: [], actors: [], marks: [] };

/** The parts of a table, as they are kept. */
interface Parts {
  readonly words: Int32Array;
  /** The ids, each with a line break behind it. */
  readonly ids: Buffer;
  /** Every text of the rows once. */
  readonly texts: readonly string[];
  readonly more: readonly (More | null)[];
}

const NO_PARTS: Parts = { words: new Int32Array(), ids: Buffer.alloc(0), texts: [], more: [] };

export class RunTable {
  #words: Int32Array;
  #count: number;
  #ids: Buffer;
  #idBytes: number;
  readonly #texts: string[];
  readonly #numbers: Map<string, number>;
  readonly #more: (More | null)[];
  /** By id, its place. Made when it is needed. */
  #places: Map<string, number> | undefined;

  constructor({ words, ids, texts, more }: Parts = NO_PARTS) {
    this.#words = words;
    this.#count = words.length / ROW_WORDS;
    this.#ids = ids;
    this.#idBytes = ids.length;
    this.#texts = [...texts];
    this.#numbers = new Map(texts.map((text, i) => [text, i + 1]));
    this.#more = [...more];
  }

  get count(): number {
    return this.#count;
  }

  take(line: RunLine, offset: number): void {
    const places = this.#findPlaces();
    const known = places.get(line.run);
    const entry = entryAfter(known === undefined ? undefined : this.at(known), line, offset);
    const place = known ?? this.#add(entry.id);
    // Not the text of the line, of which it may be a part that keeps the whole.
    if (known === undefined) places.set(this.id(place), place);
    this.#set(place, entry);
  }

  /** The entry at a place; they are in the order in which the runs began. */
  at(place: number): RunEntry {
    return new Row(this, place);
  }

  /** The last run first. */
  *newestFirst(): Generator<RunEntry> {
    for (let place = this.count - 1; place >= 0; place--) yield this.at(place);
  }

  get(id: string): RunEntry | undefined {
    return this.startingWith(id).find((one) => one.id === id);
  }

  /** As `get`, by an index of all ids that is made first: for who asks for many. */
  getIndexed(id: string): RunEntry | undefined {
    const place = this.#findPlaces().get(id);
    return place === undefined ? undefined : this.at(place);
  }

  /** The runs whose ids begin so, in the order in which they began. */
  startingWith(prefix: string): readonly RunEntry[] {
    const wanted = Buffer.from(`\n${prefix}`);
    const ids = this.#ids.subarray(0, this.#idBytes);
    const isFirst = this.count > 0 && ids.subarray(0, wanted.length - 1).equals(wanted.subarray(1));
    const found = isFirst ? [this.at(0)] : [];
    for (let at = ids.indexOf(wanted); at !== -1 && at + 1 < ids.length; at = ids.indexOf(wanted, at + 1))
      found.push(this.at(this.#placeOf(at + 1)));
    return found;
  }

  /** Those of the ids that no run has. */
  missing(ids: readonly string[]): readonly string[] {
    const places = this.#findPlaces();
    return ids.filter((id) => !places.has(id));
  }

  // ---- what a row is read with ----

  id(place: number): string {
    const end = place + 1 < this.#count ? this.#word(place + 1, "id") : this.#idBytes;
    return this.#ids.toString("utf8", this.#word(place, "id"), end - 1);
  }

  state(place: number): LineState {
    return LINE_STATES[this.#word(place, "state") % REBUILT] as LineState;
  }

  isRebuilt(place: number): boolean {
    return this.#word(place, "state") >= REBUILT;
  }

  text(place: number, column: TextColumn): string | null {
    return this.#texts[this.#word(place, column) - 1] ?? null;
  }

  number(place: number, column: NumberColumn): number {
    const at = place * ROW_WORDS + COLUMN[column];
    return (this.#words[at] as number) * HALF + ((this.#words[at + 1] as number) >>> 0);
  }

  sessions(place: number): number {
    return this.#word(place, "sessions");
  }

  more(place: number): More {
    return this.#more[this.#word(place, "more") - 1] ?? NOTHING_MORE;
  }

  #word(place: number, column: keyof typeof COLUMN): number {
    return this.#words[place * ROW_WORDS + COLUMN[column]] as number;
  }

  /** The row whose id begins at the offset: the offsets grow with the places. */
  #placeOf(offset: number): number {
    let [low, high] = [0, this.#count - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#word(middle, "id") <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #findPlaces(): Map<string, number> {
    if (this.#places !== undefined) return this.#places;
    const ids = this.#count === 0 ? [] : utf8(this.#ids.subarray(0, this.#idBytes - 1)).split("\n");
    this.#places = new Map(ids.map((id, place) => [id, place]));
    return this.#places;
  }

  // ---- what a row is written with ----

  #add(id: string): number {
    const place = this.#count++;
    const end = this.#idBytes + Buffer.byteLength(id) + 1;
    if (this.#count * ROW_WORDS > this.#words.length) this.#words = grown(this.#words, this.#count * ROW_WORDS);
    if (end > this.#ids.length)
      this.#ids = Buffer.concat([this.#ids, Buffer.alloc(2 * end - this.#ids.length)]);
    this.#words[place * ROW_WORDS + COLUMN.id] = this.#idBytes;
    this.#ids.write(`${id}\n`, this.#idBytes);
    this.#idBytes = end;
    return place;
  }

  #set(place: number, entry: RunEntry): void {
    const { waits, marks } = entry;
    const [first = null, ...actors] = entry.actors;
    const isMore = waits.length + marks.length + actors.length > 0;
    const before = this.#word(place, "more");
    const row = this.#words.subarray(place * ROW_WORDS, (place + 1) * ROW_WORDS);
    row[COLUMN.state] = LINE_STATES.indexOf(entry.state) + (entry.isRebuilt ? REBUILT : 0);
    row[COLUMN.workflow] = this.#numberOf(entry.workflow);
    row[COLUMN.outcome] = this.#numberOf(entry.outcome);
    row[COLUMN.exitReason] = this.#numberOf(entry.exitReason);
    row[COLUMN.actor] = this.#numberOf(first);
    row[COLUMN.sessions] = entry.sessions;
    setNumber(row, COLUMN.begun, entry.begun);
    setNumber(row, COLUMN.changed, entry.changed);
    setNumber(row, COLUMN.due, entry.due ?? 0);
    setNumber(row, COLUMN.offset, entry.offset);
    row[COLUMN.segment] = this.#numberOf(entry.segment);
    setNumber(row, COLUMN.placeOffset, entry.place?.offset ?? 0);
    setNumber(row, COLUMN.placeEnd, entry.place?.end ?? 0);
    if (before > 0) this.#more[before - 1] = isMore ? { waits, actors, marks } : null;
    else if (isMore) row[COLUMN.more] = this.#more.push({ waits, actors, marks });
  }

  #numberOf(text: string | null): number {
    if (text === null) return 0;
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.push(text);
    this.#numbers.set(text, number);
    return number;
  }

  save(): { readonly pages: readonly Int32Array[]; readonly facts: JsonObject } {
    const words = this.#words.slice(0, this.#count * ROW_WORDS);
    const more: More[] = [];
    for (let at = COLUMN.more; at < words.length; at += ROW_WORDS) {
      const found = this.#more[(words[at] as number) - 1] ?? null;
      words[at] = found === null ? 0 : more.push(found);
    }
    const parts = [
      Buffer.from(words.buffer),
      this.#ids.subarray(0, this.#idBytes),
      Buffer.from(JSON.stringify(this.#texts)),
      Buffer.from(JSON.stringify(more)),
    ];
    const [rows = 0, ids = 0, texts = 0, rest = 0] = parts.map(({ length }) => length);
    return {
      pages: [packPages(Buffer.concat(parts))],
      facts: { row: ROW_WORDS, rows, ids, texts, more: rest },
    };
  }
}

/** @throws StaleIndexError */
export function loadTable(pages: Pages, facts: JsonObject): RunTable {
  const size = (name: string) => sizeIn(facts, name);
  if (size("row") !== ROW_WORDS) throw new StaleIndexError();
  const [rows, ids, texts, more] = [size("rows"), size("ids"), size("texts"), size("more")];
  const bytes = unpackPages(pages.all(), rows + ids + texts + more);
  let start = 0;
  const next = (length: number) => {
    start += length;
    return bytes.subarray(start - length, start);
  };
  const words = new Int32Array(Uint8Array.from(next(rows)).buffer);
  for (let at = COLUMN.state; at < words.length; at += ROW_WORDS)
    if (LINE_STATES[(words[at] as number) % REBUILT] === undefined) throw new StaleIndexError();
  return new RunTable({
    words,
    ids: next(ids),
    texts: JSON.parse(utf8(next(texts))) as string[],
    more: JSON.parse(utf8(next(more))) as More[],
  });
}

function sizeIn(facts: JsonObject, name: string): number {
  const size = own(facts, name);
  if (typeof size !== "number") throw new StaleIndexError();
  return size;
}

function grown(words: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(2 * length);
  larger.set(words);
  return larger;
}

function setNumber(row: Int32Array, column: number, value: number): void {
  row[column] = Math.floor(value / HALF);
  row[column + 1] = value % HALF;
}

/** A run of the table; it decodes what it is asked for. What it says changes with the table. */
class Row implements RunEntry {
  readonly #table: RunTable;
  readonly #place: number;

  constructor(table: RunTable, place: number) {
    this.#table = table;
    this.#place = place;
  }

  get id() {
    return this.#table.id(this.#place);
  }
  get workflow() {
    return this.#table.text(this.#place, "workflow") ?? "";
  }
  get state() {
    return this.#table.state(this.#place);
  }
  get isRebuilt() {
    return this.#table.isRebuilt(this.#place);
  }
  get outcome() {
    return this.#table.text(this.#place, "outcome");
  }
  get exitReason() {
    return this.#table.text(this.#place, "exitReason");
  }
  get begun() {
    return this.#table.number(this.#place, "begun");
  }
  get changed() {
    return this.#table.number(this.#place, "changed");
  }
  get due() {
    return this.#table.number(this.#place, "due") || null;
  }
  get offset() {
    return this.#table.number(this.#place, "offset");
  }
  get segment() {
    return this.#table.text(this.#place, "segment");
  }
  get place() {
    const end = this.#table.number(this.#place, "placeEnd");
    if (end === 0) return null;
    return { segment: this.segment ?? "", offset: this.#table.number(this.#place, "placeOffset"), end };
  }
  get sessions() {
    return this.#table.sessions(this.#place);
  }
  get waits() {
    return this.#table.more(this.#place).waits;
  }
  get marks() {
    return this.#table.more(this.#place).marks;
  }
  get actors() {
    const first = this.#table.text(this.#place, "actor");
    return first === null ? [] : [first, ...this.#table.more(this.#place).actors];
  }
}
