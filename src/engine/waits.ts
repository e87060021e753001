/**
 * The runs of one trace that wait, and whose turn it is. One run goes on at a time. A run that waits is parked; when no
 * run can go on, the trace is suspended.
 */

import type { Wait, WaitEnd } from "../capabilities/target.ts";
import { isDue } from "../capabilities/targets/wait.ts";
import type { Digest } from "../json/canonical.ts";
import { type Json, jsonEqual } from "../json/value.ts";
import type { Payloads, WaitEntry } from "../trace/event.ts";
import { clockOf } from "./recorded.ts";

export type Resumption = Payloads["run_resumed"];

/** A step that waits. */
export interface WaitingStep {
  readonly run: string;
  readonly node: string;
  readonly step: string;
  readonly effectKey: Digest;
  readonly wait: Wait;
}

interface Parked {
  readonly step: WaitingStep;
  readonly entry: WaitEntry;
  resolve(end: WaitEnd): void;
  reject(error: unknown): void;
}

export class Waits {
  readonly #parked: Parked[] = [];
  /** Who has the next turn when the run that goes on is parked: the innermost last. */
  readonly #turns: (() => void)[] = [];

  /** The open waits, in the order in which they began. */
  get entries(): readonly WaitEntry[] {
    return this.#parked.map(({ entry }) => entry);
  }

  get steps(): readonly WaitingStep[] {
    return this.#parked.map(({ step }) => step);
  }

  /** Parks the run that goes on. Rejects with what `reject` is called with. */
  park(step: WaitingStep): Promise<WaitEnd> {
    return new Promise((resolve, reject) => {
      this.#parked.push({ step, entry: entryOf(step), resolve, reject });
      this.#passTurn();
    });
  }

  /** Whether the work has settled; false when no run of it can go on. `begin` lets one go on. */
  async hasSettled(work: Promise<unknown>, begin: () => void = () => undefined): Promise<boolean> {
    const hasSettled = new Promise<boolean>((resolve) => {
      const settle = () => resolve(true);
      work.then(settle, settle);
      this.#turns.push(() => resolve(false));
    });
    begin();
    try {
      return await hasSettled;
    } finally {
      this.#turns.pop();
    }
  }

  /** Lets every run go on whose wait has ended, one after the other. Whether the work has settled by that. */
  async resume(entries: readonly WaitEntry[], resumed: Resumption, work: Promise<unknown>): Promise<boolean> {
    for (const [i, one] of [...this.#parked].entries()) {
      const end = endOf(entries[i] ?? one.entry, resumed);
      if (end === null) continue;
      this.#remove(one);
      if (await this.hasSettled(work, () => one.resolve(end))) return true;
    }
    return false;
  }

  /** Fails the first wait of the runs nested in this one, or of all runs. */
  reject(error: unknown, within = ""): void {
    const one = this.#parked.find(({ entry }) => within === "" || entry.run.startsWith(`${within}.`));
    if (one === undefined) return;
    this.#remove(one);
    one.reject(error);
  }

  /** Runs nested in the run `within`: each begins when the one before has ended or waits. The first failure ends all. */
  async together<T>(works: readonly (() => Promise<T>)[], within: string): Promise<readonly T[]> {
    const begun: Promise<T>[] = [];
    let open = 0;
    let failure: { readonly error: unknown } | null = null;
    let haveAllBegun = false;
    const handOn = () => {
      if (!haveAllBegun || open === 0) return;
      if (failure === null) this.#passTurn();
      else this.reject(failure.error, within);
    };
    const settle = () => {
      open--;
      handOn();
    };
    const fail = (error: unknown) => {
      failure ??= { error };
      settle();
    };
    for (const begin of works) {
      open++;
      const work = begin();
      begun.push(work);
      work.then(settle, fail);
      await this.hasSettled(work);
      if (failure !== null) break;
    }
    haveAllBegun = true;
    handOn();
    await Promise.allSettled(begun);
    if (failure !== null) throw (failure as { readonly error: unknown }).error;
    return Promise.all(begun);
  }

  #passTurn(): void {
    this.#turns.at(-1)?.();
  }

  #remove(one: Parked): void {
    this.#parked.splice(this.#parked.indexOf(one), 1);
  }
}

export function entryOf({ run, node, step, effectKey, wait }: WaitingStep): WaitEntry {
  const { kind, due } = wait;
  const asked = wait.kind === "EVENT" ? wait : { key: undefined, prompt: undefined, choices: undefined };
  const { key, prompt, choices } = asked;
  return {
    ...{ run, node, step, kind },
    ...(key === undefined ? {} : { key }),
    ...(due === undefined ? {} : { due }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(choices === undefined ? {} : { choices }),
    effect_key: effectKey,
  };
}

/** How the wait ends when the run is resumed so; null where it goes on waiting. A moment that has come counts first. */
export function endOf(
  entry: { readonly key?: Json; readonly due?: string },
  resumed: Resumption,
): WaitEnd | null {
  const at = clockOf(resumed);
  if (isDue(entry, at)) return { at, answer: null };
  const { key, answer = null, actor = null } = resumed;
  if (key === undefined || entry.key === undefined || !jsonEqual(key as Json, entry.key)) return null;
  return { at, answer: { value: answer, actor } };
}
