/**
 * What every refusal is made of: a stage, a code, typed facts, and the wording for them. Each stage keeps its own
 * table of wordings in its `errors.ts`.
 */

import type { Json, JsonObject } from "../json/value.ts";

/** The stage of a refusal, in the order load -> seal -> compile -> payload -> admission -> walk -> complete. */
export const STAGES = [
  "usage",
  "load",
  "seal",
  "compile",
  "payload",
  "admission",
  "walk",
  "contract",
  "transform",
  "effect",
  "trace",
  "examine",
] as const;
export type Stage = (typeof STAGES)[number];

export interface Wording {
  /** What happened. */
  readonly what: string;
  /** Where: file, field, line. */
  readonly where?: string;
  /** What to type or which field of which artifact to change. */
  readonly hint?: string;
}

/** One row of a table: from the facts of a code to its wording. */
export type ToWording<F> = (facts: F) => Wording;
export type WordingTable = { readonly [code: string]: ToWording<never> };

/** The facts of a code: those that its row takes. */
export type FactsOf<T extends WordingTable, C extends keyof T> =
  T[C] extends ToWording<infer F> ? F & { readonly [key: string]: Json } : never;

export function wordingFrom<T extends WordingTable, C extends keyof T>(
  table: T,
  code: C,
  facts: FactsOf<T, C>,
): Wording {
  return withLimitHint((table[code] as ToWording<FactsOf<T, C>>)(facts), facts["errno"]);
}

/** What helps where no more files can be opened, whichever file it was. */
const LIMIT_HINTS: Readonly<Record<string, string>> = {
  EMFILE: "raise the limit on open files: ulimit -n 1024",
  ENFILE: "wait until other programs have closed some files",
};

/** Of an error that is about no file in particular, the hint is not about the file either. */
function withLimitHint(wording: Wording, errno: Json | undefined): Wording {
  const hint = limitHint(errno);
  return hint === undefined || wording.hint?.startsWith(hint) ? wording : { ...wording, hint };
}

/** Undefined for an error of the system that is no limit on open files. */
export function limitHint(errno: Json | undefined): string | undefined {
  return typeof errno === "string" && Object.hasOwn(LIMIT_HINTS, errno) ? LIMIT_HINTS[errno] : undefined;
}

export interface FaultDetail {
  /** Another library's or the system's message: shown under `--debug`, never recorded. */
  readonly cause?: unknown;
}

export abstract class Fault extends Error {
  readonly stage: Stage;
  readonly code: string;
  readonly facts: JsonObject;
  readonly wording: Wording;

  constructor(stage: Stage, code: string, facts: JsonObject, wording: Wording, detail: FaultDetail = {}) {
    super(wording.where === undefined ? wording.what : `${wording.what} (${wording.where})`, {
      cause: detail.cause,
    });
    this.name = new.target.name;
    this.stage = stage;
    this.code = code;
    this.facts = facts;
    this.wording = wording;
  }

  /** What to do about it; null where that is not known. */
  get hint(): string | null {
    return this.wording.hint ?? null;
  }
}

/** The artifact kind whose promise was broken; `error` events carry it. */
export const NODE_CATEGORIES = ["WF", "IN", "CC", "CT", "CS"] as const;
export type NodeCategory = (typeof NODE_CATEGORIES)[number];

/** A refusal of a run that has begun. The engine records it and ends the run. */
export abstract class RunFault extends Fault {
  readonly category: NodeCategory;

  constructor(
    stage: Stage,
    category: NodeCategory,
    code: string,
    facts: JsonObject,
    wording: Wording,
    detail: FaultDetail = {},
  ) {
    super(stage, code, facts, wording, detail);
    this.category = category;
  }
}

/** A file of the command line that cannot be read as what it is. */
export type UnreadableText = {
  file: string;
  line: number;
  defect: string;
  /** The repair, if one is known. */
  repair: string | null;
};
export const unreadableText = (f: UnreadableText) => ({
  where: fileLine(f.file, f.line),
  ...(f.repair === null ? {} : { hint: `in ${f.file}, ${f.repair}` }),
});

/** A file, with a line where that is known: `file:line`. */
export const fileLine = (file: string, line?: number) => (line === undefined ? file : `${file}:${line}`);
