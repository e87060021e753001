/** A text that cannot be read is met with what to type, which never quotes the text. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type JsonDefect, readObjectText } from "../../src/json/json.ts";
import { depthOf, repairOf } from "../../src/json/repair.ts";

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
