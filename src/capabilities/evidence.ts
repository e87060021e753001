/** What is found of an effect that began and is not known to have ended, by looking where it would have left something. */

import { type JsonObject, jsonEqual } from "../json/json.ts";
import type { Change } from "../ports.ts";

/** What is on record of how an effect began. */
export interface EffectStart {
  /** RFC 3339 UTC. */
  readonly since: string;
  /** The change that its run made to the same store last; null where it made none. */
  readonly last: Change | null;
}

/**
 * `done`: what the operation leaves is there. `absent`: nothing of it is there, and doing it takes nothing from
 * anybody. `unclear`: it cannot be told. Evidence names places; of what is stored it repeats only what the input says.
 */
export type Evidence =
  | {
      readonly state: "done";
      /** Whether it is known to have been written since the effect began; else the same may have stood there before. */
      readonly isDated: boolean;
      readonly evidence: JsonObject;
    }
  | { readonly state: "absent"; readonly evidence: JsonObject }
  | { readonly state: "unclear"; readonly because: Ambiguity; readonly evidence: JsonObject };

interface Words {
  readonly what: string;
  readonly hint: string;
}

const BEFORE = "if it is what was there before, this did not take place: then it can be done now";

export const ambiguityTable = {
  SEVERAL_LINES: {
    what: "several lines that were added since then hold it: it cannot be told whose they are",
    hint: "one of them for each run that was to add it is as it should be",
  },
  UNDATED_LINE: {
    what: "a line holds it, but its timestamp does not say whether it was added since then",
    hint: "if it was there before, this did not take place: then it can be done now",
  },
  BOUND_NO_MORE: {
    what: "it was bound like this once and no longer is: that was before the effect began, or since",
    hint: "the trace whose record names the address of that line is the one that bound it",
  },
  BOUND_AGAIN: {
    what: "it was deregistered once and is bound now: that was before the effect began, or since",
    hint: "the trace whose record names the address of the last line is the one that bound it again",
  },
  OTHER_VALUE: {
    what: "another value stands there: the one from before, or one that was written since",
    hint: BEFORE,
  },
  STILL_THERE: { what: "it is there: it was not removed yet, or it was written again since", hint: BEFORE },
  STILL_MATCHING: {
    what: "records match the filter: they were not updated yet, or they match again since",
    hint: BEFORE,
  },
  ONLY_TORN: {
    what: "the file holds a torn line and nothing else, and every operation answers BACKEND_ERROR to such a registry",
    hint: "remove the file, which holds nothing whole, and examine again",
  },
  NOT_STORED: {
    what: "no store shows whether the letter was taken over",
    hint: "ask the mail server for a letter like this, or the recipient",
  },
} as const satisfies Record<string, Words>;

export type Ambiguity = keyof typeof ambiguityTable;

export function done(evidence: JsonObject, isDated = false): Evidence {
  return { state: "done", isDated, evidence };
}

export function absent(evidence: JsonObject = {}): Evidence {
  return { state: "absent", evidence };
}

export function unclear(because: Ambiguity, evidence: JsonObject = {}): Evidence {
  return { state: "unclear", because, evidence };
}

/** Whether a store is another one after the change. */
export function isChange({ before, after }: Change): boolean {
  return !jsonEqual(before, after);
}
