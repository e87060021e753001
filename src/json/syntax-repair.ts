/** What to type where a text stops being JSON. No repair loses anything that the text says. */

import { type Place, type SyntaxFlaw, syntaxFlaw } from "./syntax-error.ts";

interface Repair {
  readonly hint: string;
  readonly repaired: string;
}

/** What a text is the whole of, where the repair is read. */
export type TextUnit = "file" | "line";

/** The text and its unexpected token. */
interface Spoilt extends SyntaxFlaw {
  readonly text: string;
  readonly unit: TextUnit;
  /** Where that is, for people. */
  readonly there: string;
}

/** One sentence that can be followed to the letter, or that says what the text is instead of JSON. */
export function syntaxRepair(text: string, unit: TextUnit = "file"): string {
  if (text.trim() === "") return "write the JSON document: it is empty, and an object without members is `{}`";
  const flaw = syntaxFlaw(text);
  const other = otherFormat(text, flaw);
  if (other !== undefined)
    return `write it as JSON, members in braces, names and texts in double quotes: this is ${other}`;
  if (flaw.offset >= text.length && !isClosable(flaw))
    return `get the complete ${unit} again: this one ends in the middle`;
  const spoilt = { ...flaw, text, unit, there: position({ text, unit }, flaw.offset) };
  return (
    repairs(spoilt).find(({ repaired }) => isFurther(repaired, flaw.offset, text))?.hint ??
    `correct what is at ${spoilt.there}, where ${EXPECTED[flaw.place]} should be`
  );
}

const EXPECTED: Readonly<Record<Place, string>> = {
  value: "a value",
  "first item": "a value or `]`",
  "first key": "a name in double quotes or `}`",
  key: "a name in double quotes",
  colon: "`:` and a value",
  more: "`,` or a closing bracket",
};

