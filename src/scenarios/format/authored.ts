/** A scenario file as it was checked: the members that its JSON Schema lets through, by type. */

import type { Cancellation } from "../../engine/resume.ts";
import type { Json, JsonObject } from "../../json/value.ts";
import type { Source } from "./source.ts";

export interface Criterion {
  readonly id: string;
  readonly statement: string;
}

/** How a run is set up: `run --actor`, `--clock`, `--seed`, and whether it has a key for its secrets. */
export interface Circumstances {
  readonly actor?: string;
  readonly clock?: string;
  readonly seed?: string;
  readonly secrets_key?: boolean;
}

export interface AuthoredFile {
  readonly scenario: string;
  readonly about?: string;
  readonly criteria?: readonly Criterion[];
  readonly given?: Circumstances & { readonly data?: string | JsonObject };
  readonly steps: readonly AuthoredStep[];
}

export interface AuthoredStep extends Circumstances {
  readonly name: string;
  readonly about?: string;
  readonly workflow: string;
  readonly payload?: JsonObject;
  readonly payload_file?: string;
  readonly given?: {
    readonly data?: JsonObject;
    readonly answers?: { readonly [step: string]: AuthoredAnswer };
    readonly answers_events?: JsonObject;
  };
  readonly resume?: readonly AuthoredSession[];
  readonly expect?: Expect;
  readonly satisfies?: readonly string[];
}

/** The run goes on: later, because of an event, or to be cancelled. */
export interface AuthoredSession {
  readonly at?: string;
  readonly data?: JsonObject;
  readonly actor?: string;
  readonly event?: string;
  readonly answer?: Json;
  readonly event_id?: string;
  readonly cancel?: Cancellation;
}

/** What a step answers: of one that is tried again, it may be a list with the answer to each attempt. */
export type AuthoredAnswer = AuthoredAttempt | readonly AuthoredAttempt[];

export type AuthoredAttempt = string | { readonly outcome: string; readonly result?: JsonObject };

export interface Expect {
  readonly [member: string]: Json | undefined;
  readonly stored?: JsonObject;
}

/** Narrows what `checkForm` found nothing wrong with. */
export function authoredIn({ value }: Source): AuthoredFile {
  return value as unknown as AuthoredFile;
}

/** Nothing is expected yet: what comes out may be recorded. */
export function isUnexpected(expect: Expect | undefined): expect is undefined {
  return expect === undefined || Object.keys(expect).length === 0;
}
