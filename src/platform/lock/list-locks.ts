/** The locks below a data root as an operator sees them. */

import { type Dirent, existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Locks, StoredLock } from "../../ports.ts";
import { attempt } from "../errno.ts";
import { LOCK_ENDING } from "../own-names.ts";
import { placeOf, reach, readOnly } from "../store-location.ts";
import { deadlineIn, holderOf, retry, tryRemove } from "./lock.ts";
import { textOf, tokenIn } from "./lock-owner.ts";

/** How long another process that is about to remove the same lock is waited for. */
const PATIENCE_MS = 1000;

export function openLocks(root: string): Locks {
  const list = () => [...locksBelow(root, "")];
  return {
    list,
    async release(file) {
      const lock = list().find((one) => one.file === file);
      if (lock === undefined) return null;
      // By the path of its store, because a lock is a link that leads nowhere.
      const [ending = ""] = LOCK_ENDING.exec(file) ?? [];
      const store = file.slice(0, -ending.length);
      const deadline = deadlineIn(PATIENCE_MS);
      const alive = await retry(() =>
        reach(placeOf(readOnly(root), store), "look", ({ folder, path }) =>
          tryRemove({ folder, path: `${path}${ending}` }, file, deadline),
        ),
      );
      return alive === null ? lock : { file, ...alive };
    },
  };
}

function* locksBelow(root: string, below: string): Generator<StoredLock> {
  const entries = attempt<Dirent[]>(() => readdirSync(join(root, below), { withFileTypes: true }), []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* locksBelow(root, file);
    else if (LOCK_ENDING.test(file) && attempt(() => isLock(join(root, file)), false)) {
      const holder = attempt(() => holderOf(join(root, file)), null);
      if (holder !== null) yield { file, ...holder };
    }
  }
}

/** A store may be called like a lock: only what names its owner, leads nowhere or is empty is one. */
function isLock(path: string): boolean {
  const text = textOf(path);
  if (text === undefined || tokenIn(text) !== undefined) return text !== undefined;
  const stat = lstatSync(path);
  return stat.isSymbolicLink() ? !existsSync(path) : stat.isFile() && stat.size === 0;
}