/** Of texts that are no attempt at JSON. Comments and blank lines may come before. */
const FORMATS: readonly (readonly [name: string, begins: RegExp])[] = [
  ["YAML", /^(?:---[^\n]*\n|#[^\n]*\n|\s)*(?:[A-Za-z_][\w-]*:(?:\s|$)|- )/],
  ["TOML", /^(?:#[^\n]*\n|\s)*(?:\[\[?[A-Za-z][\w.-]*\]\]?[ \t]*\n[^=]*=|[A-Za-z_][\w.-]*[ \t]*=)/],
  ["XML", /^\s*</],
];

/** What a text is that does not begin as a JSON document does; undefined for one that does, perhaps inside of marks. */
function otherFormat(text: string, { place, open, offset }: SyntaxFlaw): string | undefined {
  const found = FORMATS.find(([, begins]) => begins.test(text));
  if (found !== undefined) return found[0];
  if (open.length > 0 || /^\s*[[{]/.test(text) || SPACE.test(text.slice(offset))) return undefined;
  const isMarked =
    place === "value" && (COMMENT.test(text.slice(offset)) || MARKED.some((one) => one.test(text)));
  return isMarked || inBraces(text) !== undefined || (offset >= text.length && text.trimStart().startsWith('"'))
    ? undefined
    : "not JSON";
}

/** In the order in which they are tried. */
function repairs(spoilt: Spoilt): readonly Repair[] {
  const { text, offset, place, open, isInString } = spoilt;
  if (offset >= text.length) return isClosable(spoilt) ? [closed(spoilt)] : [];
  if (isInString) return escaped(spoilt);
  const cleared = withoutComment(spoilt) ?? withoutSpace(spoilt);
  if (cleared !== undefined) return [cleared];
  if (open.length === 0) return place === "value" ? unmarked(spoilt) : behindTheEnd(spoilt);
  return [...exchanged(spoilt), ...requoted(spoilt), ...runRepairs(spoilt), ...repunctuated(spoilt)];
}

/** Whether a text that ends there may lack nothing but brackets. */
function isClosable({ place }: SyntaxFlaw): boolean {
  return place !== "key" && place !== "colon" && place !== "value";
}

function closed({ text, open, unit }: Spoilt): Repair {
  const rest = [...open].reverse().join("");
  const hint = `write ${quoted(rest)} at the end if nothing else is missing there, otherwise get the complete ${unit} again`;
  return { hint, repaired: `${text}${rest}` };
}

// ---- around the document ----

const COMMENT = /^(?:\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)/;

function withoutComment(spoilt: Spoilt): Repair | undefined {
  const comment = COMMENT.exec(spoilt.text.slice(spoilt.offset))?.[0];
  if (comment === undefined) return undefined;
  const hint = `remove the comment at ${spoilt.there}: JSON has none`;
  return { hint, repaired: put(spoilt, "", comment.length) };
}

/** White space of other notations, and characters that nobody sees. */
const SPACE = /^[^\S \t\n\r]|^[\u0085\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/;

const SPACES: Readonly<Record<string, string>> = {
  "\v": "vertical tab",
  "\f": "form feed",
  "\u00a0": "no-break space",
  "\u200b": "zero-width space",
  "\u2028": "line separator",
  "\u2029": "paragraph separator",
  "\u202f": "narrow no-break space",
  "\u3000": "ideographic space",
  "\ufeff": "byte order mark",
};

function withoutSpace(spoilt: Spoilt): Repair | undefined {
  const [mark] = SPACE.exec(spoilt.text.slice(spoilt.offset)) ?? [];
  if (mark === undefined) return undefined;
  const { text, offset, there } = spoilt;
  const code = `U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  // Without it, two words or numbers would become one.
  const separates = /[\w.+-]$/.test(text.slice(0, offset)) && /^[\w.+-]/.test(text.slice(offset + 1));
  const verb = separates ? "write a space instead of" : "remove";
  const hint = `${verb} the ${SPACES[mark] ?? "invisible character"} (${code}) at ${there}: outside of strings, JSON has only spaces, tabs and line breaks`;
  return { hint, repaired: put(spoilt, separates ? " " : "", 1) };
}

const FENCED = /^\s*```[^\n]*\n([\s\S]*?)\n```\s*$/;
const QUOTED = /^\s*['`“”„‟«»‘’‚]([[{][\s\S]*[\]}])['`“”„‟«»‘’‚]\s*$/;
const MARKED = [FENCED, QUOTED];

/** What a shell, or a page of text, put around a document. */
function unmarked({ text }: Spoilt): readonly Repair[] {
  const fenced = FENCED.exec(text)?.[1];
  const inner = QUOTED.exec(text)?.[1];
  const whole = inBraces(text);
  if (fenced !== undefined)
    return [{ hint: "remove the first and the last line, which only enclose the document", repaired: fenced }];
  if (inner !== undefined)
    return [{ hint: "remove the outer quotes, before the first bracket and after the last", repaired: inner }];
  return whole === undefined ? [] : [whole];
}

/** Members without the braces around them, or without the first one. */
function inBraces(text: string): Repair | undefined {
  if (!/^\s*"/.test(text)) return undefined;
  return [
    { hint: "write `{` at the beginning", repaired: `{${text}` },
    { hint: "write `{` at the beginning and `}` at the end", repaired: `{${text}}` },
  ].find(({ repaired }) => isJson(repaired));
}

/** Several documents, of which none is to be lost; or one, and something behind it. */
function behindTheEnd({ text, offset, there, unit }: Spoilt): readonly Repair[] {
  const whole = inBraces(text);
  if (whole !== undefined) return [whole];
  const repaired = text.slice(0, offset);
  const rest = text.slice(offset);
  if (/^[\]},;\s]*$/.test(rest)) return [{ hint: `remove everything from ${there} on`, repaired }];
  const hint = /^,?\s*[{[]/.test(rest)
    ? `put each value into its own ${unit}: this ${unit} contains several`
    : `move everything from ${there} on into another ${unit}: the JSON document ends there`;
  return [{ hint, repaired }];
}

// ---- one character or mark for another ----

const ESCAPES: Readonly<Record<string, string>> = { "\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\" };

/** A string that does not end on its line, or holds a character that has to be escaped. */
function escaped(spoilt: Spoilt): readonly Repair[] {
  const { text, offset, there } = spoilt;
  const mark = text[offset] as string;
  const sequence = ESCAPES[mark] ?? `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const name =
    { "\t": "tab", "\n": "line break", "\r": "line break", "\\": "backslash" }[mark] ?? "control character";
  const escaping = {
    hint: `write ${quoted(sequence)} instead of the ${name} at ${there}`,
    repaired: put(spoilt, sequence, 1),
  };
  if (name !== "line break") return [escaping];
  const closing = { hint: `write ${quoted('"')} before ${there}`, repaired: put(spoilt, '"') };
  return isJson(closing.repaired) ? [closing] : [escaping];
}

/** What other notations write for `:` and `,`. */
function exchanged(spoilt: Spoilt): readonly Repair[] {
  const [mark] = /^(?:=>|=|;)/.exec(spoilt.text.slice(spoilt.offset)) ?? [];
  if (mark === undefined) return [];
  const replacement = mark === ";" ? "," : ":";
  return [
    {
      hint: `write ${quoted(replacement)} instead of ${quoted(mark)} at ${spoilt.there}`,
      repaired: put(spoilt, replacement, mark.length),
    },
  ];
}

const QUOTES: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ["single", /^'((?:[^'\\\n]|\\.)*)'/],
  ["backtick", /^`((?:[^`\\\n]|\\.)*)`/],
  ["typographic", /^[“”„‟«»‘’‚]([^“”„‟«»‘’‚\n]*)[“”„‟«»‘’‚]/],
];

function requoted(spoilt: Spoilt): readonly Repair[] {
  const rest = spoilt.text.slice(spoilt.offset);
  return QUOTES.flatMap(([kind, pattern]) => {
    const found = pattern.exec(rest);
    if (found === null) return [];
    const [all, inner = ""] = found;
    const isDouble = /(?<!\\)"/.test(inner);
    const isOther = /\\['`]/.test(inner);
    const hint = [
      `put the text at ${spoilt.there} in double quotes instead of ${kind} ones`,
      ...(isDouble ? ['write `\\"` for each double quote in it'] : []),
      ...(isOther ? ["remove the backslash before each quote of another kind in it"] : []),
    ].join(", and ");
    const text = inner.replace(/\\(['`])/g, "$1").replace(/(?<!\\)"/g, '\\"');
    return [{ hint, repaired: put(spoilt, `"${text}"`, all.length) }];
  });
}

function repunctuated(spoilt: Spoilt): readonly Repair[] {
  const { text, offset, before, open, there } = spoilt;
  const withoutComma = {
    hint: `remove the comma at ${position(spoilt, before)}`,
    repaired: put({ ...spoilt, offset: before }, "", 1),
  };
  const marks = [",", ":", ...open.slice(-1)].map((mark) => ({
    hint: `write ${quoted(mark)} before ${there}`,
    repaired: put(spoilt, mark),
  }));
  return text[before] === "," && /[\]},]/.test(text[offset] ?? "") ? [withoutComma, ...marks] : marks;
}

// ---- words and numbers ----

/** Characters without quotes around them, up to where a value or a name ends. */
interface Run {
  readonly start: number;
  readonly run: string;
}

/** Where a number or a word goes on as none does, the run begins with it. */
function runOf({ text, offset, place, before }: Spoilt): Run | undefined {
  const isGoingOn = place === "more" && offset > 0 && /[\w.+-]/.test(text[offset - 1] as string);
  const start = isGoingOn ? before : offset;
  if ((place === "more" && !isGoingOn) || place === "colon") return undefined;
  const isName = place.endsWith("key");
  const run = (isName ? /^[^:=,[\]{}"'\n]+/ : /^[^,[\]{}"'\n]+/)
    .exec(text.slice(start))?.[0]
    .replace(/\s(?:\/\/|\/\*|#).*/s, "")
    .trimEnd();
  if (run === undefined || run === "" || (isName && !/^\s*[:=]/.test(text.slice(start + run.length))))
    return undefined;
  return { start, run };
}

function runRepairs(spoilt: Spoilt): readonly Repair[] {
  const found = runOf(spoilt);
  if (found === undefined) return [];
  const { run, start } = found;
  const { text, place } = spoilt;
  const instead = (what: string): string => put({ text, offset: start }, what, run.length);
  const at = (index: number) => position(spoilt, start + index);
  const there = at(0);
  const known = place.endsWith("key") ? [] : [...literal(run, there, instead), ...numeric(run, at, instead)];
  if (known.length > 0) return known;
  const isWord = /^[\w.+-]+$/.test(run);
  const hint = isWord
    ? `put the word at ${there} in double quotes`
    : `put the text from ${there} to ${at(run.length - 1)} in double quotes`;
  const slashes = run.includes("\\") ? ", and write `\\\\` for each backslash in it" : "";
  return [{ hint: `${hint}${slashes}`, repaired: instead(JSON.stringify(run)) }];
}

type Instead = (what: string) => string;

/** What other languages call these values. */
const LITERALS: ReadonlyMap<string, string> = new Map([
  ["true", "true"],
  ["false", "false"],
  ...["null", "none", "nil", "undefined", "nan"].map((word) => [word, "null"] as const),
]);

function literal(run: string, there: string, instead: Instead): readonly Repair[] {
  const replacement = LITERALS.get(run.toLowerCase());
  if (replacement !== undefined)
    return [
      { hint: `write ${quoted(replacement)} instead of the word at ${there}`, repaired: instead(replacement) },
    ];
  if (!/^[+-]?inf(?:inity)?$/i.test(run)) return [];
  const hint = `put the word at ${there} in double quotes: JSON has no infinite numbers`;
  return [{ hint, repaired: instead(JSON.stringify(run)) }];
}

/** Numbers as other notations spell them, each by one step towards JSON's spelling. */
function numeric(run: string, at: (index: number) => string, instead: Instead): readonly Repair[] {
  const point = run.indexOf(".");
  const zeroed = (index: number): Repair => {
    return {
      hint: `write \`0\` before ${at(index)}`,
      repaired: instead(`${run.slice(0, index)}0${run.slice(index)}`),
    };
  };
  if (/^\+[\d.][\d.eE+-]*$/.test(run))
    return [{ hint: `remove the \`+\` at ${at(0)}`, repaired: instead(run.slice(1)) }];
  if (/^-?\.\d+(?:[eE][+-]?\d+)?$/.test(run)) return [zeroed(point)];
  if (/^-?\d+\.(?:[eE][+-]?\d+)?$/.test(run)) return [zeroed(point + 1)];
  if (/^-?0+\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(run)) {
    const hint = `put the number at ${at(0)} in double quotes if it is a name or a code, otherwise remove its leading zeros`;
    return [{ hint, repaired: instead(JSON.stringify(run)) }];
  }
  if (/^-?\d+(?:_\d+)+(?:\.\d+)?$/.test(run))
    return [
      { hint: `remove each \`_\` from the number at ${at(0)}`, repaired: instead(run.replaceAll("_", "")) },
    ];
  if (/^0(?:x[\da-f]+|o[0-7]+|b[01]+)$/i.test(run))
    return [{ hint: `write the number at ${at(0)} in decimal digits`, repaired: instead(String(BigInt(run))) }];
  return [];
}

// ---- text ----

function put({ text, offset }: Pick<Spoilt, "text" | "offset">, what: string, length = 0): string {
  return `${text.slice(0, offset)}${what}${text.slice(offset + length)}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether more of the text can be read, or all of it. */
function isFurther(repaired: string, offset: number, text: string): boolean {
  return isJson(repaired) || repaired.length - syntaxFlaw(repaired).offset < text.length - offset;
}

const quoted = (mark: string) => `\`${mark}\``;

function position({ text, unit }: Pick<Spoilt, "text" | "unit">, offset: number): string {
  const lines = text.slice(0, offset).split("\n");
  const column = `column ${(lines.at(-1) as string).length + 1}`;
  return unit === "line" ? column : `${column} of line ${lines.length}`;
}
