/** Where in a registry's file the last line of a key or of an address is, and how many keys are active. */

import { type Json, type JsonObject, own, readObjectText, utf8 } from "../../json.ts";
import { isPrintedNumber } from "../../json-number.ts";
import { DEPTH } from "../../limits.ts";
import type { StoreFile } from "../../ports.ts";
import { KeyTable, tagOf } from "./key-table.ts";
import type { LineReader } from "./known-lines.ts";
import { corrupt, isBlank, lineNumberAt, NEWLINE, parseEntry, readLine } from "./stored-bytes.ts";
import { Lost } from "./stored-index.ts";

/** The last line of a key. */
export interface Binding {
  readonly key: string;
  readonly address: Json;
  readonly isActive: boolean;
  readonly text: string;
  readonly offset: number;
}

type Place = Pick<Binding, "offset" | "isActive">;

/** Lines are taken into the maps, from time to time into the table, which needs a fraction of their memory. */
export interface Bindings {
  readonly table: KeyTable;
  readonly recent: Map<string, Place>;
  readonly recentAddresses: Map<string, number>;
  /** The active keys, but for what has changed at `uncounted`. */
  active: number;
  /** What was counted for a recent key; undefined for what the table says, which is not asked for every line. */
  readonly uncounted: Map<string, boolean | undefined>;
}

/** So many recent keys and addresses, or this share of the table, are taken into it. */
const MOST_RECENT = 8192;
const SHARE = 1 / 16;

/**
 * Scans leniently, as fast as the language parses, because a registry may be long and is never rewritten; the line
 * that an answer is taken from is read strictly (`readBinding`).
 */
export const bindingsReader: LineReader<Bindings> = {
  start: () => bindings(new KeyTable(), 0),
  take(state, line, file) {
    const entry = isBlank(line.text) ? {} : (parseEntry(line.text) ?? readLine(line.text, line.number, file));
    const key = own(entry, "key");
    if (typeof key !== "string") return;
    remember(state, key, own(entry, "address") ?? null, { offset: line.offset, isActive: isActive(entry) });
  },
  index: {
    kind: "keys",
    recall: (pages, facts) =>
      bindings(new KeyTable(pages, Number(own(facts, "used"))), Number(own(facts, "active"))),
    keep(state) {
      settle(state);
      return { facts: { used: state.table.used, active: state.active }, pages: state.table.words() };
    },
  },
};

function bindings(table: KeyTable, active: number): Bindings {
  return { table, active, recent: new Map(), recentAddresses: new Map(), uncounted: new Map() };
}

export const isActive = (entry: JsonObject) => own(entry, "tombstone") !== true;

function remember(state: Bindings, key: string, address: Json, place: Place): void {
  const { recent, recentAddresses, uncounted, table } = state;
  if (!uncounted.has(key)) uncounted.set(key, recent.get(key)?.isActive);
  recent.set(key, place);
  if (typeof address === "string") recentAddresses.set(address, place.offset);
  if (recent.size + recentAddresses.size > Math.max(MOST_RECENT, table.used * SHARE)) settle(state);
}

/** Takes what is recent into the table. */
function settle(state: Bindings): void {
  const { table, recent, recentAddresses, uncounted } = state;
  for (const [key, place] of recent) {
    const before = table.put(keyTag(key), toValue(place));
    if (!uncounted.has(key)) continue;
    const counted = uncounted.get(key) ?? (before !== undefined && toPlace(before).isActive);
    state.active += Number(place.isActive) - Number(counted);
  }
  for (const [address, offset] of recentAddresses)
    table.put(addressTag(address), toValue({ offset, isActive: true }));
  for (const map of [recent, recentAddresses, uncounted]) map.clear();
}

export function countActive(state: Bindings): number {
  const { recent, uncounted } = state;
  for (const [key, counted] of uncounted) {
    const now = recent.get(key)?.isActive ?? false;
    state.active += Number(now) - Number(counted ?? inTable(state, keyTag(key))?.isActive ?? false);
  }
  uncounted.clear();
  return state.active;
}

const keyTag = (key: string) => tagOf(`k${key}`);
const addressTag = (address: string) => tagOf(`a${address}`);

const toValue = ({ offset, isActive }: Place) => (offset + 1) * 2 + Number(isActive);
const toPlace = (value: number): Place => ({ offset: Math.floor(value / 2) - 1, isActive: value % 2 === 1 });

function inTable({ table }: Bindings, tag: ReturnType<typeof tagOf>): Place | undefined {
  if (table.used === 0) return undefined;
  const value = table.find(tag);
  return value === undefined ? undefined : toPlace(value);
}

/**
 * The binding of the key or else of the address: an address leads to the key of the last line that has it, as long
 * as that key's last line has it too. Read from the file itself.
 * @throws Lost where the line is not there
 */
export function find(state: Bindings, store: StoreFile, keyOrAddress: string): Binding | undefined {
  return findKey(state, store, keyOrAddress) ?? findAddress(state, store, keyOrAddress);
}

/** The binding of the key alone. @throws Lost */
export function findKey(state: Bindings, store: StoreFile, key: string): Binding | undefined {
  const place = state.recent.get(key) ?? inTable(state, keyTag(key));
  if (place === undefined) return undefined;
  const binding = bindingAt(store, place.offset);
  if (binding.key !== key) throw new Lost();
  return binding;
}

function findAddress(state: Bindings, store: StoreFile, address: string): Binding | undefined {
  const offset = state.recentAddresses.get(address) ?? inTable(state, addressTag(address))?.offset;
  if (offset === undefined) return undefined;
  const { address: found, key } = bindingAt(store, offset);
  if (found !== address) throw new Lost();
  const binding = findKey(state, store, key);
  return binding?.address === address ? binding : undefined;
}

/** More than a registered line usually has. */
const LINE_BYTES = 512;

function bindingAt(store: StoreFile, offset: number): Binding {
  const text = lineAt(store, offset);
  const entry = text === undefined ? undefined : parseEntry(text);
  const key = entry && own(entry, "key");
  if (text === undefined || entry === undefined || typeof key !== "string") throw new Lost();
  return { key, address: own(entry, "address") ?? null, isActive: isActive(entry), text, offset };
}

/** The line that begins at the offset; undefined where none begins. */
function lineAt(store: StoreFile, offset: number): string | undefined {
  const before = Math.min(offset, 1);
  for (let length = LINE_BYTES; ; length *= 4) {
    const bytes = store.readAt(offset - before, before + length);
    if (before === 1 && bytes[0] !== NEWLINE) return undefined;
    const end = bytes.indexOf(NEWLINE, before);
    if (end !== -1) return utf8(bytes.subarray(before, end));
    if (bytes.length < before + length) return utf8(bytes.subarray(before));
  }
}

/** The whole line, strictly read. @throws StoreFault `CORRUPT` */
export function readBinding({ text, offset }: Binding, store: StoreFile): JsonObject {
  const read = readObjectText(text, DEPTH.stored, isPrintedNumber);
  if ("defect" in read) {
    throw corrupt(store.name, lineNumberAt(store, offset), read.defect);
  }
  return read.value;
}
