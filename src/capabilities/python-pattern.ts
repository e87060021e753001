/** Regular expressions as Python's `re` reads them, for `re.fullmatch` on text. */

/** What only one of the two languages has, or what means another thing in the other. */
export class PatternError extends Error {}

/** Nothing before, or behind. */
const START = "(?<![\\s\\S])";
const END = "(?![\\s\\S])";
const DIGIT = "\\p{Nd}";
const WORD = "\\p{L}\\p{N}_";
const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

/** By letter after a backslash, what it stands for in a set; the capital letter stands for everything else. */
const SETS: ReadonlyMap<string, string> = new Map([
  ["d", DIGIT],
  ["w", WORD],
  ["s", SPACE],
]);
const CONTROLS: ReadonlyMap<string, string> = new Map([
  ["a", "\\x07"],
  ["f", "\\f"],
  ["n", "\\n"],
  ["r", "\\r"],
  ["t", "\\t"],
  ["v", "\\v"],
]);
const ANCHORS: ReadonlyMap<string, string> = new Map([
  ["A", START],
  ["Z", END],
  ["b", `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`],
  ["B", `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))`],
]);
const GROUPS = /^\((?:\?(?::|=|!|<=|<!|P<([A-Za-z_]\w*)>|P=([A-Za-z_]\w*)\)))?/;
const QUANTIFIER = /^(?:[*+?]|\{(\d*)(,?)(\d*)\})(\??)/;

/** @throws PatternError for what is no such expression, or uses what this reading does not know */
export function pythonPattern(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${translated(pattern)})$`, "u");
  } catch (cause) {
    if (!(cause instanceof SyntaxError) && !(cause instanceof PatternError)) throw cause;
    throw new PatternError("it is not a regular expression", { cause });
  }
}

function translated(pattern: string): string {
  let out = "";
  let at = 0;
  const take = (text: string, as: string) => {
    at += text.length;
    out += as;
  };
  while (at < pattern.length) {
    const rest = pattern.slice(at);
    const quantifier = QUANTIFIER.exec(rest);
    const group = GROUPS.exec(rest);
    if (quantifier !== null && isRepetition(quantifier)) take(quantifier[0], repetition(quantifier, rest));
    else if (group !== null) take(group[0], groupOf(group, rest));
    else if (rest.startsWith("[")) {
      const set = setOf(rest);
      take(set.source, set.as);
    } else if (rest.startsWith("\\")) {
      const escaped = escapeOf(rest);
      take(escaped.source, escaped.as);
    } else {
      const character = String.fromCodePoint(rest.codePointAt(0) as number);
      take(character, PLAIN.get(character) ?? literal(character));
    }
  }
  return out;
}

/** `.` is all but a line feed, and `$` is also before a line feed at the end. */
const PLAIN: ReadonlyMap<string, string> = new Map([
  [".", "[^\\n]"],
  ["^", START],
  ["$", `(?=\\n?${END})`],
  ["|", "|"],
  [")", ")"],
]);

/** Braces that hold no count are characters. */
function isRepetition([text, least, comma, most]: RegExpExecArray): boolean {
  if (!text.startsWith("{")) return true;
  return least !== "" || (comma === "," && most !== "") ? true : comma === "," && text.startsWith("{,}");
}

function repetition([text, least, comma, most, lazy]: RegExpExecArray, rest: string): string {
  const next = rest[text.length];
  if (next === "+" || (next !== undefined && "*?".includes(next)))
    throw new PatternError("a repetition of a repetition, or one that gives nothing back");
  return text.startsWith("{") ? `{${least === "" ? "0" : least}${comma}${most}}${lazy}` : text;
}

function groupOf([text, named, again]: RegExpExecArray, rest: string): string {
  if (named !== undefined) return `(?<${named}>`;
  if (again !== undefined) return `\\k<${again}>`;
  if (text === "(" && rest[1] === "?") throw new PatternError("a group of another kind");
  return text;
}

interface Translation {
  readonly source: string;
  readonly as: string;
}

function escapeOf(rest: string): Translation {
  const source = /^\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[1-9]\d?|[\s\S])/u.exec(rest)?.[0];
  if (source === undefined) throw new PatternError("a backslash at the end");
  const name = source.slice(1);
  const set = SETS.get(name.toLowerCase());
  if (set !== undefined && name.length === 1)
    return { source, as: `[${name === name.toLowerCase() ? "" : "^"}${set}]` };
  if (/^[1-9]/.test(name)) return { source, as: `(?:\\${name})` };
  return { source, as: ANCHORS.get(name) ?? characterOf(name) };
}

function characterOf(name: string): string {
  if (/^[xuU][\da-fA-F]+$/.test(name)) return literal(String.fromCodePoint(Number.parseInt(name.slice(1), 16)));
  const control = CONTROLS.get(name);
  if (control !== undefined) return control;
  if (/^[A-Za-z0-9]/.test(name)) throw new PatternError("an escape of another kind");
  return literal(name);
}

/** A set of characters, from its bracket on; `]` is a member where it comes first. */
function setOf(rest: string): Translation {
  const source = /^\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]/u.exec(rest)?.[0];
  if (source === undefined) throw new PatternError("a set without an end");
  const isNegated = source.startsWith("[^");
  const members = [...memberTokens(source.slice(isNegated ? 2 : 1, -1))];
  return { source, as: `[${isNegated ? "^" : ""}${members.map(memberOf).join("")}]` };
}

function memberTokens(members: string): readonly string[] {
  const token = /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[\s\S])|[\s\S]/gu;
  return members.match(token) ?? [];
}

/** A hyphen between two characters makes a range in both languages; at an end, or beside a set, it is a member. */
function memberOf(token: string, index: number, all: readonly string[]): string {
  if (token === "-" && index > 0 && index < all.length - 1) return "-";
  if (!token.startsWith("\\")) return literal(token);
  const name = token.slice(1);
  const set = SETS.get(name.toLowerCase());
  if (set === undefined || name.length > 1) return name === "b" ? "\\x08" : characterOf(name);
  if (all[index - 1] === "-" && index > 1) throw new PatternError("a range that ends with a set");
  return name === name.toLowerCase() ? set : complement(name.toLowerCase(), set);
}

/** In a set, what is not in another set, where the language has a name for it. */
function complement(name: string, set: string): string {
  if (name === "d") return "\\P{Nd}";
  throw new PatternError(`all but ${set} within a set`);
}

/** The character itself, whatever it means elsewhere in an expression. */
function literal(character: string): string {
  return /^\w$/.test(character) ? character : `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
}
