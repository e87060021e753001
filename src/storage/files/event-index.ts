/**
 * The events of one journal by what admission asks for: a code and the values of the fields that a rule binds.
 *
 * An index of every combination of fields would be large without limit. This one has the combinations that were ever
 * asked for (*shapes*): a new one is a reason to read the journal once more.
 */

import { DEPTH } from "../../json/limits.ts";
import { isPrintedNumber } from "../../json/number.ts";
import { type ReadResult, readObjectText } from "../../json/parse.ts";
import { utf8 } from "../../json/text.ts";
import { inCanonicalOrder, isObject, type Json, type JsonObject, jsonEqual, own } from "../../json/value.ts";
import type { StoreFile, StoreFileReader } from "../../ports.ts";
import type { EventPattern } from "../event-query.ts";
import { HashIndex, tagOf } from "./hash-index.ts";
import type { LineReader } from "./jsonl-cache.ts";
import { PAGE_WORDS, type Pages, pagesFrom, StaleIndexError } from "./jsonl-index.ts";
import { corrupt, type Line, lineAt } from "./jsonl-scan.ts";
import { openLines } from "./jsonl-store.ts";
import { packPages, unpackPages } from "./packed-pages.ts";

/** Returns for each pattern whether a record of the journal matches it. @throws StoreFault */
export type FindEvents = (patterns: readonly EventPattern[]) => readonly boolean[];

export function openEvents(store: StoreFile): FindEvents {
  const shapes: Shapes = new Map();
  const read = openLines(eventsReader(shapes), store);
  return (patterns) => {
    const asked = patterns.map(shapeOf);
    for (const shape of asked) shapes.set(keyOf(shape), shape);
    return read(({ state }) => {
      if (!asked.every((shape) => state.shapes.has(keyOf(shape)))) throw new StaleIndexError();
      return patterns.map((pattern) => isThere(state, store, pattern));
    });
  };
}

/** The code of an event, and the names of its bound fields in order. */
type Shape = readonly [event: string, ...fields: string[]];
type Shapes = Map<string, Shape>;

const shapeOf = ({ event, where }: EventPattern): Shape => [event, ...Object.keys(where).sort()];
const keyOf = (shape: Shape) => JSON.stringify(shape);

/** Where a record of each shape with the same values begins: lines read last in the map, all others in the table. */
interface Events {
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly byEvent: ReadonlyMap<string, readonly Shape[]>;
  readonly recent: Map<string, number>;
  readonly table: HashIndex;
}

/** So many recent entries, or this share of the table, are moved into it. */
const MOST_RECENT = 8192;
const SHARE = 1 / 16;

/** Of the shapes that are known when reading begins; shapes that an index has become known with it. */
function eventsReader(known: Shapes): LineReader<Events> {
  return {
    start: () => events(known.values(), new HashIndex()),
    take(state, line, file) {
      const record = recordIn(line, file);
      if (record === undefined) return;
      for (const entry of entriesOf(record, state.byEvent)) state.recent.set(entry, line.offset);
      if (state.recent.size > Math.max(MOST_RECENT, state.table.used * SHARE)) settle(state);
    },
    index: {
      kind: "events",
      // Smaller than a registry's, because lines are read strictly: that takes several times as long.
      share: 1 / 128,
      load(pages, facts) {
        const { used, bytes, table } = facts as Facts;
        const before = pages.count - table;
        const stored = storedShapes(pages, before, bytes);
        for (const [key, shape] of stored) known.set(key, shape);
        return events(stored.values(), new HashIndex(pagesFrom(pages, before), used));
      },
      save(state) {
        settle(state);
        const text = Buffer.from(JSON.stringify([...state.shapes.values()]));
        const words = state.table.words();
        const facts: Facts = { used: state.table.used, bytes: text.length, table: pageCount(words) };
        return { pages: [packPages(text), words], facts };
      },
    },
  };
}

