/** What code made of texts, for code that is given the same ones many times. */

/** In UTF-16 units, of the texts together, unless another number is given. */
const MOST_KNOWN = 4 * 2 ** 20;

/** Remembers what was made of each text, and forgets all of it before the texts are too long together. */
export class TextMemory<V extends NonNullable<unknown> | null> {
  readonly #known = new Map<string, V>();
  readonly #most: number;
  #length = 0;

  constructor(most = MOST_KNOWN) {
    this.#most = most;
  }

  /** What was made of the text before, else what is made of it now. */
  recall(text: string, make: (text: string) => V): V {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const made = make(text);
    if (this.#length + text.length > this.#most) {
      this.#known.clear();
      this.#length = 0;
    }
    this.#known.set(text, made);
    this.#length += text.length;
    return made;
  }

  forget(text: string): void {
    if (this.#known.delete(text)) this.#length -= text.length;
  }
}
