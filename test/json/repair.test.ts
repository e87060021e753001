/** A text that cannot be read is met with what to type, which never quotes the text. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { type JsonDefect, readObject, readObjectText } from "../../src/json/parse.ts";
import { depthOf, repairOf } from "../../src/json/repair.ts";
import { utf8 } from "../../src/json/text.ts";
import { draws, takingTurns } from "../support/portion.ts";
import { followRepair } from "./follow-repair.ts";

const it = takingTurns(import.meta.url);

function defectOf(text: string): JsonDefect {
  const read = readObjectText(text);
  assert.ok("defect" in read, text);
  return read.defect;
}

const repairOfText = (text: string) => repairOf(text, defectOf(text));

const repairs: readonly (readonly [about: string, text: string, repair: string | undefined])[] = [
  ["no comma between members", '{"a": 1\n "b": 2}', "write `,` before column 2 of line 2"],
  ["no comma between items", '{"a": [1 2]}', "write `,` before column 10 of line 1"],
  ["no colon", '{"a" 1}', "write `:` before column 6 of line 1"],
  ["a comma behind the last member", '{"a": 1,\n}', "remove the comma at column 8 of line 1"],
  ["a comma behind the last item", '{"a": [1,]}', "remove the comma at column 9 of line 1"],
  ["a list that is not closed", '{"a": [1}', "write `]` before column 9 of line 1"],
  [
    "an end before all is closed",
    '{"a": [{',
    "write `}]}` at the end if nothing else is missing there, otherwise get the complete file again",
  ],
  ["an end behind a comma", '{"a": 1,', "get the complete file again: this one ends in the middle"],
  [
    "something behind the end",
    '{"a": 1}\n{"b": 2}',
    "put each value into its own file: this file contains several",
  ],
  [
    "an end behind a value",
    '{"a": [1',
    "write `]}` at the end if nothing else is missing there, otherwise get the complete file again",
  ],
  ["a key without quotes", "{a: 1}", "put the word at column 2 of line 1 in double quotes"],
  ["a text without quotes", '{"a": b}', "put the word at column 7 of line 1 in double quotes"],
  ["another language's truth", '{"a": True}', "write `true` instead of the word at column 7 of line 1"],
  ["a number that is none", '{"a": NaN}', "write `null` instead of the word at column 7 of line 1"],
  ["single quotes", "{'a': 1}", "put the text at column 2 of line 1 in double quotes instead of single ones"],
  ["a text that does not end", '{"a": "b}', "get the complete file again: this one ends in the middle"],
  ["a byte order mark", '\ufeff{"a": 1}', "save the file as UTF-8 without a byte order mark"],
  [
    "a comment at the end of a line",
    '{"a": 1, // one\n"b": 2}',
    "remove the comment at column 10 of line 1: JSON has none",
  ],
  [
    "a comment before all",
    '/* the\nfirst */ {"a": 1}',
    "remove the comment at column 1 of line 1: JSON has none",
  ],
  [
    "typographic quotes",
    "{“a”: 1}",
    "put the text at column 2 of line 1 in double quotes instead of typographic ones",
  ],
  [
    "YAML",
    "# ours\na: 1\nb: two\n",
    "write it as JSON, members in braces, names and texts in double quotes: this is YAML",
  ],
  ["a closing bracket too many", '{"a": 1}}', "remove everything from column 9 of line 1 on"],
  ["two flaws, of which the first is told", '{"a": 1 "b": 2,}', "write `,` before column 9 of line 1"],
  ["a key twice", '{"a": {"b": 1, "b": 2}}', "remove one of the two members /a/b"],
  [
    "an integer that no double holds",
    '{"a": 9007199254740993}',
    "change /a to a number within ±9007199254740992, or put it in double quotes",
  ],
  [
    "a number that is too near to 0",
    '{"a": 0.1e-400}',
    "change /a to 0, or put it in double quotes: it is too near to 0 to be represented exactly",
  ],
  [
    "half a surrogate pair",
    '{"a": "\\ud800"}',
    "in the string at /a, write the whole character instead of half of its \\u escape",
  ],
  ["an end behind a name", '{"a":', "get the complete file again: this one ends in the middle"],
  ["nothing", " \n", "write the JSON document: it is empty, and an object without members is `{}`"],
  [
    "a number that may be a code",
    '{"a": 007}',
    "put the number at column 7 of line 1 in double quotes if it is a name or a code, otherwise remove its leading zeros",
  ],
  [
    "a decimal comma",
    '{"a": 1,5}',
    "correct what is at column 9 of line 1, where a name in double quotes should be",
  ],
  [
    "something behind the end that is no JSON",
    '{"a": 1} ours',
    "move everything from column 10 of line 1 on into another file: the JSON document ends there",
  ],
  [
    "an unfinished merge",
    '{\n<<<<<<< a\n"x": 1\n=======\n"x": 2\n>>>>>>> b\n}',
    "delete lines 2 and 4 to 6 to keep one side, or lines 2 to 4 and 6 to keep the other",
  ],
  [
    "an unfinished merge that shows what was before",
    '{\n<<<<<<< a\n"x": 1\n||||||| c\n"x": 0\n=======\n"x": 2\n>>>>>>> b\n}',
    "delete lines 2 and 4 to 8 to keep one side, or lines 2 to 6 and 8 to keep the other",
  ],
];

