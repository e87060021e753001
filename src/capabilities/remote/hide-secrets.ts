/** Removes secrets from what a server answers: one that repeats them would else bring them into the trace. */

import { isObject, type Json } from "../../json/value.ts";

export const HIDDEN = "***";

/** Whatever a server makes of a secret on its way back: its letters in either case, escaped for JSON or for an address, or in Base64. */
export class SecretHider {
  /** Null where there are no secrets. */
  readonly #pattern: RegExp | null;

  constructor(secrets: readonly string[]) {
    const spellings = secrets.flatMap((secret) => [secret, ...base64Of(secret)]).map(patternOf);
    this.#pattern = spellings.length === 0 ? null : new RegExp(spellings.join("|"), "gi");
  }

  inText(text: string): string {
    return this.#pattern === null ? text : text.replace(this.#pattern, HIDDEN);
  }

  /** In names of members, too; a number that spells a secret becomes a text. */
  inJson(value: Json): Json {
    if (this.#pattern === null) return value;
    if (typeof value === "string") return this.inText(value);
    if (typeof value === "number") return this.inText(String(value)) === String(value) ? value : HIDDEN;
    if (Array.isArray(value)) return value.map((item: Json) => this.inJson(item));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [this.inText(name), this.inJson(member)]),
    );
  }
}

/** In a text that goes through Base64, the secret begins at any of three places; what its neighbours decide is left out. */
function base64Of(secret: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor((bytes.length * 8) / 6);
    return bytes.toString("base64").slice(first, last);
  });
}

function patternOf(text: string): string {
  return Array.from(text, characterPattern).join("");
}

/** The repetitions are limited, so that a long row of backslashes takes no longer than any other text. */
function characterPattern(character: string): string {
  const hex = character.charCodeAt(0).toString(16).padStart(2, "0");
  const escaped = [`\\\\{1,3}u00${hex}`, `%(?:25){0,2}${hex}`];
  const literal = `\\\\{0,3}\\x${hex}`;
  return `(?:${[literal, ...escaped, ...(TWINS[character] ?? [])].join("|")})`;
}

/** A space in a form; the last two digits of Base64 in an address. */
const TWINS: Readonly<Record<string, readonly string[]>> = {
  " ": ["\\+"],
  "+": ["-"],
  "/": ["_"],
  "\t": ["\\\\{1,3}t"],
};
