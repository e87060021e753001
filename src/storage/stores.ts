/**
 * The stores of a run, by path and kind, whatever keeps them. `files/` keeps them as files below a data root; another
 * backend is another implementation of these interfaces.
 *
 * Every operation is one change, whole or not there at all, and operations on one store happen one after the other. A
 * store is locked for the time of the operations that were asked for at once, and for nothing else.
 */

import type { LockHolder } from "../ports.ts";
import type { JsonDocument, JsonDocumentReader } from "./document.ts";
import type { EventQuery } from "./event-query.ts";
import type { KeyRegistry, KeyRegistryReader } from "./key-registry.ts";
import type { NameRegistry, NameRegistryReader } from "./name-registry.ts";
import type { RecordLog, RecordLogReader } from "./record-log.ts";
import type { TextFolder } from "./text-folder.ts";

/** Every method throws a `StoreFault` when the storage cannot do it, a `RunFault` when its path leads out of it. */
export interface StoreKinds {
  readonly registry: KeyRegistry;
  readonly log: RecordLog;
  readonly document: JsonDocument;
  readonly names: NameRegistry;
}

export type StoreKind = keyof StoreKinds;

/** The reading side of each kind: it changes nothing, takes no lock and writes no index. */
export interface StoreReaders {
  readonly registry: KeyRegistryReader;
  readonly log: RecordLogReader;
  readonly document: JsonDocumentReader;
  readonly names: NameRegistryReader;
}

/** A store for those who only look at it. */
export interface StoreReader {
  /** The name by which records and faults speak of it: its path below the data root. */
  readonly name: string;
  reader<K extends StoreKind>(kind: K): StoreReaders[K];
  /** When it was last changed, RFC 3339 UTC to the second; null when it does not exist. */
  lastChanged(): Promise<string | null>;
  /** The process that holds the lock of the store; null when none does. */
  lockHolder(): Promise<LockHolder | null>;
}

export interface Store extends StoreReader {
  /** The store as one of its kind; the same object each time. */
  open<K extends StoreKind>(kind: K): StoreKinds[K];
  /** Resolves when everything written so far through this store is on the device. */
  sync(): Promise<void>;
}

/** All stores of one data root, or of one database. */
export interface Stores {
  /** The same object for every spelling of a path, as long as not very many others are used. @throws RunFault `STORE_PATH_ESCAPES` */
  at(path: string): Store;
  /** The text documents below a path. @throws RunFault `STORE_PATH_ESCAPES` */
  texts(path: string): TextFolder;
  readonly events: EventQuery;
  /**
   * The stores as they are, for a dry run: what is written to the overlay is read back from it and kept nowhere else.
   */
  overlay(): OverlayStores;
}

export interface OverlayStores extends Stores {
  /** The names of the stores that were written to. */
  written(): readonly string[];
  /** The content of a store as a file would hold it; null when there is none. */
  content(name: string): Promise<Uint8Array | null>;
}
