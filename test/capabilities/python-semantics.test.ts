/** Words, case, equality, numbers and patterns are those of Python, asked of the Python of this machine. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { caseFold } from "../../src/capabilities/case-folding.ts";
import {
  pythonFloat,
  pythonInt,
  pythonKey,
  pythonStrip,
  pythonWords,
} from "../../src/capabilities/python-json.ts";
import { PatternError, pythonPattern } from "../../src/capabilities/python-pattern.ts";
import { registry } from "../../src/capabilities/registry.ts";
import { trialSources } from "../../src/capabilities/trial.ts";
import { pythonEqual } from "../../src/json/python-equal.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { takingTurns } from "../support/portion.ts";
import { askPython, samples, skipWithoutPython as skip } from "../support/python.ts";

const it = takingTurns(import.meta.url);

/** Characters about which the two languages could disagree, and plain ones. */
const telling = fc.constantFrom(
  ..."aAzZ09_-.|, \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\ufeff\u200b\u180e",
  ..."ßẞſKÅΣσςİıǅﬁŉΐꭰᏰ𐐀é٣５𝟙²Ⅷ文😀",
);
const text = fc.string({ unit: telling, maxLength: 12 });

function assertAlike(values: readonly Json[], here: (value: Json) => unknown, there: readonly Json[]): void {
  for (const [i, value] of values.entries()) assert.deepEqual(here(value), there[i], JSON.stringify(value));
}

it("every character that Unicode 15.1 has is folded as Python folds it", { skip }, (t) => {
  const [version, ...folded] = askPython(
    "unicodedata.unidata_version if v == 0 else [[c, chr(c).casefold()] for c in range(v, v + 0x8800) if not 0xd800 <= c < 0xe000 and c < 0x110000 and chr(c).casefold() != chr(c)]",
    Array.from({ length: 33 }, (_, i) => i * 0x8800 || 1).toSpliced(0, 0, 0),
  );
  if (!["14.0.0", "15.0.0", "15.1.0"].includes(String(version))) return t.skip(`Python has Unicode ${version}`);
  const table = new Map(folded.flat() as unknown as [number, string][]);
  assert.ok(table.size > 1500);
  for (let point = 0; point < 0x110000; point++) {
    if (point >= 0xd800 && point < 0xe000) continue;
    const character = String.fromCodePoint(point);
    if (caseFold(character) !== (table.get(point) ?? character)) assert.fail(`U+${point.toString(16)}`);
  }
});

test("texts are folded, split and stripped as Python does it", { skip }, () => {
  const texts = samples(text);
  const found = askPython("[v.casefold(), v.split(), v.strip()]", texts);
  assertAlike(texts, (one) => [caseFold(`${one}`), pythonWords(`${one}`), pythonStrip(`${one}`)], found);
});

const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, false, 0, 1, -0, 2, 1.5, "", "1", "a", "A", "true"),
    fc.array(tie("value"), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("a", "b", "__proto__"), tie("value"), { maxKeys: 2 }),
  ),
})).value;

it("values are equal where Python says so, and then alone have they one key", { skip }, () => {
  const pairs = samples(
    fc.oneof(
      fc.tuple(value, value),
      value.map((one): [Json, Json] => [one, one]),
    ),
    800,
  );
  const found = askPython("v[0] == v[1]", pairs);
  assert.ok(found.includes(true) && found.includes(false));
  for (const [i, [a, b]] of pairs.entries()) {
    assert.equal(pythonEqual(a, b), found[i], JSON.stringify([a, b]));
    assert.equal(pythonKey(a) === pythonKey(b), found[i], JSON.stringify([a, b]));
  }
});

const numeral = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."0123_.eE+- \n５٣"), maxLength: 8 }),
  fc.constantFrom(
    "inf",
    "-Infinity",
    "nan",
    "1_0",
    "1__0",
    "_1",
    "1e5",
    ".5",
    "5.",
    "٣٤",
    " 7\u3000",
    "\ufeff7",
  ),
);

