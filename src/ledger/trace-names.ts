/** Which names in a traces folder are those of traces. */

import type { TracesRoot } from "../ports.ts";

/** `YYYYMMDDTHHMMSSmmmZ__<WF code>__<8 hex>`, and `_2`, `_3` where a name was taken; years beyond 9999 are signed. */
const TRACE_NAME = /^(?:\d{4}|[+]?\d{6})\d{4}T\d{9}Z__\w+__[0-9a-f]{8}(?:_\d+)?$/;

export function isTraceName(name: string): boolean {
  return TRACE_NAME.test(name);
}

/** Of every trace in the folder, sorted. @throws IoError */
export function traceNamesIn(root: Pick<TracesRoot, "names">): readonly string[] {
  return root.names().filter(isTraceName).sort();
}

/** The folders in which a ledger of the trace may be: the one that holds its own folder, and its own. */
export function foldersAbove(trace: string): readonly string[] {
  const parts = trace.split("/");
  return [parts.slice(0, -2).join("/"), parts.slice(0, -1).join("/")];
}

/** The traces folder of the file; null for a trace that is not in a folder of its own name. */
export function tracesFolderOf(file: string): string | null {
  const [, traces = "", folder, name] = /^(.*)\/([^/]*)\/([^/]*)\.jsonl$/.exec(file) ?? [];
  return folder === undefined || folder !== name ? null : traces;
}

/** The file of a trace below its folder. */
export function traceFileOf(id: string): string {
  return `${id}/${id}.jsonl`;
}
