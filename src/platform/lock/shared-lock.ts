/** Pieces of work on one file: each is done under its lock, in the order asked for, and several together share one. */

import { type Attempt, retry } from "./lock.ts";

/**
 * Does `work` while the lock is held; null while another process holds it.
 * @throws StoreFault `LOCKED` from the deadline on
 */
export type Hold = (work: () => void, deadline: number) => Attempt<void>;

interface Piece {
  readonly work: () => unknown;
  /** What is known without the lock, when it is its turn; null where the work has to be done. */
  readonly known: () => { readonly value: unknown } | null;
  /** The moment from which on the lock is not waited for any longer. */
  readonly deadline: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** So that other processes do not have to wait much longer than for one piece. */
const MOST_TOGETHER = 64;

export class SharedLock {
  readonly #hold: Hold;
  readonly #goesOn: () => boolean;
  readonly #waiting: Piece[] = [];
  /** Done under the lock, and not answered yet. */
  #done: (readonly [Piece, Outcome])[] = [];
  #isBusy = false;

  /** `goesOn` says, while the lock is held, whether another piece may be done under it. */
  constructor(hold: Hold, goesOn: () => boolean) {
    this.#hold = hold;
    this.#goesOn = goesOn;
  }

  do<T>(work: () => T, known: () => { readonly value: T } | null, deadline: number): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, known, deadline, resolve: resolve as Piece["resolve"], reject });
      if (!this.#isBusy) void this.#doAll();
    });
  }

  /** Answers the pieces that are done: what they did is in the file, whatever becomes of those that follow. */
  confirm(): void {
    for (const [piece, outcome] of this.#takeDone()) settle(piece, outcome);
  }

  async #doAll(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      // What else is asked for now shares the lock.
      await null;
      await retry(() => this.#doNext());
    }
    this.#isBusy = false;
  }

  /** Null while another process holds the lock. */
  #doNext(): Attempt<void> {
    const [first] = this.#waiting as [Piece];
    try {
      const known = first.known();
      if (known !== null) this.#done.push([this.#take(), known]);
      else if (this.#hold(() => this.#doTogether(), first.deadline) === null) return null;
      this.confirm();
    } catch (error) {
      // Of the lock, or of what was to be written together: whether what was done under it is there is not known.
      if (this.#waiting[0] === first) this.#take().reject(error);
      for (const [piece, outcome] of this.#takeDone()) settle(piece, "error" in outcome ? outcome : { error });
    }
    return { value: undefined };
  }

  #doTogether(): void {
    for (let count = 1; ; count++) {
      const piece = this.#take();
      const isFirst = count === 1;
      const outcome = outcomeOf(() => (isFirst ? null : piece.known()) ?? { value: piece.work() });
      this.#done.push([piece, outcome]);
      if (this.#waiting.length === 0 || count === MOST_TOGETHER || !this.#goesOn()) return;
    }
  }

  #takeDone(): readonly (readonly [Piece, Outcome])[] {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  #take(): Piece {
    return this.#waiting.shift() as Piece;
  }
}

function outcomeOf(work: () => Outcome): Outcome {
  try {
    return work();
  } catch (error) {
    return { error };
  }
}

function settle(piece: Piece, outcome: Outcome): void {
  if ("error" in outcome) piece.reject(outcome.error);
  else piece.resolve(outcome.value);
}
