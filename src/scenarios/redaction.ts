/** Keeps secrets out of what is said of a step: its data are of no run, so no run has redacted them. */

import { saltOf } from "../engine/entropy.ts";
import { Redactor } from "../engine/redaction.ts";
import { Fault } from "../errors/base.ts";
import { parsePointer, pointer } from "../json/pointer.ts";
import { isObject, type Json } from "../json/value.ts";
import { memoize } from "../plan/analysis/memoize.ts";
import type { Entropy } from "../ports.ts";
import type { Fqdn } from "../snapshot/fqdn.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { ABSENT, ANY, type Difference, isMatcherValue } from "./expect/compare.ts";
import type { Data } from "./expect/data.ts";

/** What the steps of one scenario keep to themselves: a secret of one of them, or of the data, is a secret in all. */
export class ScenarioRedactor {
  /** Suppressed by any contract: nobody knows by which of them a record was written. */
  get #names(): ReadonlySet<string> {
    return suppressedNames(this.#snapshot);
  }
  readonly #snapshot: Snapshot;
  readonly #ofData: Redactor;
  readonly #ofRuns: Redactor[] = [];

  constructor(snapshot: Snapshot, entropy: Entropy) {
    this.#snapshot = snapshot;
    this.#ofData = new Redactor(() => saltOf(entropy));
  }

  /** For a session of a run. */
  readonly ofRun = (salt: () => string): Redactor => {
    const redactor = new Redactor(salt);
    this.#ofRuns.push(redactor);
    return redactor;
  };

  /** Whatever stands under a suppressed name in the data is a secret, wherever else it turns up. */
  learn(...data: readonly Data[]): void {
    if (this.#names.size === 0) return;
    const values = data.flatMap((one) => [...one.values()].flatMap(valuesIn));
    for (const value of values) this.#ofData.learn(value, this.#names);
  }

  /** What was found as it may be shown. */
  readonly redact = (found: Json): Json => {
    const shown = this.#ofData.redact(inTexts(found, this.redact), this.#names);
    return this.#ofRuns.reduce((value, redactor) => redactor.redact(value, NO_NAMES), shown);
  };

  /** The difference as it may be shown: both values, and the place. */
  difference({ at, expected, found }: Difference): Difference {
    const path = parsePointer(at);
    const secret = path.slice(DATA_DEPTH).find((name) => this.#names.has(name));
    const shown = (value: Json) => (secret === undefined ? this.redact(value) : this.#under(secret, value));
    return {
      at: pointer(path.map((name) => this.#name(name))),
      ...(expected === undefined ? {} : { expected: isUntelling(expected) ? expected : shown(expected) }),
      ...(found === undefined ? {} : { found: shown(found) }),
    };
  }

  #under(name: string, value: Json): Json {
    const shown = this.redact({ [name]: value });
    return isObject(shown) ? (shown[name] as Json) : value;
  }

  #name(name: string): string {
    const [shown = name] = Object.keys(this.redact({ [name]: null }) as object);
    return shown;
  }
}

/** Where the data begin in a place: behind `expect` and its member, or `data_after` and the file. */
const DATA_DEPTH = 2;

const NO_NAMES: ReadonlySet<string> = new Set();

/** Stands for values without saying any. */
function isUntelling(expected: Json): boolean {
  if (expected === ANY || expected === ABSENT) return true;
  return isObject(expected) && isMatcherValue(expected) && Object.values(expected).every(Number.isInteger);
}

const suppressedNames = memoize(
  (snapshot: Snapshot): ReadonlySet<string> =>
    new Set(snapshot.names("CC").flatMap((fqdn) => suppressedBy(fqdn, snapshot))),
);

/** None for a contract that is refused: nothing runs that has it. */
function suppressedBy(fqdn: Fqdn, snapshot: Snapshot): readonly string[] {
  try {
    const artifact = snapshot.artifact(fqdn);
    return artifact === undefined ? [] : snapshot.tables.contract(artifact, () => undefined).suppressed;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [];
  }
}

/** The JSON in a file's text: all of it, or its lines. */
function valuesIn(text: string): readonly Json[] {
  const whole = parsed(text);
  return whole === undefined ? text.split("\n").flatMap((line) => parsed(line) ?? []) : [whole];
}

/** The value with the JSON in its texts changed. A text in which nothing changes stays as it is. */
function inTexts(value: Json, change: (value: Json) => Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => inTexts(item, change));
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, inTexts(item as Json, change)]),
    );
  if (typeof value !== "string") return value;
  const inLine = (text: string) => {
    const found = parsed(text);
    const changed = found === undefined ? undefined : JSON.stringify(change(found));
    return changed === undefined || changed === JSON.stringify(found) ? undefined : changed;
  };
  return (
    inLine(value) ??
    value
      .split("\n")
      .map((line) => inLine(line) ?? line)
      .join("\n")
  );
}

/** An object or a list; a text that is neither has no names in it. */
function parsed(text: string): Json | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
