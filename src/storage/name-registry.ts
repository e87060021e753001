/** Addresses by name; the last write wins. */

import type { Json } from "../json/value.ts";
import type { Change } from "../ports.ts";

export interface NameRegistryReader {
  /** The name by which records and faults speak of the store. */
  readonly name: string;
  /** What is stored under the name: `{"resource_addresses": […]}`; undefined when nothing is. */
  lookUp(name: string): Promise<Json | undefined>;
}

export interface NameRegistry extends NameRegistryReader {
  /** Stores the addresses under the name, whatever was there before. */
  bind(name: string, addresses: readonly Json[]): Promise<Change>;
}
