/** The kinds of options and arguments of a command line: each says how it is written, what it means and which value it gives. */

import { isoDuration } from "../capabilities/iso-8601.ts";
import { isDigest } from "../json/canonical.ts";
import { momentOf } from "../json/date-time.ts";

/** An option; its name is the key under which it is declared, without the dashes. */
export interface OptionSpec<T> {
  readonly description: string;
  /** Name of its value in the help; absent for a switch. */
  readonly value?: string;
  readonly isValueOptional?: true;
  readonly isRequired?: true;
  readonly isRepeatable?: true;
  readonly choices?: readonly string[];
  /** The default as the help shows it. */
  readonly default?: string;
  /** The environment variable that says the same. */
  readonly env?: string;
  /** What a shell proposes for its value. */
  readonly completes?: Completed;
  /** Why a text is no value of this option; undefined for one that is. */
  refuse?(text: string): string | undefined;
  /** The typed value of what was typed: undefined where it was not given, true where it was given without a value. */
  read(given: Given): T;
}

/** What a shell proposes: paths, or the snapshot's names: full ones, those and their codes, or workflows. */
export type Completed = "file" | "folder" | "artifact" | "code" | "workflow";

export type Given = string | true | readonly string[] | undefined;

/** An argument; the key under which it is declared is its name in the help. */
export interface ArgumentSpec<T> {
  readonly description: string;
  readonly isOptional?: true;
  readonly isVariadic?: true;
  readonly choices?: readonly string[];
  readonly completes?: Completed;
  read(given: readonly string[]): T;
}

export type Options = Readonly<Record<string, OptionSpec<unknown>>>;
/** Options by the heading under which the help lists them. */
export type OptionGroups = Readonly<Record<string, Options>>;
export type Arguments = Readonly<Record<string, ArgumentSpec<unknown>>>;

type CamelCase<S extends string> = S extends `${infer Head}-${infer Rest}`
  ? `${Head}${Capitalize<CamelCase<Rest>>}`
  : S;

/** The values of options or arguments, by their names in camel case. */
export type ValuesOf<S> = {
  readonly [K in keyof S & string as CamelCase<K>]: S[K] extends { read(given: never): infer T } ? T : never;
};

type Intersection<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void
  ? I
  : never;

export type GroupValuesOf<G> = Intersection<{ [K in keyof G]: ValuesOf<G[K]> }[keyof G]>;

export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

// ---- options ----

type Extra = Pick<OptionSpec<unknown>, "default" | "env" | "completes">;

export function flag(description: string): OptionSpec<boolean> {
  return { description, read: (given) => given === true };
}

export function text(value: string, description: string, extra: Extra = {}): OptionSpec<string | undefined> {
  return { value, description, ...extra, read: (given) => (typeof given === "string" ? given : undefined) };
}

export function file(description: string, extra: Extra = {}): OptionSpec<string | undefined> {
  return text("FILE", description, { completes: "file", ...extra });
}

/** A hash as it is printed: 64 hexadecimal digits in lower case. */
export function hash(value: string, description: string, extra: Extra = {}): OptionSpec<string | undefined> {
  const refuse = (given: string) => (isDigest(given) ? undefined : `It should be ${HASH_FORM}.`);
  return { ...text(value, description, extra), refuse };
}

/** A moment, as milliseconds since the epoch; a date is its first moment in UTC. */
export function moment(description: string): OptionSpec<number | undefined> {
  return {
    value: "RFC3339",
    description,
    refuse: (given) =>
      parseMoment(given) === undefined
        ? "It should be a date, or a date and time such as 2026-01-31T09:00:00Z."
        : undefined,
    read: (given) => (typeof given === "string" ? parseMoment(given) : undefined),
  };
}

/** The same, or true where the moment is left out. */
export function optionalMoment(description: string): OptionSpec<number | true | undefined> {
  const { read, ...one } = moment(description);
  return { ...one, isValueOptional: true, read: (given) => (given === true ? true : read(given)) };
}

function parseMoment(given: string): number | undefined {
  return momentOf(/^\d{4}-\d\d-\d\d$/.test(given) ? `${given}T00:00:00Z` : given);
}

export const HASH_FORM = "a hash of 64 hexadecimal digits in lower case";

export function folder(description: string, extra: Extra = {}): OptionSpec<string | undefined> {
  return text("DIR", description, { completes: "folder", ...extra });
}