it("a text spells the number that Python reads in it, or none", { skip }, () => {
  const texts = samples(numeral);
  const floats = askPython("repr(float(v))", texts).map((one) => (one === null ? null : String(one)));
  const repr = (number: number | undefined) => (number === undefined ? null : number);
  for (const [i, one] of texts.entries()) {
    const there = floats[i] === null ? null : Number(String(floats[i]).replace("inf", "Infinity"));
    assert.deepEqual(repr(pythonFloat(one)), there, JSON.stringify(one));
  }
  const integers = askPython("str(int(v))", texts);
  assertAlike(texts, (one) => pythonInt(one)?.toString() ?? null, integers);
});

/** Parts of which expressions are made; some of them are none. */
const part = fc.constantFrom(
  ...[
    "a",
    "b",
    "é",
    ".",
    "\\d",
    "\\w",
    "\\s",
    "\\D",
    "\\W",
    "\\S",
    "\\b",
    "\\.",
    "\\-",
    "\\/",
    "\\@",
    "\\t",
    "\\x41",
  ],
  ...[
    "[a-c]",
    "[^a]",
    "[]a]",
    "[^]a]",
    "[\\w-]",
    "[\\d_]",
    "[.-]",
    "[a\\-z]",
    "[\\]]",
    "(?:a|b)",
    "(a)",
    "(?P<n>a)",
  ],
  ...[
    "(?P=n)",
    "\\1",
    "^",
    "$",
    "\\A",
    "\\Z",
    "|",
    "(?=a)",
    "(?!b)",
    "{",
    "}",
    "]",
    "-",
    "/",
    "#",
    "\n",
    "😀",
    "{2}",
  ],
  ...["{1,}", "{,2}", "{0,1}", "*", "+", "?", "*?", "(", ")", "["],
);
const expression = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(""));
const subject = fc.string({ unit: fc.constantFrom(..."abcAé.-_/@#{}]\t\n 0５😀\u2028"), maxLength: 4 });

it("a text matches an expression as a whole where Python's does; what is read here is one there", {
  skip,
}, (t) => {
  const pairs = samples(fc.tuple(expression, subject), 4000);
  const found = askPython("re.fullmatch(v[0], v[1]) is not None", pairs);
  let read = 0;
  for (const [i, [pattern, one]] of pairs.entries()) {
    let compiled: RegExp;
    try {
      compiled = pythonPattern(pattern);
    } catch (error) {
      assert.ok(error instanceof PatternError, String(error));
      continue;
    }
    if (found[i] === null) continue;
    read++;
    assert.equal(compiled.test(one), found[i], JSON.stringify([pattern, one]));
  }
  const valid = found.filter((one) => one !== null).length;
  t.diagnostic(`${read} of ${valid} expressions that Python reads were read`);
  assert.ok(read > valid * 0.8, `${read} of ${valid}`);
});

it("rules, filters and sets answer as a Python program of the same words does", { skip }, () => {
  const cases = samples(
    fc.record({ record: fc.dictionary(fc.constantFrom("a", "b"), value, { maxKeys: 2 }), wanted: value }),
    300,
  );
  const there = askPython(
    "[[r for r in [v['record']] if r.get('a') == v['wanted']], v['wanted'] in list(v['record'].values())]",
    cases as unknown as Json[],
  );
  const answer = (code: string, input: JsonObject) => {
    const declared = registry.transform(code);
    assert.ok(declared);
    return declared.answer(input, trialSources(declared));
  };
  for (const [i, { record, wanted }] of cases.entries()) {
    const [selected, isMember] = there[i] as [Json, boolean];
    const source = [record];
    const chosen = answer("book_library_mgmt::CT_PURE_SELECT_RECORDS_V0", { source, filter: { a: wanted } });
    assert.deepEqual(chosen, { result: { extracted: selected } });
    const allowed_set = Object.values(record);
    const member = answer("capability_transforms::CT_PURE_VALIDATE_SET_MEMBERSHIP_V0", {
      value: wanted,
      allowed_set,
    });
    assert.equal("result" in member, isMember, JSON.stringify([record, wanted]));
  }
});