for (const [about, text, repair] of repairs) {
  test(`${about} is met with what to type`, () => assert.equal(repairOfText(text), repair));
}

/** One way to write JSON almost: what it makes of a text, and where. */
const SLIPS: readonly (readonly [about: string, slip: (text: string) => string])[] = [
  ["single quotes", (text) => text.replace(/"(\w*)"/, "'$1'")],
  ["single quotes around double ones", (text) => text.replace(/: "(\w*)"/, `: '$1'`)],
  ["backticks", (text) => text.replace(/"(\w*)"/, "`$1`")],
  ["typographic quotes", (text) => text.replace(/"(\w*)"/, "“$1”")],
  ["a name without quotes", (text) => text.replace(/"(\w+)":/, "$1:")],
  ["a text without quotes", (text) => text.replace(/: "([a-z]\w*)"/, ": $1")],
  ["a plus sign", (text) => text.replace(/: (\d)/, ": +$1")],
  ["no digit before the point", (text) => text.replace(/: (-?)0\./, ": $1.")],
  ["no digit behind the point", (text) => text.replace(/: (-?\d+)(,?)$/m, ": $1.$2")],
  ["grouped digits", (text) => text.replace(/: (\d)(\d)/, ": $1_$2")],
  [
    "hexadecimal digits",
    (text) => text.replace(/: (\d+)(?=,|\n)/, (_, digits) => `: 0x${Number(digits).toString(16)}`),
  ],
  ["an equals sign", (text) => text.replace('":', '" =')],
  ["an arrow", (text) => text.replace('":', '" =>')],
  ["a semicolon", (text) => text.replace(",\n", ";\n")],
  ["no comma", (text) => text.replace(",\n", "\n")],
  ["no colon", (text) => text.replace('": ', '" ')],
  ["a comma too many", (text) => text.replace(/\n\}/, ",\n}")],
  ["no end", (text) => text.replace(/\n\}$/, "\n")],
  ["an end too many", (text) => `${text}}`],
  ["something behind the end", (text) => `${text};`],
  ["a comment", (text) => text.replace("\n", " // ours\n")],
  ["a comment before all", (text) => `# ours\n${text}`],
  ["outer quotes", (text) => `'${text}'`],
  ["a fence", (text) => `\`\`\`json\n${text}\n\`\`\``],
  ["no braces", (text) => text.slice(1, -1)],
  ["no first brace", (text) => text.slice(1)],
  ["another language's null", (text) => text.replace(/: null/, ": None")],
  ["another language's truth", (text) => text.replace(/: true/, ": True")],
  [
    "no-break spaces",
    (text) => text.replaceAll(/\n {2}(?=")|(?<=":) /g, (all) => all.replaceAll(" ", "\u00a0")),
  ],
  [
    "white space of typography",
    (text) => `\u200b${text.replace("\n", "\n\u3000\u2009").replace(/\n\}$/, "\u2028}\ufeff")}`,
  ],
  ["a form feed", (text) => `${text}\n\f`],
  ["a raw tab", (text) => text.replace("\\t", "\t")],
  ["a raw line break", (text) => text.replace("\\n", "\n")],
  ["a raw backslash", (text) => text.replace("\\\\", "\\")],
];

const value = fc.oneof(
  fc.integer({ min: -9999, max: 9999 }),
  fc.constantFrom(0.5, -0.25, 12.5),
  fc.constantFrom(null, true, false),
  fc
    .stringMatching(/^[a-z]\w{0,6}$/)
    .filter((text) => !/^(?:true|false|null|none|nil|undefined|nan|inf|infinity)$/i.test(text)),
  fc.constantFrom("tab\there", "line\nbreak", "C:\\qir", "it's", 'say "x"', "", "2026-01-31", "a b c"),
);
const document = fc.dictionary(fc.stringMatching(/^[a-z]\w{0,6}$/), value, { minKeys: 1, maxKeys: 5 });

for (const [about, slip] of SLIPS) {
  it(`with ${about}, following the hints to the letter ends in the same document, or is told that it is none`, () => {
    fc.assert(
      fc.property(document, (meant) => {
        let text = slip(JSON.stringify(meant, null, 2));
        for (let steps = 0; steps < 30; steps++) {
          const read = readObjectText(text);
          if ("value" in read) {
            assert.deepEqual({ ...read.value }, { ...meant }, text);
            return;
          }
          const repair = repairOf(text, read.defect);
          assert.ok(repair !== undefined, `no hint for ${text}`);
          const next = followRepair(text, repair);
          if (next === undefined)
            return assert.match(
              repair,
              /^write it as JSON, |^take the whole file again|^correct what is at /,
              text,
            );
          text = next;
        }
        assert.fail(`the hints come to no end: ${text}`);
      }),
    );
  });
}

