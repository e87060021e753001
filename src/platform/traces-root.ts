/** The folder of the traces on disk, as that in which a ledger and protocols are kept. */

import { type Dirent, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { LockedSegment, TraceAccess, TracesRoot } from "../ports.ts";
import { isSegmentName, SEGMENTS } from "../trace/segment.ts";
import { openDataRoot } from "./data-root.ts";
import { attempt } from "./errno.ts";
import { linksIn } from "./own-names.ts";
import { lockToPrune } from "./segments/prune.ts";
import { writerOf } from "./segments/writer.ts";
import { nameBelow } from "./store-location.ts";
import { makeTracesFolder, TRACE_MODES } from "./trace-files.ts";

/** How long another process that writes to the ledger is waited for: it needs less than a millisecond. */
const PATIENCE_MS = 5000;

/** What is made in it is for those who have the access. */
export function openTracesRoot(
  folder: string,
  access: TraceAccess = "owner",
  lockTimeout = PATIENCE_MS,
): TracesRoot {
  const root = resolve(folder);
  const options = { lockTimeout, modes: TRACE_MODES[access], lockLinks: linksIn(root) };
  const below = (path: string) => join(root, nameBelow(root, path));
  const data = openDataRoot(root, options);
  // The folder of the segments may be a link, to another disk: no file in it is outside of it.
  const segments = openDataRoot(join(root, SEGMENTS), options);
  return {
    journals: data.journals,
    store: (path) =>
      path.startsWith(IN_SEGMENTS) ? segments.store(path.slice(IN_SEGMENTS.length)) : data.store(path),
    folder: root,
    make: () => attempt(() => makeTracesFolder(root, access), undefined),
    names: () => attempt(() => readdirSync(root), []),
    segments: () =>
      namedAsSegments(root)
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
        .sort(),
    noSegments: () =>
      namedAsSegments(root)
        .filter((entry) => !entry.isFile())
        .map(({ name }) => name)
        .sort(),
    segmentWriter: (segment, run) => attempt(() => writerOf(below(`${SEGMENTS}/${segment}`), run), null),
    lockSegment: (name) => attempt(() => ioErrorsOf(lockToPrune(below(`${SEGMENTS}/${name}`))), null),
    size: (path) => attempt(() => sizeOf(below(path)), 0),
    remove: (path) => attempt(() => rmSync(below(path), { recursive: true, force: true }), undefined),
  };
}

const IN_SEGMENTS = `${SEGMENTS}/`;

function namedAsSegments(root: string): readonly Dirent[] {
  const entries = attempt(() => readdirSync(join(root, SEGMENTS), { withFileTypes: true }), []);
  return entries.filter(({ name }) => isSegmentName(name));
}

function ioErrorsOf(locked: LockedSegment | null): LockedSegment | null {
  return locked && { ...locked, remove: (isRemoved) => attempt(() => locked.remove(isRemoved), undefined) };
}

function sizeOf(folder: string): number {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
