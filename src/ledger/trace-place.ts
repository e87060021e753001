/** Where the trace of a run is: in a folder of its own, or among others in a segment. */

import type { SegmentPlace, TracesRoot } from "../ports.ts";
import { runsInSegment, SEGMENTS, segmentAddress } from "../trace/segment.ts";
import { traceFileOf, traceNamesIn } from "./trace-names.ts";

/**
 * The address of the trace, below the traces folder: `ID/ID.jsonl` where that file is, else the segment that the ledger
 * names. Of a run that the ledger lacks, the segment in which its lines are found. @throws StoreFault
 */
export function traceAddress(id: string, place: SegmentPlace | null, root: TracesRoot): string {
  const own = traceFileOf(id);
  if (root.store(own).stamp() !== null) return own;
  const segment = place?.segment ?? root.segments().find((name) => runsIn(name, root).has(id));
  return segment === undefined ? own : segmentAddress(segment, id);
}

/** The runs of a segment; none where there is no such file. @throws StoreFault */
export function runsIn(segment: string, root: Pick<TracesRoot, "store">) {
  return runsInSegment(piecesOf(segment, root));
}

/** The bytes of a segment; none where there is no such file. @throws StoreFault */
function piecesOf(segment: string, root: Pick<TracesRoot, "store">): Iterable<Uint8Array> {
  const store = root.store(`${SEGMENTS}/${segment}`);
  const pieces: Uint8Array[] = [];
  if (store.stamp() !== null) store.readFrom(0, (piece) => pieces.push(piece));
  return pieces;
}

/** Of every trace, in folders and in segments, each once, sorted. @throws IoError, StoreFault */
export function traceIdsIn(root: TracesRoot): readonly string[] {
  const shared = root.segments().flatMap((segment) => [...runsIn(segment, root).keys()]);
  const folders = traceNamesIn(root);
  return shared.length === 0 ? folders : [...new Set([...folders, ...shared])].sort();
}
