/** Values and texts, changed so that their reader meets what it does not expect. */

import { isObject, type Json, type JsonObject, setOwn } from "../src/json/value.ts";
import type { Chance } from "./chance.ts";

const HOSTILE_KEYS = [
  "__proto__",
  "constructor",
  "toString",
  "length",
  "",
  "$",
  "$suppressed",
  "$each",
  "a.b",
  "a/b~",
  "..",
  "\u0000",
  "\u2028",
  "ключ",
  "\u{1F512}",
];

const DEEP = "[".repeat(100_000) + "]".repeat(100_000);

/** Literals that no value serialises to; a text holds them in place of these words. */
const LITERALS: ReadonlyMap<string, string> = new Map(
  ["-0", "1e999", "1E+2", "12345678901234567890123", "0.1000000000000000055", "1e-400", DEEP].map(
    (literal, i) => [`literal of text ${i}`, literal],
  ),
);

const HOSTILE_VALUES: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53 - 1,
  2 ** 53,
  1e308,
  5e-324,
  ...LITERALS.keys(),
  "",
  " ",
  "../../etc/passwd",
  "/dev/zero",
  "a/../../b",
  "$.payload.x",
  "$.results.x.y",
  "$.results.*[0]",
  "{{timestamp}}",
  "{{$.payload.n + 1}}",
  "{{",
  "\u0000\u001b[31m",
  "\ud800",
  "line\r\nbreak",
  "\u{1F512}".repeat(50),
  "a".repeat(5000),
  "(a+)+$",
  "[",
  "2026-13-45T99:99:99Z",
  "-271821-04-20T00:00:00Z",
  "0000-00-00",
  "WF_X_V0",
  "x::CC_Y_V0",
  "EXIT_VIOLATION",
  `sha256:${"0".repeat(64)}`,
  [],
  {},
  [[[]]],
  [null],
  { "": null },
  { $suppressed: "sha256:0" },
  { $suppressed: `sha256:${"0".repeat(64)}` },
];

function nested(depth: number): Json {
  let value: Json = "deep";
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { d: value };
  return value;
}

function hostile(chance: Chance): Json {
  if (chance.once(12)) return nested(chance.one([30, 190, 199, 201, 400, 600, 641, 900]));
  if (chance.once(12)) return Object.fromEntries(HOSTILE_KEYS.map((key) => [key, chance.one(HOSTILE_VALUES)]));
  return chance.one(HOSTILE_VALUES);
}

type Holder = JsonObject | readonly Json[];

function holdersIn(value: Json): readonly Holder[] {
  if (Array.isArray(value)) return [value, ...value.flatMap(holdersIn)];
  return isObject(value) ? [value, ...Object.values(value).flatMap(holdersIn)] : [];
}

type Entry = readonly [string, Json];

/** The value with one place of it changed; what changes to may stand elsewhere in it, or in `others`. */
export function mutated(value: Json, chance: Chance, others: Json = value): Json {
  const all = holdersIn(value);
  if (all.length === 0) return hostile(chance);
  const place = chance.one(all);
  const elsewhere = () => Object.values(chance.one(holdersIn(others)));
  const other = () => (chance.once(2) ? hostile(chance) : (chance.one(elsewhere()) ?? hostile(chance)));
  const entries = changed(Object.entries(place), chance, other);
  const made = Array.isArray(place) ? entries.map(([, item]) => item) : objectOf(entries);
  return replaced(value, place, made);
}

function changed(entries: readonly Entry[], chance: Chance, other: () => Json): readonly Entry[] {
  const at = chance.below(Math.max(1, entries.length));
  const [key, value] = entries[at] ?? ["", null];
  const put = (...items: readonly Entry[]) => [...entries.slice(0, at), ...items, ...entries.slice(at + 1)];
  switch (chance.below(8)) {
    case 0:
      return put();
    case 1:
      return put([chance.one(HOSTILE_KEYS), value]);
    case 2:
      return [...entries, [chance.one(HOSTILE_KEYS), other()]];
    case 3:
      return put(
        ...Array.from({ length: chance.one([2, 3, 300]) }, (_, i) => [`${key}${i || ""}`, value] as Entry),
      );
    case 4: {
      const [second, item] = chance.one([...entries, [key, value] as Entry]);
      return entries.map((one) => (one[0] === key ? [key, item] : one[0] === second ? [second, value] : one));
    }
    case 5:
      return put([key, chance.once(2) ? [value] : { [key]: value }]);
    default:
      return put([key, typeof value === "string" && chance.once(3) ? misspelt(value, chance) : other()]);
  }
}

function misspelt(text: string, chance: Chance): string {
  const at = chance.below(text.length + 1);
  return text.slice(0, at) + chance.one(["", "x", ".", "::", "_V1", " ", "\u0000", "é"]) + text.slice(at + 1);
}

/** Whatever its keys, they are members like any other. */
function objectOf(entries: readonly Entry[]): JsonObject {
  const made = {};
  for (const [key, value] of entries) setOwn(made, key, value);
  return made;
}

function replaced(value: Json, place: Holder, made: Json): Json {
  if (value === place) return made;
  if (Array.isArray(value)) return value.map((item: Json) => replaced(item, place, made));
  if (!isObject(value)) return value;
  return objectOf(Object.entries(value).map(([key, item]) => [key, replaced(item, place, made)]));
}

/** As JSON text, in which numbers may be written as no writer does. */
export function jsonText(value: Json, space?: number): string {
  const text = JSON.stringify(value, null, space);
  return text.replace(/"literal of text \d"/g, (quoted) => LITERALS.get(quoted.slice(1, -1)) as string);
}

const PIECES = [
  '"',
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "\n",
  "\r\n",
  "\t",
  "- ",
  "&a ",
  "*a",
  "<<: ",
  "!!binary ",
  "#",
  "|",
  "?",
  "\u0000",
  "\ufeff",
  "\u2028",
  "\\u0000",
  "\\ud800",
  "```",
];

/** The text with some of its characters or lines changed, whatever it is the text of. */
export function mutatedText(text: string, chance: Chance): string | Buffer {
  const lines = text.split("\n");
  const line = chance.below(lines.length);
  const at = chance.below(text.length + 1);
  switch (chance.below(9)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return lines.toSpliced(line, 1).join("\n");
    case 2:
      return lines
        .toSpliced(line, 0, ...Array<string>(chance.one([1, 2, 500])).fill(lines[line] as string))
        .join("\n");
    case 3:
      return lines.toSpliced(line, 1, lines[chance.below(lines.length)] as string).join("\n");
    case 4:
      return Buffer.concat([
        Buffer.from(text.slice(0, at)),
        Buffer.from([0x80 + chance.below(128)]),
        Buffer.from(text.slice(at)),
      ]);
    case 5:
      return chance.one([
        `\ufeff${text}`,
        text.replaceAll("\n", "\r\n"),
        "",
        `${text}${text}`,
        "\n".repeat(3) + text,
      ]);
    default:
      return text.slice(0, at) + chance.one(PIECES) + text.slice(at + chance.below(2));
  }
}
