/** Key registries as JSON Lines files, with an index of where the last line of a key or of an address is. */

import { DEPTH } from "../../json/limits.ts";
import { isPrintedNumber } from "../../json/number.ts";
import { readObjectText } from "../../json/parse.ts";
import { type Json, type JsonObject, own } from "../../json/value.ts";
import type { StoreFile, StoreFileReader } from "../../ports.ts";
import { isActive, type KeyRegistry, type KeyRegistryReader, tombstoneOf } from "../key-registry.ts";
import { HashIndex, type Tag, tagOf } from "./hash-index.ts";
import { findEntries, type LineReader } from "./jsonl-cache.ts";
import { StaleIndexError } from "./jsonl-index.ts";
import { corrupt, isBlank, type Line, lineAt, lineNumberAt, parseEntry, readLine } from "./jsonl-scan.ts";
import { type Lines, openLines } from "./jsonl-store.ts";

export function registryReader(file: StoreFileReader): KeyRegistryReader {
  return {
    history: async (by, text) =>
      findEntries(file, (entry) => typeof own(entry, "key") === "string" && own(entry, by) === text),
  };
}

export function openRegistry(file: StoreFile): KeyRegistry {
  const read = openLines(bindingsReader, file);
  /**
   * Torn bytes behind the lines are ignored; a file that holds nothing else may be no registry, and is not written to.
   */
  const onRegistry = <T>(work: (registry: Lines<Bindings>) => T): T =>
    read((registry) => {
      if (registry.count === 0 && registry.torn.torn_bytes !== undefined) throw corrupt(file.name, 1);
      return work(registry);
    });
  const find = (keyOrAddress: string) => onRegistry(({ state }) => findBinding(state, file, keyOrAddress));
  return {
    ...registryReader(file),
    register: (key, make) =>
      file.locked(() =>
        onRegistry(({ state, torn, add }) => {
          if (findKey(state, file, key)?.isActive) return null;
          const entry = make();
          add(entry);
          return { entry, change: { before: torn.torn_bytes === undefined ? null : torn, after: entry } };
        }),
      ),
    async resolve(keyOrAddress) {
      const binding = find(keyOrAddress);
      return binding?.isActive ? readBinding(binding, file) : null;
    },
    exists: async (keyOrAddress) => find(keyOrAddress)?.isActive ?? false,
    deregister: (keyOrAddress) =>
      file.locked(
        () =>
          onRegistry(({ state, torn, add }) => {
            const binding = findBinding(state, file, keyOrAddress);
            if (binding === undefined) return null;
            if (!binding.isActive) return {};
            const after = tombstoneOf(binding.key, binding.address);
            const before = { ...readBinding(binding, file), ...torn };
            add(after);
            return { change: { before, after } };
          }),
        () => (find(keyOrAddress) === undefined ? { value: null } : null),
      ),
    count: async () => onRegistry(({ state }) => countActive(state)),
  };
}

/** The last line of a key. */
interface Binding {
  readonly key: string;
  readonly address: Json;
  readonly isActive: boolean;
  readonly text: string;
  readonly offset: number;
}

type LineAt = Pick<Binding, "offset" | "isActive">;

/** Lines are added to the maps, and moved from time to time into the table, which needs a fraction of their memory. */
interface Bindings {
  readonly table: HashIndex;
  readonly recent: Map<string, LineAt>;
  readonly recentAddresses: Map<string, number>;
  /** The active keys. Where the table has a recent key as active, too, that counts twice until it is corrected. */
  active: number;
  /** For so many recent keys, the first ones, that was done: the table is not asked for every line. */
  corrected: number;
}

/** So many recent keys and addresses are moved into the table. */
const MOST_RECENT = 8192;

/**
 * Scans leniently, as fast as the language parses, because a registry may be long and is never rewritten; the line
 * that an answer is taken from is read strictly (`readBinding`).
 */
const bindingsReader: LineReader<Bindings> = {
  start: () => bindings(new HashIndex(), 0),
  take(state, line, file) {
    const entry = line.entry ?? entryOf(line, file);
    const key = own(entry, "key");
    if (typeof key !== "string") return;
    remember(state, key, own(entry, "address") ?? null, { offset: line.offset, isActive: isActive(entry) });
  },
  index: {
    kind: "keys",
    share: 1 / 32,
    load: (pages, facts) =>
      bindings(new HashIndex(pages, Number(own(facts, "used"))), Number(own(facts, "active"))),
    save(state) {
      settle(state);
      return { facts: { used: state.table.used, active: state.active }, pages: [state.table.words()] };
    },
  },
};

