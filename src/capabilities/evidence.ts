/** What is found of an effect that began and is not known to have ended, by looking where it would have left something. */

import { type JsonObject, jsonEqual } from "../json/value.ts";
import type { Change } from "../ports.ts";

/** What is on record of how an effect began. */
export interface EffectStart {
  /** The same for every attempt of this step of this run. */
  readonly effectKey: string;
  /** RFC 3339 UTC. */
  readonly since: string;
  /** The change that its run made to the same store last; null where it made none. */
  readonly last: Change | null;
  /** The result of a success that is verified; absent where the effect is not known to have ended. */
  readonly answered?: JsonObject;
}

/**
 * `done`: what the operation leaves is there. `absent`: nothing of it is there, and doing it takes nothing from
 * anybody. `unclear`: it cannot be told. Evidence names places; of what is stored it repeats only what the input says.
 */
export type Evidence =
  | {
      readonly state: "done";
      /**
       * Whether it is known to have been written since the effect began; else the same may have stood there before. Either
       * way another run with the same input may have written it.
       */
      readonly isDated: boolean;
      /** Absent where nothing shows what the operation answered. */
      readonly answer?: ShownAnswer;
      readonly evidence: JsonObject;
    }
  | { readonly state: "absent"; readonly evidence: JsonObject }
  | {
      readonly state: "unclear";
      readonly because: Ambiguity;
      /** The answer if it took place after all, where something shows it. */
      readonly answer?: ShownAnswer;
      readonly evidence: JsonObject;
    };

/** What a `SUCCESS` of the operation answered, if it left what is there. */
export interface ShownAnswer {
  readonly result: JsonObject;
  /** Absent where the store does not show what was there before. Torn bytes that were cut off are not shown. */
  readonly change?: Change;
  /** Why it may have answered something else, although what it leaves is there; absent where it cannot. */
  readonly doubt?: Doubt;
}

interface Words {
  readonly what: string;
  readonly hint: string;
}

const BEFORE = "if this is the earlier state, the effect did not happen and can be performed now";

export const ambiguityTable = {
  SEVERAL_LINES: {
    what: "several records added since the run started match; which run wrote them is unknown",
    hint: "one matching record for each run that should add it is correct",
  },
  UNDATED_LINE: {
    what: "a record matches, but its timestamp does not show whether it was added since the effect started",
    hint: "if the record existed before, the effect did not happen and can be performed now",
  },
  BOUND_AGAIN: {
    what: "the key was deregistered once and is bound now; whether that was before the effect started is unknown",
    hint: "the trace that records the address of the last line made the new binding",
  },
  OTHER_VALUE: {
    what: "the store has another value: the earlier one, or one that was written since",
    hint: BEFORE,
  },
  STILL_THERE: {
    what: "the value exists: it was not removed yet, or it was written again since",
    hint: BEFORE,
  },
  STILL_MATCHING: {
    what: "records match the filter: they were not updated yet, or they match again since",
    hint: BEFORE,
  },
  SOME_WRITTEN: {
    what: "documents are not as the effect writes them: they were not written yet, or were written again since",
    hint: "performing it again writes all of them and changes no other document",
  },
  ONLY_TORN: {
    what: "the file has only an incomplete line, and every operation on such a registry returns BACKEND_ERROR",
    hint: "remove the file, which has no complete line, and examine again",
  },
  NOT_STORED: {
    what: "no store shows whether the mail server accepted the mail",
    hint: "ask the mail server or the recipient whether this mail arrived",
  },
  NOT_VISIBLE: {
    what: "the capability declares that nothing shows whether this effect took place",
    hint: "ask the operator of the system that it reaches whether the effect took place",
  },
  PROBE_UNCLEAR: {
    what: "the capability's probe could not tell whether the effect took place",
    hint: "ask the operator of the system that it reaches whether the effect took place",
  },
} as const satisfies Record<string, Words>;

export type Ambiguity = keyof typeof ambiguityTable;

/** Why what an operation leaves does not show what it answered. */
export const doubtTable = {
  NEVER_THERE: {
    what: "nothing is stored there, but it is unknown whether something was there when the effect started",
    hint: "if nothing was there, the effect removed nothing and can be performed now",
  },
  UPDATED_BEFORE: {
    what: "records have the updated fields, but some of them may have had these before the effect started",
    hint: "if all of them had these fields before, the effect changed nothing and can be performed now",
  },
} as const satisfies Record<string, Words>;

export type Doubt = keyof typeof doubtTable;

export function done(
  evidence: JsonObject,
  answer: ShownAnswer,
  { isDated }: { readonly isDated: boolean } = { isDated: false },
): Evidence {
  return { state: "done", isDated, answer, evidence };
}

export function absent(evidence: JsonObject = {}): Evidence {
  return { state: "absent", evidence };
}

export function unclear(because: Ambiguity, evidence: JsonObject = {}, answer?: ShownAnswer): Evidence {
  return { state: "unclear", because, ...(answer === undefined ? {} : { answer }), evidence };
}

/** Whether a store is another one after the change. */
export function isChange({ before, after }: Change): boolean {
  return !jsonEqual(before, after);
}
