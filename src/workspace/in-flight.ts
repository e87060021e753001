/** Does something with each of many items, some of them at the same time, without holding all of them. */

export interface InFlightOptions {
  /** How many may be in progress at the same time. */
  readonly jobs: number;
  /** Answers in the order of the items; else as they are ready. */
  readonly isOrdered: boolean;
  /** Takes no more items; what is in progress is finished and answered. */
  readonly signal: AbortSignal;
}

/** How many answers may wait for an earlier one, for each job. */
const WAITING_PER_JOB = 16;

/** What `work` makes of each item. Items are taken, and work on them begins, in their order. */
export async function* inFlight<I, O>(
  items: AsyncIterable<I>,
  work: (item: I) => Promise<O>,
  options: InFlightOptions,
): AsyncGenerator<O> {
  const flight = new Flight(items, work, options);
  try {
    while (await flight.progress()) yield* flight.takeReady();
  } finally {
    flight.close();
  }
}

interface Slot<O> {
  answer: { readonly value: O } | { readonly error: unknown } | null;
}

class Flight<I, O> {
  readonly #source: AsyncIterator<I>;
  readonly #work: (item: I) => Promise<O>;
  readonly #options: InFlightOptions;
  /** By item in order, until its answer is taken. */
  readonly #slots: Slot<O>[] = [];
  #running = 0;
  #isReading = false;
  #hasEnded = false;
  /** Why the items cannot be read any further. */
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => undefined;
  readonly #onAbort = () => this.#wake();

  constructor(items: AsyncIterable<I>, work: (item: I) => Promise<O>, options: InFlightOptions) {
    this.#source = items[Symbol.asyncIterator]();
    this.#work = work;
    this.#options = options;
    options.signal.addEventListener("abort", this.#onAbort);
  }

  /** Waits until there is an answer to take; false when there will be none. @throws what reading the items threw */
  async progress(): Promise<boolean> {
    for (;;) {
      this.#readOn();
      if (this.#countReady() > 0) return true;
      const isOver = this.#hasEnded || this.#options.signal.aborted;
      if (isOver && this.#running === 0) {
        if (this.#failure !== null) throw this.#failure.error;
        return false;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** @throws what `work` threw */
  *takeReady(): Generator<O> {
    for (let count = this.#countReady(); count > 0; count = this.#countReady()) {
      const at = this.#options.isOrdered ? 0 : this.#slots.findIndex(({ answer }) => answer !== null);
      const answer = this.#slots.splice(at, 1)[0]?.answer ?? null;
      if (answer === null) return;
      if ("error" in answer) throw answer.error;
      yield answer.value;
    }
  }

  close(): void {
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    // Not awaited: items that wait for input would never answer.
    void this.#source.return?.();
  }

  #countReady(): number {
    const { isOrdered } = this.#options;
    if (isOrdered) return (this.#slots[0]?.answer ?? null) === null ? 0 : 1;
    return this.#slots.filter(({ answer }) => answer !== null).length;
  }

  #readOn(): void {
    const { jobs, signal } = this.#options;
    const hasRoom = this.#running < jobs && this.#slots.length < jobs * WAITING_PER_JOB;
    if (this.#isReading || this.#hasEnded || signal.aborted || !hasRoom) return;
    this.#isReading = true;
    this.#source.next().then(
      ({ done, value }) => {
        this.#isReading = false;
        if (done === true) this.#hasEnded = true;
        else if (!signal.aborted) this.#begin(value);
        this.#readOn();
        this.#wake();
      },
      (error: unknown) => {
        this.#isReading = false;
        this.#hasEnded = true;
        this.#failure = { error };
        this.#wake();
      },
    );
  }

  #begin(item: I): void {
    const slot: Slot<O> = { answer: null };
    this.#slots.push(slot);
    this.#running++;
    const finish = (answer: NonNullable<Slot<O>["answer"]>) => {
      slot.answer = answer;
      this.#running--;
      this.#readOn();
      this.#wake();
    };
    this.#work(item).then(
      (value) => finish({ value }),
      (error: unknown) => finish({ error }),
    );
  }
}
