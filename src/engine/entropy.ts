/** What a run draws: from a seed, and behind what it has drawn already. */

import { digestOf } from "../json/canonical.ts";
import type { JsonObject } from "../json/value.ts";
import type { Plan } from "../plan/plan.ts";
import type { Entropy } from "../ports.ts";
import type { TraceEvent } from "../trace/event.ts";

/** Bytes of the salt that keeps suppressed values from being guessed. They are drawn once for each trace with secrets. */
const SALT_BYTES = 16;

/**
 * What a run draws from the seed, behind so many bytes that it has drawn already. The seed is not all that counts, so
 * that two runs do not draw the same for the same seed alone.
 */
export function entropyOf(
  seed: string,
  { workflow }: Plan,
  payload: JsonObject,
  open: (seed: string) => Entropy,
  drawn = 0,
): Entropy {
  const entropy = open(`${seed} ${workflow.fqdn} ${digestOf(payload)}`);
  entropy.hex(drawn);
  return entropy;
}

export const saltOf = (entropy: Entropy): string => entropy.hex(SALT_BYTES);

const shared = new WeakMap<Entropy, SharedEntropy>();

/** One source of all runs of a process: the same one for the same source. */
export function sharedEntropy(source: Entropy): SharedEntropy {
  const known = shared.get(source) ?? new SharedEntropy(source);
  shared.set(source, known);
  return known;
}

/** Knows how many bytes all runs have drawn from it. */
class SharedEntropy implements Entropy {
  readonly #source: Entropy;
  #drawn = 0;

  constructor(source: Entropy) {
    this.#source = source;
  }

  hex(count: number): string {
    this.#drawn += count;
    return this.#source.hex(count);
  }

  /** Itself, behind so many bytes at least: a run that goes on draws nothing that it has drawn before. */
  behind(drawn: number): Entropy {
    if (drawn > this.#drawn) this.hex(drawn - this.#drawn);
    return this;
  }
}

/** What a run that goes on draws: it follows the record, and is opened behind what was drawn there. */
export class ResumedEntropy implements Entropy {
  readonly #open: (drawn: number) => Entropy;
  #drawn = 0;
  #opened: { readonly entropy: Entropy; at: number } | null = null;

  constructor(open: (drawn: number) => Entropy) {
    this.#open = open;
  }

  hex(count: number): string {
    if (this.#opened?.at !== this.#drawn) this.#opened = { entropy: this.#open(this.#drawn), at: this.#drawn };
    this.#drawn += count;
    this.#opened.at = this.#drawn;
    return this.#opened.entropy.hex(count);
  }

  /** The salt was drawn here by an earlier session. */
  passSalt(): void {
    this.#drawn += SALT_BYTES;
  }

  /** The event, with its readings in the clear, is in the record. */
  pass({ payload }: TraceEvent): void {
    const observed = "observed" in payload ? (payload.observed ?? []) : [];
    for (const one of observed)
      if ("entropy" in one && typeof one.entropy === "string") this.#drawn += one.entropy.length / 2;
  }
}
