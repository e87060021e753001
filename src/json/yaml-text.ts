/**
 * Reads YAML text as JSON, for every input in YAML. Every problem of the parser, of aliases or of
 * merges becomes one `YamlFlaw` with its line.
 */

import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type ParsedNode,
  parseDocument,
  Scalar,
  type Tags,
  type ToStringOptions,
  visit,
  type YAMLMap,
} from "yaml";
import { DEPTH, EXPANDED_VALUES } from "./limits.ts";
import { isExactNumber } from "./number.ts";
import { isObject, type Json, type MutableJson, setOwn } from "./value.ts";

/** Why a text cannot be read: the problem and its line. */
export class YamlFlaw extends Error {
  /** From 1. */
  readonly line: number;

  constructor(what: string, line: number, cause?: unknown) {
    super(what, { cause });
    this.line = line;
  }
}

export interface YamlText {
  readonly document: Document.Parsed;
  readonly value: Json;
  lineAt(offset: number): number;
}

/** `1.1` as the compilers of this family read it; `1.2` with merges. */
export type YamlVersion = "1.1" | "1.2";

/** @throws YamlFlaw */
export function readYamlText(text: string, version: YamlVersion, depth: number = DEPTH.document): YamlText {
  const { document, lineAt } = parsed(text, version);
  const problem = document.errors[0] ?? (version === "1.1" ? document.warnings[0] : undefined);
  if (problem !== undefined)
    throw new YamlFlaw(WORDS[problem.code] ?? "it is not YAML", lineAt(problem.pos[0]), problem);
  if (version === "1.1") closeLastBlockScalar(document, text);
  const value = bearing(() => new Conversion(lineAt, version, depth).whole(document.contents));
  return { document, value, lineAt };
}

/** Something that keeps a text from being YAML: the parser's own code, and its place in the text. */
export interface YamlError {
  readonly code: string;
  readonly what: string;
  readonly offset: number;
}

/** Everything that the parser finds, and the value as far as it can be told; null where it cannot. */
export function examineYaml(
  text: string,
  version: YamlVersion,
  depth: number = DEPTH.document,
): { readonly errors: readonly YamlError[]; readonly value: Json | null; readonly document: Document.Parsed } {
  const { document, lineAt } = parsed(text, version);
  const problems = [...document.errors, ...(version === "1.1" ? document.warnings : [])];
  const errors = problems.map(({ code, pos }) => ({
    code,
    what: WORDS[code] ?? "it is not YAML",
    offset: pos[0],
  }));
  try {
    if (version === "1.1") closeLastBlockScalar(document, text);
    return { errors, value: new Conversion(lineAt, version, depth).whole(document.contents), document };
  } catch (error) {
    if (!(error instanceof YamlFlaw || error instanceof RangeError)) throw error;
    const line = error instanceof YamlFlaw ? error.line : 1;
    const flaw = { code: "VALUE", what: error.message, offset: offsetOfLine(text, line) };
    return { errors: errors.length > 0 ? errors : [flaw], value: null, document };
  }
}

/** A key that is a truth value or nothing; as a name it is another text than what was written. */
export interface YamlKey {
  readonly source: string;
  readonly value: boolean | null;
  readonly offset: number;
  /** The name under which its mapping stands; null where it has none. */
  readonly within: string | null;
}

export function keysWithoutText(document: Document.Parsed): readonly YamlKey[] {
  const found: YamlKey[] = [];
  visit(document, {
    Pair(_, { key }, path) {
      if (!isScalar(key) || !(key.value === null || typeof key.value === "boolean")) return;
      const parent = path.at(-2);
      const within = isPair(parent) && isScalar(parent.key) ? String(parent.key.value) : null;
      if (key.source) found.push({ source: key.source, value: key.value, offset: key.range?.[0] ?? 0, within });
    },
  });
  return found;
}

function offsetOfLine(text: string, line: number): number {
  const before = text.split("\n").slice(0, line - 1);
  const start = before.reduce((sum, one) => sum + one.length + 1, 0);
  return start + (/^[ \t]*/.exec(text.slice(start))?.[0].length ?? 0);
}

/** The parsed text, to find places in: it may have errors. @throws YamlFlaw */
export function parsed(
  text: string,
  version: YamlVersion,
): { readonly document: Document.Parsed; lineAt(offset: number): number } {
  const lines = new LineCounter();
  const options = {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    intAsBigInt: true,
    logLevel: "error",
  };
  const dialect = version === "1.1" ? ({ version: "1.1", schema: "yaml-1.1", customTags } as const) : {};
  const document = bearing(() => parseDocument(text, { ...(options as object), ...dialect }));
  return { document, lineAt: (offset) => lines.linePos(offset).line };
}

