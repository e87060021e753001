/** Stores that are kept in memory alone, in the formats of the files. */

import { keepStores } from "../../platform/data-root.ts";
import { nameBelow } from "../../platform/store-location.ts";
import type { DataRoot, StoreFile } from "../../ports.ts";
import type { OverlayStores } from "../stores.ts";
import { fileStores } from "./stores.ts";

/** Stores whose content begins as given, by path; nothing is ever written to a disk. */
export function memoryStores(content: Readonly<Record<string, string | Uint8Array>> = {}): OverlayStores {
  const initial = new Map(Object.entries(content).map(([path, bytes]) => [nameOf(path), Buffer.from(bytes)]));
  return fileStores(rootOf(initial)).overlay();
}

const nameOf = (path: string) => nameBelow("/", path);

function rootOf(initial: ReadonlyMap<string, Uint8Array>): DataRoot {
  return {
    store: keepStores(nameOf, (name) => initialFile(name, initial)),
    journals: () => [...initial.keys()].filter((name) => name.endsWith(".jsonl")).sort(),
  };
}

/** What an overlay reads before the first write: it never writes through. */
function initialFile(name: string, initial: ReadonlyMap<string, Uint8Array>): StoreFile {
  const bytes = initial.get(name) ?? null;
  const all = bytes ?? new Uint8Array();
  const refuse = () => {
    throw new Error("written through the overlay");
  };
  return {
    name,
    read: () => bytes,
    readFrom(offset, take) {
      if (offset < all.length) take(all.subarray(offset));
    },
    readAt: (offset, length) => all.subarray(offset, offset + length),
    stamp: () => bytes && { identity: "initial", size: bytes.length, modified: "0" },
    holder: () => null,
    append: refuse,
    truncate: refuse,
    replace: refuse,
    sync: async () => undefined,
    syncNow: () => undefined,
    locked: async (work) => work(),
    index: () => null,
  };
}
