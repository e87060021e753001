/**
 * Checks for the kinds of values in a trace. Each works in two ways: on a parsed value, and on canonical text without
 * parsing it.
 */

import { order } from "../json/text.ts";
import { isObject, type Json, type JsonObject, own } from "../json/value.ts";
import {
  COMMA,
  digitsEnd,
  expectLiteral,
  LIST,
  LIST_END,
  type Literal,
  NOT_FOUND,
  OBJECT,
  OBJECT_END,
  objectEnd,
  QUOTE,
  stringEnd,
  toLiteral,
  valueEnd,
  ZERO,
} from "./fast-scan.ts";

declare const type: unique symbol;

/** Where data is: all of a value, each item of a list, or the members named; `*` is every member not named. */
export type DataMembers = "all" | "none" | readonly [DataMembers] | { readonly [member: string]: DataMembers };

export interface Kind<T> {
  /** For people: `text`, `"IN" | "CC"`, `null | SHA-256`. */
  readonly description: string;
  is(value: Json): boolean;
  /**
   * The offset after the canonical text of such a value at this offset. `NOT_FOUND` if there is no such value, and for
   * some valid ones: then the value must be parsed, and `is` decides.
   */
  end(bytes: Buffer, at: number, depth: number): number;
  /**
   * Where it contains data: values from the payload, a store or a capability, or derived from them. All other values
   * come from the format or the plan and are not searched for secrets. Absent if it contains no data.
   */
  readonly data?: DataMembers;
  /** The members, where it is an object whose members are declared. */
  readonly members?: Members;
  /** Whether its values are names of the format or of the plan: few, which many lines repeat. */
  readonly isName?: true;
  /** Never set; carries the type. */
  readonly [type]?: T;
}

export type TypeOf<K> = K extends Kind<infer T> ? T : never;

/** A member of an object: its kind, what it means, and whether it may be absent. */
export interface Member<T = unknown, Optional extends boolean = boolean> {
  readonly kind: Kind<T>;
  readonly meaning: string;
  readonly isOptional: Optional;
  /** Whether it may differ between two runs of the same workflow and payload. */
  readonly isObservational?: true;
}

export type Members = Readonly<Record<string, Member>>;

type OptionalIn<M extends Members> = { [N in keyof M]: M[N]["isOptional"] extends true ? N : never }[keyof M];

/** The type of an object with these members. */
export type ObjectOf<M extends Members> = Simplify<
  { readonly [N in Exclude<keyof M, OptionalIn<M>>]: TypeOf<M[N]["kind"]> } & {
    readonly [N in OptionalIn<M>]?: TypeOf<M[N]["kind"]>;
  }
>;

type Simplify<T> = { [N in keyof T]: T[N] };

export function required<T>(kind: Kind<T>, meaning: string): Member<T, false> {
  return { kind, meaning, isOptional: false };
}

export function observational<T>(kind: Kind<T>, meaning: string): Member<T, false> {
  return { kind, meaning, isOptional: false, isObservational: true };
}

export function optional<T>(kind: Kind<T>, meaning: string): Member<T, true> {
  return { kind, meaning, isOptional: true };
}

export const text: Kind<string> = {
  description: "text",
  is: (value) => typeof value === "string",
  end: stringEnd,
  isName: true,
};

export const flag: Kind<boolean> = {
  description: "true | false",
  is: (value) => typeof value === "boolean",
  end: (bytes, at) => eitherEnd([TRUE, FALSE], bytes, at),
};

/** A whole number from 0 on. */
export const count: Kind<number> = {
  description: "whole number",
  is: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  end(bytes, at) {
    const end = digitsEnd(bytes, at);
    const length = end - at;
    return length === 0 || length > 15 || (bytes[at] === ZERO && length > 1) ? NOT_FOUND : end;
  },
};

/** Any object; the format does not define its members. */
export const object: Kind<JsonObject> = {
  description: "object",
  is: isObject,
  end: (bytes, at, depth) => objectEnd(bytes, at, depth),
};

export const anything: Kind<Json> = { description: "any value", is: () => true, end: valueEnd };

export function matchesBytes<T>(data: DataMembers, kind: Kind<T>): Kind<T> {
  return { ...kind, data };
}

const dataIn = (data: DataMembers | undefined) => (data === undefined ? {} : { data });

/** A string with one character of each set, in order; at most eight sets differ. `isOne` may accept other strings, too. */
export function spelled<T extends string>(
  description: string,
  sets: readonly string[],
  isOne: (value: Json) => boolean,
): Kind<T> {
  const distinct = [...new Set(sets)];
  /** By place: the bit of its set. */
  const bitAt = Uint8Array.from(sets, (set) => 1 << distinct.indexOf(set));
  /** By byte: the bits of the sets that it is in. */
  const bitsOf = new Uint8Array(256);
  for (const [i, characters] of distinct.entries())
    for (const byte of Buffer.from(characters)) bitsOf[byte] = (bitsOf[byte] as number) | (1 << i);
  return {
    description,
    is: isOne,
    end(bytes, at) {
      if (bytes[at] !== QUOTE) return NOT_FOUND;
      const end = at + 1 + bitAt.length;
      for (let i = 0; i < bitAt.length; i++)
        if (((bitsOf[bytes[at + 1 + i] as number] as number) & (bitAt[i] as number)) === 0) return NOT_FOUND;
      return bytes[end] === QUOTE ? end + 1 : NOT_FOUND;
    },
  };
}

