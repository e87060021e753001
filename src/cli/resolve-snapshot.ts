/** Which snapshot a trace is held against. */

import type { Context } from "./context.ts";

/** The context with the snapshot of a trace: the one named, else the nearest above the trace, else the workspace's. */
export function besideTrace(trace: string, context: Context): Context {
  const { settings } = context;
  if (settings.isSnapshotNamed) return context;
  return { ...context, settings: { ...settings, snapshot: snapshotBeside(trace, context) } };
}

function snapshotBeside(trace: string, { platform, settings, path }: Context): string {
  const parts = path(trace).split("/");
  for (let length = parts.length - 1; length > 0; length--) {
    const candidate = `${parts.slice(0, length).join("/")}/protocol_snapshot`;
    if (platform.files.isFolder(candidate)) return candidate;
  }
  return settings.snapshot;
}
