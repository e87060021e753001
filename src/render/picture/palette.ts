/** The colours of a picture. Every text colour has a contrast of at least 4.5:1 to its background. */

import type { EndingStatus } from "../../trace/run-path.ts";

export interface Ink {
  readonly fill: string;
  readonly line: string;
  readonly text: string;
}

export const PAPER = "#ffffff";
export const TITLE = "#1f2328";
export const QUIET_TEXT = "#59636e";

/** For what the run did not touch. */
export const QUIET: Ink = { fill: "#f6f8fa", line: "#9ba5b0", text: QUIET_TEXT };

export const INKS: Readonly<Record<EndingStatus, Ink>> = {
  ok: { fill: "#dafbe1", line: "#1a7f37", text: "#0a3d18" },
  alternate: { fill: "#fff1c9", line: "#9a6700", text: "#4a3200" },
  refused: { fill: "#ffe2df", line: "#c41f2b", text: "#6b0a12" },
  unfinished: { fill: "#e2f0ff", line: "#0860c9", text: "#06306b" },
  waiting: { fill: "#f1e7ff", line: "#7c3aed", text: "#3b1a78" },
  cancelled: { fill: "#fbe3f1", line: "#a8327d", text: "#5c1141" },
};

export function inkOf(manner: EndingStatus | null): Ink {
  return manner === null ? QUIET : INKS[manner];
}