function entryOf({ text, number }: Line, file: string): JsonObject {
  return isBlank(text) ? {} : (parseEntry(text) ?? readLine(text, number, file));
}

function bindings(table: HashIndex, active: number): Bindings {
  return { table, active, recent: new Map(), recentAddresses: new Map(), corrected: 0 };
}

function remember(state: Bindings, key: string, address: Json, at: LineAt): void {
  const { recent, recentAddresses } = state;
  state.active += Number(at.isActive) - Number(recent.get(key)?.isActive ?? false);
  recent.set(key, at);
  if (typeof address === "string") recentAddresses.set(address, at.offset);
  if (recent.size + recentAddresses.size > MOST_RECENT) settle(state);
}

/** Moves what is recent into the table. */
function settle(state: Bindings): void {
  const { table, recent, recentAddresses } = state;
  let number = 0;
  for (const [key, line] of recent) {
    const before = table.put(keyTag(key), toValue(line));
    if (number++ >= state.corrected && before !== undefined && toLineAt(before).isActive) state.active--;
  }
  for (const [address, offset] of recentAddresses)
    table.put(addressTag(address), toValue({ offset, isActive: true }));
  recent.clear();
  recentAddresses.clear();
  state.corrected = 0;
}

function countActive(state: Bindings): number {
  const { recent } = state;
  let number = 0;
  for (const key of recent.keys()) {
    if (number++ >= state.corrected && inTable(state, keyTag, key)?.isActive) state.active--;
  }
  state.corrected = recent.size;
  return state.active;
}

const keyTag = (key: string) => tagOf(`k${key}`);
const addressTag = (address: string) => tagOf(`a${address}`);

const toValue = ({ offset, isActive }: LineAt) => (offset + 1) * 2 + Number(isActive);
const toLineAt = (value: number): LineAt => ({ offset: Math.floor(value / 2) - 1, isActive: value % 2 === 1 });

function inTable({ table }: Bindings, tag: (text: string) => Tag, text: string): LineAt | undefined {
  if (table.used === 0) return undefined;
  const value = table.find(tag(text));
  return value === undefined ? undefined : toLineAt(value);
}

/**
 * The binding of the key or else of the address: an address leads to the key of the last line that has it, as long
 * as that key's last line has it too. Read from the file itself.
 * @throws StaleIndexError where the line is not there
 */
function findBinding(state: Bindings, store: StoreFile, keyOrAddress: string): Binding | undefined {
  return findKey(state, store, keyOrAddress) ?? findAddress(state, store, keyOrAddress);
}

/** The binding of the key alone. @throws StaleIndexError */
function findKey(state: Bindings, store: StoreFile, key: string): Binding | undefined {
  const line = state.recent.get(key) ?? inTable(state, keyTag, key);
  if (line === undefined) return undefined;
  const binding = bindingAt(store, line.offset);
  if (binding.key !== key) throw new StaleIndexError();
  return binding;
}

function findAddress(state: Bindings, store: StoreFile, address: string): Binding | undefined {
  const offset = state.recentAddresses.get(address) ?? inTable(state, addressTag, address)?.offset;
  if (offset === undefined) return undefined;
  const { address: found, key } = bindingAt(store, offset);
  if (found !== address) throw new StaleIndexError();
  const binding = findKey(state, store, key);
  return binding?.address === address ? binding : undefined;
}

function bindingAt(store: StoreFile, offset: number): Binding {
  const text = lineAt(store, offset);
  const entry = text === undefined ? undefined : parseEntry(text);
  const key = entry && own(entry, "key");
  if (text === undefined || entry === undefined || typeof key !== "string") throw new StaleIndexError();
  return { key, address: own(entry, "address") ?? null, isActive: isActive(entry), text, offset };
}

/** The whole line, strictly read. @throws StoreFault `CORRUPT` */
function readBinding({ text, offset }: Binding, store: StoreFile): JsonObject {
  const read = readObjectText(text, DEPTH.stored, isPrintedNumber);
  if ("defect" in read) {
    throw corrupt(store.name, lineNumberAt(store, offset), read.defect);
  }
  return read.value;
}
