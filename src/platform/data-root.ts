/**
 * The data root on disk: every path stays inside, every write is whole, every failure a `StoreFault` without absolute
 * paths.
 */

import { type Dirent, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { DataRoot, StoreFile } from "../ports.ts";
import { unlessAbsent } from "./file-bytes.ts";
import { attempt, type DataRootOptions, openStoreFile } from "./store-file.ts";
import { isBelow, nameBelow, realPath, type Unsynced } from "./store-location.ts";

const DEFAULTS: DataRootOptions = {
  lockTimeout: 10_000,
  indexWorth: 256 * 1024,
  ownerLost: () => undefined,
  modes: { folder: 0o777, file: 0o666 },
  lockLinks: undefined,
};

/** The data root at `root`, which need not exist: the first write creates it. Store paths come from the snapshot. */
export function openDataRoot(root: string, options: Partial<DataRootOptions> = {}): DataRoot {
  const folder = resolve(root);
  const unsynced: Unsynced = new Set();
  /** By name, and by every other spelling of its path that was asked for. */
  const stores = new Map<string, StoreFile>();
  return {
    store(path) {
      const known = stores.get(path);
      if (known !== undefined) return known;
      const name = nameBelow(folder, path);
      const all = { ...DEFAULTS, ...options };
      const store = stores.get(name) ?? openStoreFile({ folder, unsynced, mode: all.modes.folder }, name, all);
      stores.set(name, store).set(path, store);
      return store;
    },
    journals: () => [...journalNames(folder, "")].sort((a, b) => (a < b ? -1 : 1)),
  };
}

/** Linked folders are not entered: their content inside the root has its own path, and the rest is outside the root. */
function* journalNames(folder: string, below: string): Iterable<string> {
  for (const entry of attempt("UNREADABLE", below === "" ? "." : below, () => entries(join(folder, below)))) {
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* journalNames(folder, name);
    else if (entry.name.endsWith(".jsonl") && (entry.isFile() || isLinkedJournal(folder, name, entry)))
      yield name;
  }
}

function isLinkedJournal(folder: string, name: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return false;
  const real = attempt("UNREADABLE", name, () => realPath(join(folder, name)));
  return real !== undefined && isBelow(folder, real) && statSync(real).isFile();
}

function entries(path: string): readonly Dirent[] {
  return unlessAbsent(() => readdirSync(path, { withFileTypes: true })) ?? [];
}
