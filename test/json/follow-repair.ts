/** Follows a repair of JSON text to the letter, as somebody does who knows nothing but what it says. */

import assert from "node:assert/strict";

type Follow = (text: string, ...words: string[]) => string;

const QUOTE = /^['`“”„‟«»‘’‚]/;

const FOLLOWED: readonly (readonly [RegExp, Follow])[] = [
  [/^remove the (?:comma|`\+`) at column (\d+) of line (\d+)$/, (text, ...at) => splice(text, at, /^[,+]/, "")],
  [
    /^remove the comment at column (\d+) of line (\d+): /,
    (text, ...at) => splice(text, at, /^(?:\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)/, ""),
  ],
  [
    /^(remove|write a space instead of) the [a-z -]+ \(U\+([\dA-F]{4})\) at column (\d+) of line (\d+): /,
    (text, verb, code, ...at) => splice(text, at, new RegExp(`^\\u${code}`), verb === "remove" ? "" : " "),
  ],
  [/^remove everything from column (\d+) of line (\d+) on$/, (text, ...at) => splice(text, at, /^[\s\S]*/, "")],
  [
    /^remove each `_` from the number at column (\d+) of line (\d+)$/,
    (text, ...at) => splice(text, at, /^[\d_]+/, (all) => all.replaceAll("_", "")),
  ],
  [/^remove the outer quotes, /, (text) => text.trim().slice(1, -1)],
  [/^remove the first and the last line, /, (text) => text.trim().split("\n").slice(1, -1).join("\n")],
  [
    /^write `(.+)` before column (\d+) of line (\d+)$/,
    (text, mark, ...at) => splice(text, at, /^/, () => mark),
  ],
  [
    /^write `\{` at the beginning( and `\}` at the end)?$/,
    (text, both) => `{${text}${both === undefined ? "" : "}"}`,
  ],
  [/^write `(.+)` at the end if nothing else is missing there,/, (text, mark) => text + mark],
  [
    /^write `(.+)` instead of the word at column (\d+) of line (\d+)$/,
    (text, word, ...at) => splice(text, at, /^\w+/, word),
  ],
  [
    /^write `(.+)` instead of the (?:tab|line break|backslash|control character) at column (\d+) of line (\d+)$/,
    (text, mark, ...at) => splice(text, at, /^[\s\S]/, () => mark),
  ],
  [
    /^write `([,:])` instead of `(=>|=|;)` at column (\d+) of line (\d+)$/,
    (text, mark, other, ...at) => splice(text, at, new RegExp(`^${other}`), mark),
  ],
  [
    /^write the number at column (\d+) of line (\d+) in decimal digits$/,
    (text, ...at) => splice(text, at, /^\w+/, (all) => String(Number(all))),
  ],
  [
    /^put the (?:word|number) at column (\d+) of line (\d+) in double quotes/,
    (text, ...at) => splice(text, at, /^[\w.+-]+/, (all) => `"${all}"`),
  ],
  [
    /^put the text from column (\d+) of line (\d+) to column (\d+) of line \d+ in double quotes(, and write `\\\\` for each backslash in it)?$/,
    (text, column, line, end, slashes) =>
      splice(text, [column, line], new RegExp(`^.{${Number(end) - Number(column) + 1}}`), (all) =>
        slashes === undefined ? `"${all}"` : `"${all.replaceAll("\\", "\\\\")}"`,
      ),
  ],
  [
    /^put the text at column (\d+) of line (\d+) in double quotes instead of (?:single|backtick|typographic) ones(, and write `\\"` for each double quote in it)?(, and remove the backslash before each quote of another kind in it)?$/,
    (text, column, line, doubles, others) =>
      splice(
        text,
        [column, line],
        /^['`“”„‟«»‘’‚](?:[^'`“”„‟«»‘’‚\\]|\\.|(?<=^[“”„‟«»‘’‚][\s\S]*)['`])*['`“”„‟«»‘’‚]/,
        (all) => {
          assert.match(all, QUOTE);
          const inner = all.slice(1, -1);
          const unescaped = others === undefined ? inner : inner.replace(/\\(['`])/g, "$1");
          return `"${doubles === undefined ? unescaped : unescaped.replace(/(?<!\\)"/g, '\\"')}"`;
        },
      ),
  ],
];

/** The text after the repair; undefined for one that says that the text is not JSON, or cannot be known. */
export function followRepair(text: string, repair: string): string | undefined {
  for (const [pattern, follow] of FOLLOWED) {
    const [, ...words] = pattern.exec(repair) ?? [];
    if (pattern.test(repair)) return follow(text, ...words);
  }
  return undefined;
}

/** The offset of a column of a line; both count from 1. */
function offsetOf(text: string, [column, line]: readonly (string | undefined)[]): number {
  const before = text.split("\n").slice(0, Number(line) - 1);
  return before.reduce((sum, one) => sum + one.length + 1, 0) + Number(column) - 1;
}

function splice(
  text: string,
  at: readonly (string | undefined)[],
  what: RegExp,
  put: string | ((found: string) => string | undefined) | undefined,
): string {
  const offset = offsetOf(text, at);
  const rest = text.slice(offset);
  assert.match(rest, what, `${JSON.stringify(text)} at ${at.join(":")}`);
  return (
    text.slice(0, offset) + rest.replace(what, (all) => (typeof put === "function" ? put(all) : put) ?? "")
  );
}