export function oneOf<const T extends string | true>(...words: readonly T[]): Kind<T> {
  let literals: readonly Literal[] | undefined;
  return {
    description: words.map((word) => JSON.stringify(word)).join(" | "),
    is: (value) => (words as readonly Json[]).includes(value),
    isName: true,
    end(bytes, at) {
      literals ??= words.map((word) => toLiteral(JSON.stringify(word)));
      return eitherEnd(literals, bytes, at);
    },
  };
}

export function orNull<T>(kind: Kind<T>): Kind<T | null> {
  return {
    description: `${kind.description} | null`,
    ...dataIn(kind.data),
    ...(kind.isName && { isName: true }),
    is: (value) => value === null || kind.is(value),
    end: (bytes, at, depth) => {
      const end = expectLiteral(bytes, at, NULL);
      return end === NOT_FOUND ? kind.end(bytes, at, depth) : end;
    },
  };
}

export function either<A, B>(a: Kind<A>, b: Kind<B>): Kind<A | B> {
  return {
    description: `${a.description} | ${b.description}`,
    ...dataIn(isObject(a.data) && isObject(b.data) ? { ...a.data, ...b.data } : (a.data ?? b.data)),
    is: (value) => a.is(value) || b.is(value),
    end: (bytes, at, depth) => {
      const end = a.end(bytes, at, depth);
      return end === NOT_FOUND ? b.end(bytes, at, depth) : end;
    },
  };
}

export function listOf<T>(item: Kind<T>): Kind<readonly T[]> {
  return {
    description: `list of ${item.description}`,
    ...dataIn(item.data === undefined ? undefined : [item.data]),
    is: (value) => Array.isArray(value) && value.every(item.is),
    end(bytes, at, depth) {
      if (bytes[at] !== LIST) return NOT_FOUND;
      if (bytes[at + 1] === LIST_END) return at + 2;
      for (let next = at + 1; ; next++) {
        next = item.end(bytes, next, depth + 1);
        if (next === NOT_FOUND) return NOT_FOUND;
        if (bytes[next] === LIST_END) return next + 1;
        if (bytes[next] !== COMMA) return NOT_FOUND;
      }
    },
  };
}

/** An object with exactly these members. */
export function closed<M extends Members>(members: M): Kind<ObjectOf<M>> {
  const names = sortedNames(members).map((name) => `${name}${members[name]?.isOptional ? "?" : ""}`);
  // Made when a text is scanned: most programs that load the schema scan none.
  let ordered: readonly TextMember[] | undefined;
  return {
    description: `{${names.join(", ")}}`,
    data: Object.fromEntries(Object.entries(members).map(([name, { kind }]) => [name, kind.data ?? "none"])),
    members,
    is: (value) => isObject(value) && badMemberOf(members, value) === undefined,
    end(bytes, at, depth) {
      ordered ??= inTextOrder(members);
      return membersEnd(ordered, bytes, at, depth);
    },
  };
}

/** In the order in which canonical text has them. */
function sortedNames(members: Members): readonly string[] {
  return Object.keys(members).sort(order);
}

/** The name of the first member that is missing, of another kind or not declared. */
export function badMemberOf(members: Members, value: { readonly [name: string]: Json }): string | undefined {
  for (const [name, { kind, isOptional }] of Object.entries(members)) {
    const found = own(value, name);
    if (found === undefined ? !isOptional : !kind.is(found)) return name;
  }
  return Object.keys(value).find((name) => !Object.hasOwn(members, name));
}

/** A declared member for the scan of canonical text; all objects have the same shape, which makes the scan fast. */
export interface TextMember {
  readonly name: string;
  readonly end: Kind<unknown>["end"];
  readonly isOptional: boolean;
  /** Whether its values are names that many lines repeat. */
  readonly isName: boolean;
  /** The name with its quotes and colon. */
  readonly lead: Literal;
}

/** In the order in which canonical text has them. */
export function inTextOrder(members: Members): readonly TextMember[] {
  return sortedNames(members).map((name): TextMember => {
    const { kind, isOptional } = members[name] as Member;
    const isName = kind.isName === true && kind.data === undefined;
    return { name, end: kind.end, isOptional, isName, lead: toLiteral(`${JSON.stringify(name)}:`) };
  });
}

/**
 * The offset after an object with exactly these members. `marks` gets the start and end offset of each value:
 * `NOT_FOUND` for an absent one.
 */
export function membersEnd(
  members: readonly TextMember[],
  bytes: Buffer,
  at: number,
  depth: number,
  marks?: Int32Array,
): number {
  if (bytes[at] !== OBJECT) return NOT_FOUND;
  let next = at + 1;
  for (let i = 0; i < members.length; i++) {
    const { lead, end, isOptional } = members[i] as TextMember;
    const isFirst = next === at + 1;
    const name = isFirst ? next : bytes[next] === COMMA ? next + 1 : NOT_FOUND;
    const value = expectLiteral(bytes, name, lead);
    if (value === NOT_FOUND && !isOptional) return NOT_FOUND;
    if (value !== NOT_FOUND) {
      next = end(bytes, value, depth + 1);
      if (next === NOT_FOUND) return NOT_FOUND;
    }
    if (marks !== undefined) {
      marks[2 * i] = value;
      marks[2 * i + 1] = value === NOT_FOUND ? NOT_FOUND : next;
    }
  }
  return bytes[next] === OBJECT_END ? next + 1 : NOT_FOUND;
}

/** The offset after the first matching literal. */
function eitherEnd(literals: readonly Literal[], bytes: Buffer, at: number): number {
  for (let i = 0; i < literals.length; i++) {
    const end = expectLiteral(bytes, at, literals[i] as Literal);
    if (end !== NOT_FOUND) return end;
  }
  return NOT_FOUND;
}

const TRUE = toLiteral("true");
const FALSE = toLiteral("false");
const NULL = toLiteral("null");
