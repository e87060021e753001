/** The runs of a traces folder that wait. */

import { utf8 } from "../json/text.ts";
import type { WaitEntry } from "../trace/event.ts";
import type { Context } from "./context.ts";

export interface WaitingRun {
  readonly id: string;
  /** The path of the trace. */
  readonly trace: string;
  readonly waits: readonly WaitEntry[];
}

/** In order of their names. */
export async function waitingRuns(context: Context): Promise<readonly WaitingRun[]> {
  const { platform, settings } = context;
  const found: WaitingRun[] = [];
  for (const id of [...platform.files.names(settings.traces)].sort()) {
    const trace = `${settings.traces}/${id}/${id}.jsonl`;
    const waits = await waitsOf(trace, context);
    if (waits !== null) found.push({ id, trace, waits });
  }
  return found;
}

async function waitsOf(trace: string, { platform }: Context): Promise<readonly WaitEntry[] | null> {
  const source = await platform.openSource(trace);
  if (source === null) return null;
  const text = [...source.pieces()].map((piece) => utf8(Uint8Array.from(piece))).join("");
  const last = text.trimEnd().split("\n").at(-1) ?? "";
  if (!last.includes('"event_type":"run_suspended"')) return null;
  return (JSON.parse(last) as { payload: { waits: readonly WaitEntry[] } }).payload.waits;
}
