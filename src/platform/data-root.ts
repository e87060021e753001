/**
 * The data root on disk: every path stays inside, every write is whole, every failure a `StoreFault` without absolute
 * paths.
 */

import { type Dirent, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { DataRoot } from "../ports.ts";
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
  const all = { ...DEFAULTS, ...options };
  const location = { folder, unsynced, mode: all.modes.folder };
  return {
    store: keepStores(
      (path) => nameBelow(folder, path),
      (name) => openStoreFile(location, name, all),
    ),
    journals: () => [...journalNames(folder, "")].sort((a, b) => (a < b ? -1 : 1)),
  };
}

/** A run may write documents of its own, so that a process may come to ever more of them. */
const MOST_KEPT = 1024;

/**
 * The store at a path: the same one for every spelling of it, as long as not very many others were asked for since. Two of
 * the same file exclude each other by its lock.
 */
export function keepStores<S>(
  nameOf: (path: string) => string,
  open: (name: string) => S,
): (path: string) => S {
  /** By name, and by every other spelling that was asked for. */
  let recent = new Map<string, S>();
  let earlier = new Map<string, S>();
  const keep = (path: string, store: S): S => {
    if (recent.size >= MOST_KEPT) [earlier, recent] = [recent, new Map()];
    recent.set(path, store);
    return store;
  };
  const find = (path: string): S | undefined => {
    const known = recent.get(path);
    if (known !== undefined) return known;
    const found = earlier.get(path);
    return found && keep(path, found);
  };
  return (path) => {
    const known = find(path);
    if (known !== undefined) return known;
    const name = nameOf(path);
    const store = find(name) ?? keep(name, open(name));
    return name === path ? store : keep(path, store);
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
