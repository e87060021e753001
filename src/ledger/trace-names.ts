/** The traces in a traces folder, and the folders of a trace. */

import type { TracesRoot } from "../ports.ts";
import { isTraceName } from "../trace/trace-name.ts";

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
