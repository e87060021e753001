/** What is found of an effect that began and is not known to have ended, by looking where it would have left something. */

import type { JsonObject } from "../json.ts";
import type { Change } from "../ports.ts";

/** What is on record of how an effect began. */
export interface Beginning {
  /** RFC 3339 UTC. */
  readonly since: string;
  /** The change that its run made to the same store last; null where it made none. */
  readonly last: Change | null;
}

/**
 * `done`: what the operation leaves is there. `absent`: nothing of it is there, and doing it takes nothing from
 * anybody. `unclear`: it cannot be told. Evidence names places; of what is stored it repeats only what the input says.
 */
export type Shown =
  | {
      readonly state: "done";
      /** Whether it is known to have been written since the effect began; else the same may have stood there before. */
      readonly isDated: boolean;
      readonly evidence: JsonObject;
    }
  | { readonly state: "absent"; readonly evidence: JsonObject }
  | { readonly state: "unclear"; readonly because: Doubt; readonly evidence: JsonObject };

export const doubtTable = {
  SEVERAL_LINES: "several lines that were added since then hold it: it cannot be told whose they are",
  UNDATED_LINE: "a line holds it, but its timestamp does not say whether it was added since then",
  BOUND_NO_MORE: "it was bound like this once and no longer is: that was before the effect began, or since",
  BOUND_AGAIN: "it was deregistered once and is bound now: that was before the effect began, or since",
  OTHER_VALUE: "another value stands there: the one from before, or one that was written since",
  STILL_THERE: "it is there: it was not removed yet, or it was written again since",
  STILL_MATCHING: "records match the filter: they were not updated yet, or they match again since",
  ONLY_TORN:
    "the file holds a torn line and nothing else, and is no registry until it is emptied: every operation answers BACKEND_ERROR",
  NOT_STORED: "no store shows whether the letter was taken over: ask the mail server for one like this",
} as const;

export type Doubt = keyof typeof doubtTable;

export function done(evidence: JsonObject, isDated = false): Shown {
  return { state: "done", isDated, evidence };
}

export function absent(evidence: JsonObject = {}): Shown {
  return { state: "absent", evidence };
}

export function unclear(because: Doubt, evidence: JsonObject = {}): Shown {
  return { state: "unclear", because, evidence };
}
