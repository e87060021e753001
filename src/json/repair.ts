/** How to repair a text so that it can be read, without quoting the text, which may contain secrets. */

import type { JsonDefect } from "./parse.ts";
import { isAt, parsePointer } from "./pointer.ts";
import { syntaxRepair, type TextUnit } from "./syntax-repair.ts";
import { endOfString, lineAt, spellings } from "./text.ts";

/**
 * One sentence that can be followed to the letter, and loses nothing; undefined where the defect has none. That of a
 * line says nothing of its number: who prints it says which line it is.
 */
export function repairOf(
  text: string,
  { code, pointer: at }: JsonDefect,
  unit: TextUnit = "file",
): string | undefined {
  switch (code) {
    case "NOT_JSON":
      return binaryRepair(text) ?? syntaxRepair(text, unit);
    case "BYTE_ORDER_MARK":
      return "save the file as UTF-8 without a byte order mark";
    case "CONFLICT_MARKERS":
      return conflictRepair(text);
    case "DUPLICATE_KEY":
      return `remove one of the two members ${at}`;
    case "NUMBER_NOT_HELD":
      return numberRepair(text, at);
    case "LONE_SURROGATE":
      return `in the string at ${at || "the top"}, write the whole character instead of half of its \\u escape`;
    case "NOT_UTF8":
      return binaryRepair(text) ?? "save the file as UTF-8";
    default:
      return undefined;
  }
}

/** By how they begin, read as UTF-8. */
const BINARY: readonly (readonly [begins: string, name: string])[] = [
  ["\x1f\ufffd", "gzip data"],
  ["\ufffdPNG", "a PNG picture"],
  ["\ufffd\ufffd\ufffd", "a JPEG picture"],
  ["PK\x03\x04", "a ZIP file"],
  ["%PDF-", "a PDF file"],
];

/** A document, also where each of its characters has two or four bytes, as some editors save it. */
const DOCUMENT = /^(?:\ufffd\ufffd)?[\0\s]*[{["]/;

/** Of bytes that are no text in any encoding. */
function binaryRepair(text: string): string | undefined {
  if (DOCUMENT.test(text)) return undefined;
  const [, name] = BINARY.find(([begins]) => text.startsWith(begins)) ?? [];
  // No text has one of these controls, whatever its encoding.
  const found = name ?? (/(?![\s\0\u007f-\u009f])\p{Cc}/u.test(text) ? "binary data" : undefined);
  return found && `put JSON text instead of what is there: it is ${found}, not text`;
}

/** A number that no double holds is too large, too exact or too near to zero. */
function numberRepair(text: string, at = ""): string {
  const parts = parsePointer(at);
  const literal = spellings(text, (path) => isAt(path, parts)).get(at);
  if (literal !== undefined && Number(literal) === 0)
    return `change ${at} to 0, or put it in double quotes: it is too near to 0 to be represented exactly`;
  return `change ${at} to a number within ±9007199254740992, or put it in double quotes`;
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
