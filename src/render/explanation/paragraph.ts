/** The parts of an explanation. */

import type { WaitEntry } from "../../trace/event.ts";

export interface Paragraph {
  readonly about: "request" | "admission" | "node" | "sessions" | "ending";
  readonly run: string;
  /** Null where it is about no node. */
  readonly node: string | null;
  readonly sentences: readonly string[];
  /** What belongs to the last sentence, item by item. */
  readonly items: readonly string[];
}

export type ParagraphText = Pick<Paragraph, "sentences" | "items">;

/** What is known of the whole trace. */
export interface TraceFacts {
  /** The open waits; none where it does not end in waiting. */
  readonly waits: readonly WaitEntry[];
  readonly isDryRun: boolean;
}
