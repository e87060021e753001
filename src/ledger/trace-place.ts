/** Where the trace of a run is: in a folder of its own, or among others in a segment. */

import { StoreFault, StorePathFault } from "../errors/ports.ts";
import { IoError, type SegmentPlace, type Source, type StoreFileReader, type TracesRoot } from "../ports.ts";
import {
  NAMING_BYTES,
  type RunInSegment,
  runOfLine,
  runsInSegment,
  SEGMENTS,
  segmentAddress,
  traceInSegment,
} from "../trace/segment.ts";
import { traceFileOf, traceNamesIn } from "./trace-names.ts";

type Stores = Pick<TracesRoot, "store">;

/**
 * The address of the trace, below the traces folder: `ID/ID.jsonl` where that file is, else the segment that the ledger
 * names. Of a run that the ledger lacks, the segment in which its lines are found. @throws StoreFault
 */
export function traceAddress(id: string, place: SegmentPlace | null, root: TracesRoot): string {
  const own = traceFileOf(id);
  if (isThere(root.store(own))) return own;
  const segment = place?.segment ?? root.segments().find((name) => hasRun(name, id, root));
  return segment === undefined ? own : segmentAddress(segment, id);
}

function hasRun(segment: string, id: string, root: Stores): boolean {
  return traceInSegment(piecesOf(segmentStore(segment, root)), id).next().done === false;
}

/** Of every trace, in folders and in segments, each once, sorted. @throws IoError, StoreFault */
export function traceIdsIn(root: TracesRoot): readonly string[] {
  const shared = root.segments().flatMap((segment) => [...runsIn(segment, root).keys()]);
  const folders = traceNamesIn(root);
  return shared.length === 0 ? folders : [...new Set([...folders, ...shared])].sort();
}

/** The runs of a segment; none where there is no such regular file. @throws StoreFault */
export function runsIn(segment: string, root: Stores): ReadonlyMap<string, RunInSegment> {
  return runsInSegment(piecesOf(segmentStore(segment, root)));
}

/** Whether the run still begins where the ledger says: a segment that was pruned has it elsewhere, or not. @throws StoreFault */
export function isAt({ segment, offset }: SegmentPlace, id: string, root: Stores): boolean {
  const store = segmentStore(segment, root);
  return store !== null && runOfLine(Buffer.from(store.readAt(offset, NAMING_BYTES))) === id;
}

/** The lines of a run in a segment; none where there is no such regular file. @throws StoreFault */
export function linesAt(place: SegmentPlace, id: string, root: Stores): Iterable<Uint8Array> {
  const from = isAt(place, id, root) ? place.offset : 0;
  return traceInSegment(piecesOf(segmentStore(place.segment, root), from), id);
}

/** What the run has in a folder of its own: its trace, or what is no regular file; null for nothing. @throws IoError */
export async function openOwnTrace(
  id: string,
  { root, openSource }: { readonly root: TracesRoot; openSource(path: string): Promise<Source | null> },
): Promise<Source | "IRREGULAR" | null> {
  if (root.isIrregular(id)) return "IRREGULAR";
  try {
    return await openSource(`${root.folder}/${traceFileOf(id)}`);
  } catch (error) {
    if (isNoFile(error)) return "IRREGULAR";
    throw error;
  }
}

/** Whether something of the name is there, a regular file or not. @throws StoreFault, StorePathFault */
export function isThere(store: StoreFileReader): boolean {
  try {
    return store.stamp() !== null;
  } catch (error) {
    if (isNoFile(error)) return true;
    throw error;
  }
}

/** How the system names what is no regular file: a link that leads to itself, a pipe or a device, a folder. */
const NO_FILE: ReadonlySet<unknown> = new Set(["ELOOP", "ENXIO", "EISDIR"]);

/** Whether no regular file is there, but something else. */
export function isNoFile(error: unknown): boolean {
  if (error instanceof IoError) return NO_FILE.has(error.errno);
  return error instanceof StoreFault && NO_FILE.has(error.facts["errno"]);
}

/** Null where there is no regular file of the name. @throws StoreFault */
function segmentStore(segment: string, root: Stores): StoreFileReader | null {
  try {
    const store = root.store(`${SEGMENTS}/${segment}`);
    return store.stamp() === null ? null : store;
  } catch (error) {
    if (error instanceof StorePathFault || isNoFile(error)) return null;
    throw error;
  }
}

const PIECE_BYTES = 1 << 20;

/** The bytes of a file from an offset on; none of null. @throws StoreFault */
export function* piecesOf(store: StoreFileReader | null, from = 0): Generator<Uint8Array> {
  for (let at = from; store !== null; ) {
    const piece = store.readAt(at, PIECE_BYTES);
    if (piece.length === 0) return;
    yield piece;
    at += piece.length;
  }
}
