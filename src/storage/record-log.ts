/** A log that only grows: entries in the order in which they were added, numbered from 1. */

import type { Json, JsonObject } from "../json/value.ts";
import type { Change } from "../ports.ts";

export interface RecordLogReader {
  /** The entries whose fields have these values; a field that is not there counts as null. */
  find(fields: JsonObject): Promise<FoundEntries>;
}

export interface RecordLog extends RecordLogReader {
  /**
   * Adds the entry that `make` returns for its number. `make` is called once, when the number is known and no other
   * writer can take it: what it reads from the clock is in the order of the entries.
   */
  append<E extends JsonObject>(make: (number: number) => E): Promise<Added<E>>;
  /** Every entry in order, or those of a stream; null is no stream. */
  entries(stream: Json): Promise<readonly JsonObject[]>;
}

/** An entry that was added, and the change for the trace. */
export interface Added<E extends JsonObject> {
  readonly entry: E;
  readonly change: Change;
}

export interface FoundEntries {
  /** In order. */
  readonly entries: readonly NumberedEntry[];
  /** How many entries there are, those included that were not asked for. */
  readonly count: number;
  /** `torn_bytes`: what an interrupted write left behind the last entry. Empty where it left nothing. */
  readonly torn: JsonObject;
}

export interface NumberedEntry {
  /** Counts from 1. */
  readonly number: number;
  readonly entry: JsonObject;
}