/** A whole number above 0. */
export function count(description: string): OptionSpec<number | undefined>;
export function count(description: string, fallback: number, most?: number): OptionSpec<number>;
export function count<D>(description: string, fallback?: D, most?: number): OptionSpec<number | D | undefined> {
  return {
    value: "N",
    description,
    ...(fallback === undefined ? {} : { default: String(fallback) }),
    refuse(given) {
      if (!isCount(given)) return "It should be a whole number above 0.";
      return most === undefined || Number(given) <= most ? undefined : `It should be at most ${most}.`;
    },
    read: (given) => (typeof given === "string" ? Number(given) : fallback),
  };
}

/** Days and shorter, in milliseconds. */
export function duration(description: string): OptionSpec<number | undefined> {
  return {
    value: "DURATION",
    description,
    refuse(given) {
      const isDuration = isoDuration(given) !== undefined;
      return isDuration ? undefined : "It should be an ISO 8601 duration, such as PT30S or P1DT12H.";
    },
    read: (given) => (typeof given === "string" ? isoDuration(given) : undefined),
  };
}

/** The same, or true where the number is left out. */
export function optionalCount(
  description: string,
  extra: Pick<Extra, "env"> = {},
): OptionSpec<number | true | undefined> {
  const { read, ...counted } = count(description);
  return {
    ...counted,
    ...extra,
    isValueOptional: true,
    read: (given) => (given === true ? true : read(given)),
  };
}

function isCount(given: string): boolean {
  return /^[1-9]\d{0,14}$/.test(given);
}

export function percentage(description: string): OptionSpec<number | undefined>;
export function percentage(description: string, fallback: number): OptionSpec<number>;
export function percentage<D>(description: string, fallback?: D): OptionSpec<number | D | undefined> {
  return {
    value: "PERCENT",
    description,
    ...(fallback === undefined ? {} : { default: String(fallback) }),
    refuse(given) {
      const isNumber = /^\d{1,3}(?:\.\d+)?$/.test(given) && Number(given) <= 100;
      return isNumber ? undefined : "It should be a number from 0 to 100.";
    },
    read: (given) => (typeof given === "string" ? Number(given) : fallback),
  };
}

export function choice<const C extends string>(
  value: string,
  choices: readonly C[],
  description: string,
): OptionSpec<C | undefined>;
export function choice<const C extends string>(
  value: string,
  choices: readonly C[],
  description: string,
  fallback: NoInfer<C>,
): OptionSpec<C>;
export function choice<const C extends string, D>(
  value: string,
  choices: readonly C[],
  description: string,
  fallback?: D,
): OptionSpec<C | D | undefined> {
  return {
    ...{ value, choices, description },
    ...(fallback === undefined ? {} : { default: String(fallback) }),
    refuse(given) {
      const isChoice = choices.some((one) => one === given);
      return isChoice ? undefined : `Allowed choices are ${choices.join(", ")}.`;
    },
    read: (given) => choices.find((one) => one === given) ?? fallback,
  };
}

/** A choice without a default, refused where it is not made. */
export function requiredChoice<const C extends string>(
  value: string,
  choices: readonly [C, ...C[]],
  description: string,
): OptionSpec<C> {
  const { default: _, ...one } = choice(value, choices, description, choices[0]);
  return { ...one, isRequired: true };
}

/** An option that may be given several times. */
export function repeatable<T>({ read, ...one }: OptionSpec<T | undefined>): OptionSpec<readonly T[]> {
  const readAll = (given: Given) => (Array.isArray(given) ? given.flatMap((each) => read(each) ?? []) : []);
  return { ...one, isRepeatable: true, read: readAll };
}

// ---- arguments ----

type ArgumentExtra = Pick<ArgumentSpec<unknown>, "completes">;

export function argument(description: string, extra: ArgumentExtra = {}): ArgumentSpec<string> {
  return { description, ...extra, read: ([given = ""]) => given };
}

export function optionalArgument(
  description: string,
  extra: ArgumentExtra = {},
): ArgumentSpec<string | undefined> {
  return { description, isOptional: true, ...extra, read: ([given]) => given };
}

/** One or more. */
export function argumentList(description: string, extra: ArgumentExtra = {}): ArgumentSpec<readonly string[]> {
  return { description, isVariadic: true, ...extra, read: (given) => given };
}

/** Any number, also none. */
export function optionalArgumentList(
  description: string,
  extra: ArgumentExtra = {},
): ArgumentSpec<readonly string[]> {
  return { ...argumentList(description, extra), isOptional: true };
}

/** One of some words; any other is refused. */
export function argumentChoice<const C extends string>(
  choices: readonly [C, ...C[]],
  description: string,
): ArgumentSpec<C> {
  return {
    description,
    choices,
    read: ([given]) => choices.find((one) => one === given) ?? choices[0],
  };
}
