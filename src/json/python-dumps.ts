/** JSON text as Python's `json.dumps` writes it by default: what the reference runtime hashes. */

import { endOfString, quoteAscii } from "./text.ts";

/** The text between strings that is rewritten: numbers, separators, white space. */
const RESPELLED = /-?\d[\d.eE+-]*|[,:]|[ \t\n\r]+/g;

/**
 * What `json.dumps(json.loads(text))` gives, members in the order of the text. It works on the text because a
 * parsed value has lost that order and whether a number was written as a fraction. The text must be JSON.
 */
export function pythonDumps(text: string): string {
  const parts: string[] = [];
  for (let offset = 0; offset < text.length; ) {
    const quote = text.indexOf('"', offset);
    const between = text.slice(offset, quote === -1 ? text.length : quote);
    parts.push(between.replace(RESPELLED, respelled));
    if (quote === -1) break;
    offset = endOfString(text, quote);
    parts.push(quoteAscii(JSON.parse(text.slice(quote, offset)) as string));
  }
  return parts.join("");
}

function respelled(token: string): string {
  if (token === "," || token === ":") return `${token} `;
  return /^[-\d]/.test(token) ? spelled(token) : "";
}

/** An integer keeps its digits whatever its size; a number with a point or an exponent is a double. */
function spelled(token: string): string {
  if (token === "-0") return "0";
  if (!/[.eE]/.test(token)) return token;
  const value = Number(token);
  if (!Number.isFinite(value)) return value < 0 ? "-Infinity" : "Infinity";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  if (!Number.isInteger(value)) return `${value}`;
  return Object.is(value, -0) ? "-0.0" : `${value}.0`;
}