interface Facts extends JsonObject {
  /** Slots of the table that are taken, and its pages, which are the last ones. */
  readonly used: number;
  readonly table: number;
  /** Of the shapes, in the pages before. */
  readonly bytes: number;
}

/** Of the first pages, without reading the others. */
function storedShapes(pages: Pages, count: number, bytes: number): Shapes {
  const words = new Int32Array(count * PAGE_WORDS);
  for (let i = 0; i < count; i++) words.set(pages.page(i), i * PAGE_WORDS);
  const shapes = JSON.parse(utf8(unpackPages(words, bytes))) as readonly Shape[];
  return new Map(shapes.map((shape) => [keyOf(shape), shape]));
}

function events(shapes: Iterable<Shape>, table: HashIndex): Events {
  const all = [...shapes];
  const byEvent = new Map<string, Shape[]>();
  for (const shape of all) byEvent.set(shape[0], [...(byEvent.get(shape[0]) ?? []), shape]);
  return { shapes: new Map(all.map((shape) => [keyOf(shape), shape])), byEvent, recent: new Map(), table };
}

/** @throws StoreFault `CORRUPT` for a line that is no JSON object, unless it is a half-written last one. */
function recordIn(line: Line, file: string): JsonObject | undefined {
  if (isBlank(line.text)) return undefined;
  const read = readStrictly(line.text);
  if ("defect" in read && line.isEnded) throw corrupt(file, line.number, read.defect);
  return recordOf(read);
}

const readStrictly = (text: string) => readObjectText(text, DEPTH.stored, isPrintedNumber);

function recordOf(read: ReadResult): JsonObject | undefined {
  const record = "value" in read ? own(read.value, "record") : undefined;
  return isObject(record) ? record : undefined;
}

/** Not `trim`, to which a byte order mark is white space. */
const isBlank = (text: string) => !/[^ \t\r]/.test(text);

/** What the record is found by. */
function* entriesOf(record: JsonObject, byEvent: Events["byEvent"]): Generator<string> {
  for (const code of codesOf(record)) {
    for (const shape of byEvent.get(code) ?? []) {
      const [, ...fields] = shape;
      if (fields.every((field) => Object.hasOwn(record, field))) yield entryOf(shape, record);
    }
  }
}

function codesOf(record: JsonObject): ReadonlySet<string> {
  const codes = [own(record, "event_code"), own(record, "event_type")];
  return new Set(codes.filter((code) => typeof code === "string"));
}

/** The same text for all values that `jsonEqual` holds for equal, and for no others. */
function entryOf(shape: Shape, values: JsonObject): string {
  const [, ...fields] = shape;
  return JSON.stringify([shape, fields.map((field) => inCanonicalOrder(own(values, field) as Json))]);
}

/** Moves what is recent into the table. */
function settle({ recent, table }: Events): void {
  for (const [entry, offset] of recent) table.put(tagOf(entry), offset + 1);
  recent.clear();
}

/** Whether a record matches; it is read from the journal itself. @throws StaleIndexError where it is not there */
function isThere(state: Events, store: StoreFileReader, pattern: EventPattern): boolean {
  const entry = entryOf(shapeOf(pattern), pattern.where);
  const offset = state.recent.get(entry) ?? inTable(state.table, entry);
  if (offset === undefined) return false;
  const record = recordOf(readStrictly(lineAt(store, offset) ?? ""));
  if (record === undefined || !matches(record, pattern)) throw new StaleIndexError();
  return true;
}

function inTable(table: HashIndex, entry: string): number | undefined {
  const value = table.used === 0 ? undefined : table.find(tagOf(entry));
  return value === undefined ? undefined : value - 1;
}

function matches(record: JsonObject, { event, where }: EventPattern): boolean {
  if (!codesOf(record).has(event)) return false;
  return Object.entries(where).every(([field, value]) => {
    const found = own(record, field);
    return found !== undefined && jsonEqual(found, value);
  });
}

const pageCount = (words: Int32Array) => words.length / PAGE_WORDS;
