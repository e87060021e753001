/** Many texts, any of which may be part of another one: found in one pass over that, however many there are. */

/** Texts that were added together, with what finds them; it is made when it is first needed. */
interface Group {
  readonly texts: readonly string[];
  /** Of all texts together. */
  readonly length: number;
  finder?: Finder;
}

export class TextSet {
  /** Each more than twice as long as the next: so every text goes from group to group only a few times. */
  readonly #groups: Group[] = [];
  #added: string[] = [];

  add(text: string): void {
    this.#added.push(text);
  }

  /** One of the texts that is part of this one. */
  partOf(text: string): string | undefined {
    this.#gather();
    for (const group of this.#groups) {
      group.finder ??= new Finder(group.texts);
      const found = group.finder.find(text);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #gather(): void {
    if (this.#added.length === 0) return;
    let texts: readonly string[] = this.#added;
    let length = texts.reduce((sum, text) => sum + text.length, 0);
    this.#added = [];
    for (let last = this.#groups.at(-1); last !== undefined && last.length <= 2 * length; ) {
      this.#groups.pop();
      texts = [...last.texts, ...texts];
      length += last.length;
      last = this.#groups.at(-1);
    }
    this.#groups.push({ texts, length });
  }
}

const UNITS = 0x10000;

/** A state that is not linked yet, and how it is come to. */
interface State {
  readonly state: number;
  readonly before: number;
  readonly unit: number;
  readonly depth: number;
}

/** The automaton of Aho and Corasick. A state is what was read last, as far as a text begins with it; 0 is nothing. */
class Finder {
  /** From state and code unit to state. */
  readonly #next = new Map<number, number>();
  /** By state: the longest end of it that is another state. */
  readonly #shorter: number[] = [0];
  /** By state: the text that it ends with. */
  readonly #ends: (string | undefined)[] = [undefined];

  constructor(texts: readonly string[]) {
    const states: State[] = [];
    for (const text of texts) this.#insert(text, states);
    for (const state of states.sort((a, b) => a.depth - b.depth)) this.#link(state);
  }

  find(text: string): string | undefined {
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      state = this.#step(state, text.charCodeAt(i));
      if (this.#ends[state] !== undefined) return this.#ends[state];
    }
    return undefined;
  }

  #insert(text: string, states: State[]): void {
    let state = 0;
    // Behind the end of another text nothing more is looked for.
    for (let depth = 0; depth < text.length && this.#ends[state] === undefined; depth++) {
      const unit = text.charCodeAt(depth);
      const known = this.#next.get(state * UNITS + unit);
      const next = known ?? this.#ends.push(undefined) - 1;
      if (known === undefined) {
        this.#next.set(state * UNITS + unit, next);
        states.push({ state: next, before: state, unit, depth });
      }
      state = next;
    }
    this.#ends[state] ??= text;
  }

  /** All states that are less deep are linked already. */
  #link({ state, before, unit, depth }: State): void {
    const shorter = depth === 0 ? 0 : this.#step(this.#shorter[before] as number, unit);
    this.#shorter[state] = shorter;
    this.#ends[state] ??= this.#ends[shorter];
  }

  #step(from: number, unit: number): number {
    for (let state = from; ; state = this.#shorter[state] as number) {
      const next = this.#next.get(state * UNITS + unit);
      if (next !== undefined) return next;
      if (state === 0) return 0;
    }
  }
}