/** The parser recurses, so a text may nest too deep for it. */
function bearing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new YamlFlaw(WORDS["TOO_DEEP"] as string, 1, error);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "a key occurs twice in one mapping",
  MULTIPLE_DOCS: "it contains more than one document",
  TAB_AS_INDENT: "a tab is used instead of spaces",
  BAD_INDENT: "a line is indented wrongly",
  MISSING_CHAR: "a closing character is missing",
  TAG_RESOLVE_FAILED: "a value does not match its tag",
  TOO_DEEP: "it nests too deep",
};

/** The value as YAML 1.2 that is read back as it: a key `<<` is quoted, because it would take over what it names. */
export function yamlText(value: unknown, options: ToStringOptions = {}): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && key.value === "<<") key.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0, ...options });
}

/** In YAML 1.1, a single `y` or `n` is a boolean; the compilers of this family read them as strings. */
function customTags(tags: Tags): Tags {
  return tags.map((tag) => {
    const isTruth =
      typeof tag === "object" &&
      tag.tag === "tag:yaml.org,2002:bool" &&
      "test" in tag &&
      tag.test !== undefined;
    if (!isTruth) return tag;
    const value = tag.test?.test("yes") === true;
    return {
      ...tag,
      test: value ? /^(?:[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/ : /^(?:[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,
    };
  });
}

/**
 * A block scalar that ends with the text, not with a line break, keeps none: the compilers of this family
 * read YAML that way, while the library always adds one.
 */
function closeLastBlockScalar(document: Document.Parsed, text: string): void {
  const node = lastIn(document.contents);
  if (!isScalar(node)) return;
  const isBlock = node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL;
  if (!isBlock || (node.range?.[1] ?? 0) < text.length || typeof node.value !== "string") return;
  node.value = node.value.replace(/\n$/, "");
}

function lastIn(contents: unknown): unknown {
  let node = contents;
  while (isCollection(node)) {
    const item: unknown = node.items.at(-1);
    node = isMap(node) ? (item as Pair | undefined)?.value : item;
  }
  return node;
}

/** A value, and its size when an alias repeats it. */
interface Converted {
  readonly value: Json;
  /** The number of values in it, including itself, and the number of levels. */
  readonly size: number;
  readonly depth: number;
}

const TAGS: ReadonlySet<string | undefined> = new Set([
  undefined,
  ..."map seq str int float bool null".split(" ").map((tag) => `tag:yaml.org,2002:${tag}`),
]);

/** The grammar of YAML 1.1 takes it for a number; a number without a digit is a text for everybody else. */
const POINT = /^[-+]?\._*$/;

/** From nodes to values in the order of the text, aliases and merges followed. */
class Conversion {
  readonly #lineAt: (offset: number) => number;
  readonly #version: YamlVersion;
  readonly #depth: number;
  readonly #anchors = new Map<string, Node>();
  /** By anchored node; undefined while it is being converted. */
  readonly #anchored = new Map<Node, Converted | undefined>();
  #line = 1;

  constructor(lineAt: (offset: number) => number, version: YamlVersion, depth: number) {
    this.#lineAt = lineAt;
    this.#version = version;
    this.#depth = depth;
  }

  whole(contents: ParsedNode | null): Json {
    return this.#convert(contents, 0).value;
  }

  #fail(what: string): never {
    throw new YamlFlaw(what, this.#line);
  }

  #convert(node: unknown, level: number): Converted {
    if (level > this.#depth) this.#fail(WORDS["TOO_DEEP"] as string);
    if (node === null || node === undefined) return { value: null, size: 1, depth: 0 };
    const { range, anchor } = node as Node & { anchor?: string };
    if (range) this.#line = this.#lineAt(range[0]);
    if (isAlias(node)) return this.#aliased(node.source, level);
    if (anchor === undefined) return this.#plain(node, level);
    this.#anchors.set(anchor, node as Node);
    this.#anchored.set(node as Node, undefined);
    const converted = this.#plain(node, level);
    this.#anchored.set(node as Node, converted);
    return converted;
  }

  #aliased(name: string, level: number): Converted {
    const converted = this.#anchored.get(this.#target(name));
    if (converted === undefined) return this.#fail(`the alias *${name} is used inside the value that it names`);
    if (level + converted.depth > this.#depth) this.#fail(WORDS["TOO_DEEP"] as string);
    return this.#counted(converted);
  }

  #target(name: string): Node {
    return this.#anchors.get(name) ?? this.#fail(`the alias *${name} names nothing before it`);
  }

  #counted(converted: Converted): Converted {
    if (converted.size > EXPANDED_VALUES)
      this.#fail(`its aliases expand to too many values, more than ${EXPANDED_VALUES}`);
    return converted;
  }

  #plain(node: unknown, level: number): Converted {
    if (!TAGS.has((node as { tag?: string }).tag)) this.#fail("a value that JSON cannot represent; quote it");
    if (isScalar(node)) return { value: this.#scalar(node), size: 1, depth: 0 };
    if (isMap(node)) return this.#map(node, level);
    if (!isSeq(node)) return this.#fail("it is not YAML");
    const items = node.items.map((item) => this.#convert(item, level + 1));
    return this.#around(
      items.map(({ value }) => value),
      items,
    );
  }

  /** A collection of these. */
  #around(value: Json, parts: readonly Converted[]): Converted {
    const size = parts.reduce((sum, part) => sum + part.size, 1);
    const depth = parts.reduce((most, part) => Math.max(most, part.depth + 1), 0);
    const hasAliases = this.#anchors.size > 0;
    return hasAliases ? this.#counted({ value, size, depth }) : { value, size, depth };
  }

  #map(node: YAMLMap, level: number): Converted {
    const value: MutableJson = {};
    const parts: Converted[] = [];
    for (const { key, value: given } of node.items) {
      if (isMergeKey(key)) {
        for (const source of this.#merged(given, level)) {
          parts.push(source);
          for (const [name, item] of Object.entries(source.value as MutableJson))
            if (!Object.hasOwn(value, name)) setOwn(value, name, item);
        }
      } else {
        const name = this.#key(key);
        const part = this.#convert(given, level + 1);
        parts.push(part);
        setOwn(value, name, part.value);
      }
    }
    return this.#around(value, parts);
  }

  /** The source of a merge: one or several mappings, each written in place or as an alias. */
  #merged(given: unknown, level: number): readonly Converted[] {
    const { value, ...sizes } = this.#convert(given, level);
    const sources = Array.isArray(value) ? (value as readonly Json[]) : [value];
    if (!sources.every(isObject)) this.#fail("a merge (<<) names something that is not a mapping");
    return sources.map((source) => ({ ...sizes, value: source }));
  }

  #key(key: unknown): string {
    if (key === null) return "";
    if (!isScalar(key)) return this.#fail("a key that is not a string");
    if (key.range) this.#line = this.#lineAt(key.range[0]);
    // The digits of a long integer stay as they are.
    return typeof key.value === "bigint" ? String(key.value) : String(this.#scalar(key) ?? "");
  }

  #scalar({ value, source }: Scalar): Json {
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "bigint") {
      const held = Number(value);
      if (Number.isFinite(held) && BigInt(held) === value) return held;
      return this.#fail("a number does not fit a double");
    }
    if (typeof value === "number" && POINT.test(source ?? "")) return source as string;
    if (typeof value !== "number" || !Number.isFinite(value) || Number.isNaN(value)) {
      const isSpelledNumber = typeof value === "number" && /\d/.test(source ?? "");
      return this.#fail(
        isSpelledNumber ? "a number does not fit a double" : "a value that JSON cannot represent; quote it",
      );
    }
    if (!this.#isHeld(value, source ?? String(value))) this.#fail("a number does not fit a double");
    return value;
  }

  /** Of a number with a fraction or an exponent, as YAML may spell it. */
  #isHeld(value: number, source: string): boolean {
    const spelled = this.#version === "1.1" ? source.replaceAll("_", "") : source;
    if (spelled.includes(":")) return Number.isSafeInteger(value) || !Number.isInteger(value);
    return isExactNumber(
      spelled
        .replace(/^\+/, "")
        .replace(/^(-?)\./, "$10.")
        .replace(/\.(?=$|[eE])/, ""),
    );
  }
}

function isMergeKey(key: unknown): boolean {
  if (!isScalar(key) || (key.type !== undefined && key.type !== Scalar.PLAIN)) return false;
  return key.value === "<<" || (typeof key.value === "symbol" && key.value.description === "<<");
}
