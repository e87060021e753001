/** What two runs of the same thing drew differently: their clock readings and entropy, and what was made of these. */

import { jsonDifferences } from "../../json/diff.ts";
import type { Json, JsonObject } from "../../json/value.ts";
import type { Observation } from "../../ports.ts";

/** A shorter text may stand anywhere by chance. */
const TELLING_LENGTH = 6;

type Side = "a" | "b";

/**
 * The drawn texts of two traces. Two that were drawn at the same place stand for the same: `mask` puts one marker
 * in the place of either.
 */
export class Nondeterminism {
  readonly #markers: Readonly<Record<Side, Map<string, string>>> = { a: new Map(), b: new Map() };
  #sorted: { [side in Side]?: readonly string[] } = {};
  #count = 0;

  /** The readings of one event, in the order in which they were drawn. */
  learnReadings(a: readonly Observation[], b: readonly Observation[]): void {
    for (const [i, reading] of a.entries()) {
      const [left, right] = [formsOf(reading), formsOf(b[i])];
      if (Object.keys(reading)[0] === Object.keys(b[i] ?? {})[0]) this.#learn(left, right);
    }
  }

  /**
   * Every text in which the answers of a transform to equal inputs part: a transform is a function, so that they
   * can only come of what was drawn. Numbers and truth values are left to be differences.
   */
  learnAnswers(a: JsonObject, b: JsonObject): void {
    jsonDifferences(a, b, [], (left, right) => {
      // Which item of one list became which of a longer one is not known.
      if (Array.isArray(left) && Array.isArray(right) && left.length !== right.length) return [];
      if (typeof left !== "string" || typeof right !== "string" || this.isSame(left, right)) return undefined;
      if (Math.min(left.length, right.length) >= TELLING_LENGTH) this.#learn([left], [right]);
      return [];
    });
  }

  /** Whether the two texts are one but for what was drawn. */
  isSame(a: string, b: string): boolean {
    return this.mask("a", a) === this.mask("b", b);
  }

  /** The text with a marker for whatever was drawn. */
  mask(side: Side, text: string): string {
    const markers = this.#markers[side];
    const whole = markers.get(text);
    if (whole !== undefined) return whole;
    return this.#byLength(side).reduce((masked, drawn) => {
      return masked.includes(drawn) ? masked.replaceAll(drawn, markers.get(drawn) ?? drawn) : masked;
    }, text);
  }

  /** The object with its keys masked, or undefined when none holds what was drawn. */
  maskKeys(side: Side, value: JsonObject): JsonObject | undefined {
    const masked = Object.entries(value).map(([key, item]) => [this.mask(side, key), item] as const);
    return masked.some(([key]) => !Object.hasOwn(value, key)) ? Object.fromEntries(masked) : undefined;
  }

  /** The longest first: a shorter one may be a part of it. */
  #byLength(side: Side): readonly string[] {
    this.#sorted[side] ??= [...this.#markers[side].keys()].sort((one, other) => other.length - one.length);
    return this.#sorted[side];
  }

  #learn(a: readonly string[], b: readonly string[]): void {
    if (a.length === 0 || b.length === 0) return;
    this.#sorted = {};
    const { a: left, b: right } = this.#markers;
    const known = left.get(a[0] ?? "") ?? right.get(b[0] ?? "");
    const marker = known ?? `«drawn ${++this.#count}»`;
    for (const text of a) if (!left.has(text)) left.set(text, marker);
    for (const text of b) if (!right.has(text)) right.set(text, marker);
  }
}

/**
 * The ways in which a reading is written: entropy as it is, a time also without its zone and
 * with microseconds only where there are any. None for one that is suppressed.
 */
function formsOf(reading: Observation | undefined): readonly string[] {
  const text: Json | undefined = Object.values(reading ?? {})[0];
  if (reading === undefined || typeof text !== "string") return [];
  if (!("clock" in reading)) return text.length < TELLING_LENGTH ? [] : [text];
  const [seconds = "", fraction = ""] = text.replace(/Z$/, "").split(".");
  return [text, Number(fraction) === 0 ? seconds : `${seconds}.${fraction.padEnd(6, "0")}`];
}
