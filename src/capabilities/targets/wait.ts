/**
 * Operations that wait: for an event that somebody delivers, or for a moment. Whether and how long they wait follows
 * from their inputs and from the moment at which the step begins, so a replay works it out again.
 */

import type { Json, JsonObject } from "../../json/value.ts";
import { type Input, type InputSchema, parseInput } from "../input-schema.ts";
import type { Declared, EffectOf, Performed, Wait, WaitEnd, WaitingTarget } from "../target.ts";

interface WaitDeclaration<S extends InputSchema, O extends string> extends Declared<S, O> {
  /** The wait, or what the operation answers without one. `VIOLATION` is among the outcomes. */
  begin(input: Input<S>, moment: string): Wait | Performed<NoInfer<O>>;
  end(wait: Wait, end: WaitEnd): Performed<NoInfer<O>>;
}

export interface WaitOperation extends Declared {
  readonly target: "wait";
  begin(inputs: JsonObject, moment: string): Wait | Performed;
  end(wait: Wait, end: WaitEnd): Performed;
}

export interface WaitEffect extends EffectOf<WaitOperation> {
  readonly examples: readonly WaitExample[];
}

/** One example of a wait: what it waits for, begun at a moment, and how it ends. */
export interface WaitExample {
  readonly about: string;
  readonly op: string;
  readonly input: JsonObject;
  /** RFC 3339 UTC with milliseconds. */
  readonly moment: string;
  /** Null where it does not wait. */
  readonly wait: Wait | null;
  readonly ends: readonly {
    /** Absent where it does not wait. */
    readonly end?: WaitEnd;
    readonly outcome: string;
    readonly result?: JsonObject;
  }[];
}

/** An operation that waits. */
export function waiting<S extends InputSchema, const O extends string>({
  begin,
  ...declared
}: WaitDeclaration<S, O>): WaitOperation {
  return {
    ...declared,
    target: "wait",
    begin(inputs, moment) {
      const parsed = parseInput(declared.input, inputs);
      if ("input" in parsed) return begin(parsed.input, moment);
      return { outcome: "VIOLATION", reason: { code: "INPUT_VIOLATION", ...parsed.flaw } };
    },
  };
}

/** Nothing is done outside the run: it only waits. */
export const waitTarget: WaitingTarget<WaitOperation> = {
  answers: "awaited",
  needsPath: false,
  examplePolicy: () => ({}),
  hasDryRun: true,
  callsWorkflows: false,
  isReading: () => true,
  begin: (operation, inputs, moment) => operation.begin(inputs, moment),
  end: (operation, wait, end) => operation.end(wait, end),
};

export function isWait(begun: Wait | { readonly outcome: string }): begun is Wait {
  return "kind" in begun;
}

/** Whether the moment of the wait has come, at a time in RFC 3339 UTC with milliseconds. */
export function isDue({ due }: { readonly due?: string | undefined }, at: string): boolean {
  return due !== undefined && Date.parse(due) <= Date.parse(at);
}

/** Whether they are different texts, at least one of them. */
export function areChoices(choices: Json): choices is readonly string[] {
  if (!Array.isArray(choices)) return false;
  const areTexts = choices.every((one: Json) => typeof one === "string" && one !== "");
  return areTexts && choices.length > 0 && new Set(choices).size === choices.length;
}