test("a text of another format is to be written as JSON, and none of it is to be removed", () => {
  const others: readonly (readonly [text: string, name: string])[] = [
    ['change_id = "x"\n', "TOML"],
    ['[release]\nchange_id = "x"\n', "TOML"],
    ["change_id: x\n", "YAML"],
    ["- a\n- b\n", "YAML"],
    ["a,b\n1,2\n", "not JSON"],
    ["1,2\n3,4\n", "not JSON"],
    ['"a","b"\n"c","d"\n', "not JSON"],
    ["release it, please", "not JSON"],
    ["<release/>", "XML"],
    ["'x'", "not JSON"],
  ];
  for (const [text, name] of others) {
    assert.equal(
      repairOfText(text),
      `write it as JSON, members in braces, names and texts in double quotes: this is ${name}`,
    );
  }
});

test("no text that is not JSON is without a hint", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."{}[]\":,'`=+-.0a \n\t\\#/") })),
      (text) => {
        const read = readObjectText(text);
        if ("defect" in read && read.defect.code === "NOT_JSON") assert.ok(repairOf(text, read.defect));
      },
    ),
    { numRuns: draws(2000) },
  );
});

test("white space that JSON does not have is named and removed, and does not join what it separates", () => {
  const rest = ": outside of strings, JSON has only spaces, tabs and line breaks";
  const marks = [..."\v\f\u0085\u00a0\u1680\u2003\u200b\u2028\u2029\u202f\u205f\u2060\u3000"];
  const before = fc.constantFrom("", "{", '{"a"', '{"a":', '{"a": 1,', '{"a": [1', '{"a": 1}');
  fc.assert(
    fc.property(before, fc.constantFrom(...marks), (start, mark) => {
      const code = mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
      const repair = repairOfText(`${start}${mark}${'{"a": 1}'.slice(start.length)}`) ?? "";
      assert.match(
        repair,
        new RegExp(`^remove the [a-z -]+ \\(U\\+${code}\\) at column ${start.length + 1} of line 1`),
      );
      assert.ok(repair.endsWith(rest), repair);
    }),
  );
  const joined = "write a space instead of the no-break space (U+00A0) at column 8 of line 1";
  assert.equal(repairOfText('{"a": 1\u00a02}'), `${joined}${rest}`);
});

test("bytes that are no text in any encoding are called so, and texts in another encoding are not", () => {
  const read = (bytes: Uint8Array) => {
    const found = readObject(bytes);
    assert.ok("defect" in found);
    return repairOf(utf8(bytes), found.defect) ?? "";
  };
  const binary: readonly (readonly [name: string, bytes: Uint8Array])[] = [
    ["gzip data", gzipSync('{"a": 1}')],
    ["a PNG picture", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex")],
    ["a JPEG picture", Buffer.from("ffd8ffe000104a46494600", "hex")],
    ["a ZIP file", Buffer.from("504b03041400000008007b7d", "hex")],
    ["a PDF file", Buffer.from("%PDF-1.7\n")],
    ["binary data", Buffer.from("7f454c4602010100ff", "hex")],
  ];
  for (const [name, bytes] of binary)
    assert.equal(read(bytes), `put JSON text instead of what is there: it is ${name}, not text`);
  const text = '{"a": "\u00e9\u0416"}';
  const wide = Buffer.from(`\ufeff${text}`, "utf16le");
  for (const bytes of [Buffer.from(text, "latin1"), wide, Buffer.from(wide).swap16()])
    assert.equal(read(bytes), "save the file as UTF-8");
  assert.match(repairOfText('{"a": "\u0001"}') ?? "", /^write `\\u0001` instead of the control character/);
});

test("a text that is not UTF-8 is to be saved as that", () => {
  assert.equal(repairOf("", { code: "NOT_UTF8", line: 1 }), "save the file as UTF-8");
});

test("whatever stands in the text, the repair does not say it", () => {
  const secret = "s3cr3t";
  const spoilt = fc.constantFrom(
    `{"k": ${secret}`,
    `{${secret}: 1`,
    `{"k": '${secret}'`,
    `{"k": "${secret}" 1`,
  );
  fc.assert(
    fc.property(spoilt, fc.constantFrom("}", "", ",}", "]"), (start, end) => {
      assert.doesNotMatch(repairOfText(`${start}${end}`) ?? "", new RegExp(secret));
    }),
  );
});

test("the depth of a text counts brackets, not those inside of strings", () => {
  assert.deepEqual(['{"a":[[]]}', '{"[[[\\"[": 1}', "1"].map(depthOf), [3, 1, 0]);
});
