/** How to repair a text so that it can be read, without quoting the text, which may contain secrets. */

import { endOfString, type JsonDefect, lineAt } from "./json.ts";
import { type SyntaxFlaw, syntaxFlaw } from "./syntax-error.ts";

/** One sentence that can be followed literally; undefined if no repair is known. */
export function repairOf(text: string, { code, pointer }: JsonDefect): string | undefined {
  switch (code) {
    case "NOT_JSON":
      return syntaxRepair(text);
    case "BYTE_ORDER_MARK":
      return "save the file as UTF-8 without a byte order mark";
    case "CONFLICT_MARKERS":
      return conflictRepair(text);
    case "DUPLICATE_KEY":
      return `remove one of the two members ${pointer}`;
    case "NUMBER_NOT_HELD":
      return `change ${pointer} to a number within ±9007199254740992, or put it in double quotes`;
    case "NOT_UTF8":
      return "save the file as UTF-8";
    default:
      return undefined;
  }
}

/** How to keep one side of the first conflict; a base between the sides is removed with the other side. */
function conflictRepair(text: string): string | undefined {
  const [start, base, middle, end] = ["<{7} ", "\\|{7} ", "={7}$", ">{7} "].map((mark) => {
    const found = new RegExp(`^${mark}`, "m").exec(text);
    return found === null ? undefined : lineAt(text, found.index);
  });
  if (start === undefined || middle === undefined || end === undefined) return undefined;
  const theirs = base === undefined || base > middle ? middle : base;
  return `delete lines ${start} and ${theirs} to ${end} to keep one side, or lines ${start} to ${middle} and ${end} to keep the other`;
}

function syntaxRepair(text: string): string | undefined {
  const flaw = syntaxFlaw(text);
  if (flaw.place === "value" && flaw.open.length === 0 && YAML.test(text))
    return "write it as JSON, members in braces, names and texts in double quotes: this is YAML";
  if (flaw.offset >= text.length && text.trim() !== "" && !isClosable(flaw))
    return "get the complete file again: this one ends in the middle";
  const spoilt = { ...flaw, text, there: position(text, flaw.offset) };
  return repairs(spoilt).find(({ repaired }) => isFurther(repaired, flaw.offset, text))?.say;
}

/** How many levels a text nests. */
export function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  const marks = /["[\]{}]/g;
  for (let match = marks.exec(text); match !== null; match = marks.exec(text)) {
    const [mark] = match;
    if (mark === '"') marks.lastIndex = endOfString(text, match.index);
    else if (mark === "[" || mark === "{") deepest = Math.max(deepest, ++depth);
    else depth--;
  }
  return deepest;
}

interface Repair {
  readonly say: string;
  readonly repaired: string;
}

/** The text and its unexpected token. */
interface Spoilt extends SyntaxFlaw {
  readonly text: string;
  /** Where that is, for people. */
  readonly there: string;
}

/** In the order in which they are tried. */
function repairs(spoilt: Spoilt): readonly Repair[] {
  const { text, offset, place, open } = spoilt;
  if (offset >= text.length) return isClosable(spoilt) ? [closed(spoilt)] : [];
  const uncommented = withoutComment(spoilt);
  if (uncommented !== undefined) return [uncommented];
  if (place === "more" && open.length === 0)
    return [/^[{[]/.test(text.slice(offset)) ? apart(spoilt) : cut(spoilt)];
  return [...requoted(spoilt), ...reworded(spoilt), ...repunctuated(spoilt)];
}

/** Names and values, one per line, before any JSON syntax. */
const YAML = /^(?:---[^\n]*\n|#[^\n]*\n|\s)*(?:- )?[A-Za-z_][\w-]*:(?:\s|$)/;

/** Whether a text that ends there may lack nothing but brackets. */
function isClosable({ place }: SyntaxFlaw): boolean {
  return place !== "key" && place !== "colon" && place !== "value";
}

function withoutComment({ text, offset, there }: Spoilt): Repair | undefined {
  const comment = /^(?:\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)/.exec(text.slice(offset))?.[0];
  if (comment === undefined) return undefined;
  const repaired = `${text.slice(0, offset)}${text.slice(offset + comment.length)}`;
  return { say: `remove the comment at ${there}: JSON has none`, repaired };
}

/** JSON Lines or several documents: all of them must be kept. */
function apart({ text, offset }: Spoilt): Repair {
  const say = "put each value into its own file: this file contains several";
  return { say, repaired: text.slice(0, offset) };
}

function closed({ text, open }: Spoilt): Repair {
  const rest = [...open].reverse().join("");
  const say = `write ${quoted(rest)} at the end if nothing else is missing there, otherwise get the complete file again`;
  return { say, repaired: `${text}${rest}` };
}

function cut({ text, offset, there }: Spoilt): Repair {
  return { say: `remove everything from ${there} on`, repaired: text.slice(0, offset) };
}

function put({ text, offset }: Spoilt, what: string, length = 0): string {
  return `${text.slice(0, offset)}${what}${text.slice(offset + length)}`;
}

function requoted(spoilt: Spoilt): readonly Repair[] {
  const found = /^(?:'([^'\n]*)'|[“”„‟«»‘’‚]([^“”„‟«»‘’‚"\n]*)[“”„‟«»‘’‚])/.exec(
    spoilt.text.slice(spoilt.offset),
  );
  if (found === null) return [];
  const [all, single, inner = single ?? ""] = found;
  const kind = single === undefined ? "typographic" : "single";
  const say = `put the text at ${spoilt.there} in double quotes instead of ${kind} ones`;
  return [{ say, repaired: put(spoilt, JSON.stringify(inner), all.length) }];
}

function reworded(spoilt: Spoilt): readonly Repair[] {
  const { text, offset, place, there } = spoilt;
  const word = /^[\w.+-]+/.exec(text.slice(offset))?.[0];
  if (word === undefined || place === "more" || place === "colon") return [];
  const literal = place.endsWith("key") ? undefined : LITERALS.get(word.toLowerCase());
  return literal === undefined
    ? [
        {
          say: `put the word at ${there} in double quotes`,
          repaired: put(spoilt, JSON.stringify(word), word.length),
        },
      ]
    : [
        {
          say: `write ${quoted(literal)} instead of the word at ${there}`,
          repaired: put(spoilt, literal, word.length),
        },
      ];
}

function repunctuated(spoilt: Spoilt): readonly Repair[] {
  const { text, before, open, there } = spoilt;
  const withoutComma = {
    say: `remove the comma at ${position(text, before)}`,
    repaired: put({ ...spoilt, offset: before }, "", 1),
  };
  const marks = [",", ":", ...open.slice(-1)].map((mark) => ({
    say: `write ${quoted(mark)} before ${there}`,
    repaired: put(spoilt, mark),
  }));
  return text[before] === "," ? [withoutComma, ...marks] : marks;
}

/** What other languages call these values. */
const LITERALS: ReadonlyMap<string, string> = new Map([
  ["true", "true"],
  ["false", "false"],
  ...["null", "none", "nil", "undefined", "nan"].map((word) => [word, "null"] as const),
]);

function isFurther(repaired: string, offset: number, text: string): boolean {
  try {
    JSON.parse(repaired);
    return true;
  } catch {
    // Still not JSON: what matters is whether the text after the place can be read now.
    return repaired.length - syntaxFlaw(repaired).offset < text.length - offset;
  }
}

const quoted = (mark: string) => `\`${mark}\``;

function position(text: string, offset: number): string {
  const lines = text.slice(0, offset).split("\n");
  return `column ${(lines.at(-1) as string).length + 1} of line ${lines.length}`;
}
