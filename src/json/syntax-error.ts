/** Finds where a text stops being JSON. The parser's own messages do not help: they change, and they quote the text. */

/** What the grammar allows next. */
export type Place = "value" | "first item" | "first key" | "key" | "colon" | "more";

/** The first unexpected token; if the whole text is a beginning of JSON, its end. */
export interface SyntaxFlaw {
  readonly offset: number;
  /** What is expected instead. */
  readonly place: Place;
  /** The brackets that are still to be closed, outermost first, each by the one that closes it. */
  readonly open: readonly string[];
  /** Where the token before it begins. */
  readonly before: number;
  /** Whether it is a character inside of a string. */
  readonly isInString: boolean;
}

export function syntaxFlaw(text: string): SyntaxFlaw {
  const open: string[] = [];
  let place: Place = "value";
  let before = 0;
  let offset = 0;
  for (;;) {
    const start = spaceEnd(text, offset);
    const token = tokenAt(text, start);
    if ("wrong" in token) {
      const isInString = text[start] === '"' && token.wrong < text.length;
      return { offset: token.wrong, place, open, before, isInString };
    }
    const next = placeAfter(place, text[start] as string, open);
    if (next === undefined) return { offset: start, place, open, before, isInString: false };
    [place, before, offset] = [next, start, token.end];
  }
}

function placeAfter(place: Place, mark: string, open: string[]): Place | undefined {
  if (mark === "]" || mark === "}") {
    const mayClose = place === "more" || place === (mark === "]" ? "first item" : "first key");
    if (!mayClose || open.at(-1) !== mark) return undefined;
    open.pop();
    return "more";
  }
  if (mark === ":") return place === "colon" ? "value" : undefined;
  if (mark === ",") {
    if (place !== "more" || open.length === 0) return undefined;
    return open.at(-1) === "]" ? "value" : "key";
  }
  if (place === "key" || place === "first key") return mark === '"' ? "colon" : undefined;
  if (place !== "value" && place !== "first item") return undefined;
  if (mark !== "[" && mark !== "{") return "more";
  open.push(mark === "[" ? "]" : "}");
  return mark === "[" ? "first item" : "first key";
}

type Token = { readonly end: number } | { readonly wrong: number };

const SPACE = /[ \t\n\r]*/y;
const WORD = /[[\]{},:]|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

function endOf(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function spaceEnd(text: string, start: number): number {
  return endOf(SPACE, text, start) ?? start;
}

function tokenAt(text: string, start: number): Token {
  if (text[start] === '"') return stringAt(text, start);
  const end = endOf(WORD, text, start);
  return end === undefined ? { wrong: start } : { end };
}

function stringAt(text: string, start: number): Token {
  for (let i = start + 1; i < text.length; ) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) return { end: i + 1 };
    const end: number | undefined = unit === 0x5c ? endOf(ESCAPE, text, i) : i + 1;
    if (unit < 0x20 || end === undefined) return { wrong: i };
    i = end;
  }
  return { wrong: text.length };
}
