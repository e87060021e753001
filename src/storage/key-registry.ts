/**
 * Keys, each bound to an address and to whatever else its entry holds. Nothing is removed: the last entry of a key
 * counts, and a tombstone ends it.
 */

import { type Json, type JsonObject, own } from "../json/value.ts";
import type { Change } from "../ports.ts";
import type { Added, FoundEntries } from "./record-log.ts";

export interface KeyRegistryReader {
  /** Every entry of a key, or every entry that has the address, ended or not. */
  history(by: "key" | "address", text: string): Promise<FoundEntries>;
}

export interface KeyRegistry extends KeyRegistryReader {
  /**
   * Adds the entry that `make` returns; null, with nothing done, when the key is active. `make` is called once at most,
   * when no other writer can register the key.
   */
  register<E extends JsonObject>(key: string, make: () => E): Promise<Added<E> | null>;
  /**
   * The entry of the active key or else of the active key that has the address; null when there is none. An address
   * leads to a key only as long as that key's last entry has it.
   */
  resolve(keyOrAddress: string): Promise<JsonObject | null>;
  /** Whether `resolve` finds an entry, which is not read. */
  exists(keyOrAddress: string): Promise<boolean>;
  /** Ends the key: null when it is unknown, without a change when it had ended before. */
  deregister(keyOrAddress: string): Promise<{ readonly change?: Change } | null>;
  /** How many keys are active. */
  count(): Promise<number>;
}

/** The entry that ends a key. */
export function tombstoneOf(key: string, address: Json): JsonObject {
  return { key, address: address ?? "", tombstone: true };
}

export const isActive = (entry: JsonObject) => own(entry, "tombstone") !== true;
