import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parsePointer, pointer } from "../../../src/json/pointer.ts";
import { isObject, type Json, type JsonObject, jsonEqual } from "../../../src/json/value.ts";
import { ScenarioFault } from "../../../src/scenarios/errors.ts";
import { readSource } from "../../../src/scenarios/format/source.ts";
import { PLAYS_ALL, takingTurns } from "../../support/portion.ts";

const it = takingTurns(import.meta.url);

const source = (text: string, file = "a.yaml") => readSource(file, Buffer.from(text));

/** A member of an expectation as somebody may have laid it out; the first line of it has no indentation. */
interface Laid {
  readonly lines: readonly string[];
  readonly value: Json;
}

const laid: fc.Arbitrary<Laid> = fc.constantFrom<Laid>(
  { lines: ["outcome: DONE   # as the owner says"], value: "DONE" },
  { lines: ["'outcome' :   \"DONE\""], value: "DONE" },
  { lines: ["outcome: >", "      folded", "      text", ""], value: "folded text\n" },
  { lines: ["outcome: |-", "      kept", "        as it is"], value: "kept\n  as it is" },
  { lines: ["outcome: { 2041: { v: 9 },   b: [1,2 , 3] }"], value: { "2041": { v: 9 }, b: [1, 2, 3] } },
  {
    lines: ["outcome:", "      2041:", "          v: 9 # nine", "      b:", "      - 1", "      - two"],
    value: { "2041": { v: 9 }, b: [1, "two"] },
  },
  { lines: ["outcome: &mine { a: 1 }"], value: { a: 1 } },
  { lines: ["outcome: *shared"], value: { exit: "COMPLETED", list: [1, 2] } },
  { lines: ["outcome:"], value: null },
);

const filler = fc.constantFrom("# a comment", "    # another, indented", "", "#", "  ", "# Grüße 🎉");

const scalar = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    0,
    -1.5,
    2 ** 60,
    "",
    "plain",
    "no",
    "- dash",
    "a: b",
    "# hash",
    "1",
    "two\nlines\n",
    "it's",
    "*x",
    "{",
  ),
  fc.string({ unit: "grapheme", maxLength: 8 }),
);
/** Merge, tag, anchor and comment signs among them: as a key, each is a text like any other. */
const keys = fc.oneof(
  fc.constantFrom("a", "2041", "b c", "é", "<<", "__proto__", "", "null", "- a", "a: b", "#", "*x", "!!str"),
  fc.string({ unit: "grapheme", maxLength: 4 }),
);

const { value: values } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(keys, tie("value"), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
}));

it("an update changes the lines of the changed place and no other, and says what it should", () => {
  const members = fc.array(fc.tuple(filler, laid, fc.boolean(), values), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      members,
      fc.constantFrom("\n", "\r\n"),
      fc.boolean(),
      fc.boolean(),
      (steps, end, hasBom, isEnded) => {
        const lines: { text: string; isKept: boolean }[] = [];
        const add = (text: string, isKept = true) => lines.push({ text, isKept });
        add("scenario:   S");
        add("shared: &shared { exit: COMPLETED,  list: [ 1, 2 ] }");
        add("steps:");
        const changes: { at: string; value: Json }[] = [];
        for (const [i, [between, { lines: own, value }, isChanged, wanted]] of steps.entries()) {
          add(between);
          add(`  - name:  s${i}`);
          const isTouched = isChanged && !jsonEqual(value, wanted);
          if (isTouched) changes.push({ at: pointer(["steps", i, "outcome"]), value: wanted });
          for (const [n, line] of own.entries())
            add(n === 0 ? `    ${line.replace("mine", `mine${i}`)}` : line, !isTouched);
        }
        add("# the end");
        const text = `${hasBom ? "\uFEFF" : ""}${lines.map(({ text: line }) => line).join(end)}${isEnded ? end : ""}`;
        const changed = source(text).changed(changes);
        const found = source(changed).value;
        for (const { at, value } of changes) assert.deepEqual(reach(found, at), value, changed);
        if (changes.length === 0) assert.equal(changed, text);
        assert.equal(changed.startsWith("\uFEFF"), hasBom);
        const left = changed.split("\n");
        for (const { text: line, isKept } of lines) {
          if (!isKept) continue;
          const whole = left.findIndex((one) => one.replace(/\r$/, "").replace("\uFEFF", "") === line);
          assert.notEqual(whole, -1, `${line} is not in\n${changed}`);
          left.splice(0, whole + 1);
        }
        if (end === "\r\n") assert.ok(!/[^\r]\n/.test(changed), changed);
      },
    ),
    { numRuns: PLAYS_ALL ? 400 : 100 },
  );
});

function reach(value: Json, at: string): Json | undefined {
  let found: Json | undefined = value;
  for (const part of parsePointer(at)) {
    if (Array.isArray(found)) found = found[Number(part)] as Json | undefined;
    else found = isObject(found) ? found[part] : undefined;
  }
  return found;
}

const edits: readonly (readonly [
  about: string,
  text: string,
  at: string,
  value: Json | undefined,
  changed: string,
])[] = [
  [
    "an alias gives way to a value of its own",
    "a: &x { e: 1 }\nb: *x\n",
    "/b/e",
    2,
    "a: &x { e: 1 }\nb: { e: 2 }\n",
  ],
  [
    "what an anchor names changes for itself alone",
    "a: &x { e: 1 }\nb: *x\n",
    "/a/e",
    2,
    "a: &x { e: 2 }\nb: { e: 1 }\n",
  ],
  [
    "what a merge takes over is written beside it",
    "a: &x { e: 1 }\nb:\n  <<: *x\n",
    "/b/e",
    2,
    "a: &x { e: 1 }\nb:\n  <<: *x\n  e: 2\n",
  ],
  [
    "a key that is a number stays the one key",
    "a: { 2041: { v: 9 } }\n",
    "/a/2041/v",
    1,
    "a: { 2041: { v: 1 } }\n",
  ],
  [
    "a member is taken away with its line",
    "a:\n  b: 1\n  c: 2 # two\n  d: 3\n",
    "/a/c",
    undefined,
    "a:\n  b: 1\n  d: 3\n",
  ],
  [
    "a key that would take over what it names is quoted on one line",
    "a: 1\n",
    "/a",
    { "<<": { b: 1 } },
    'a: { "<<": { b: 1 } }\n',
  ],
  [
    "a key that would take over what it names is quoted in lines",
    "a:\n  b: 1\n",
    "/a",
    { c: { "<<": { b: 1 } } },
    'a:\n  c:\n    "<<":\n      b: 1\n',
  ],
  ["such a key is quoted where it is added", "a: { b: 1 }\n", "/a/<<", 2, 'a: { b: 1, "<<": 2 }\n'],
  ["an empty expectation is filled", "a: {} # none\n", "/a", { b: 1 }, "a: { b: 1 } # none\n"],
];

for (const [about, text, at, value, changed] of edits) {
  test(`in an update, ${about}`, () => assert.equal(source(text).changed([{ at, value }]), changed));
}

test("an update of JSON keeps its layout and its numbers", () => {
  const text = '{\n\t"big": 1152921504606846976,\n\t"steps": [1, {"a":1}],\n\t"e": { }\n}';
  const changes = [
    { at: "/e/x", value: [] },
    { at: "/steps/1/a", value: "two" },
  ];
  assert.equal(
    source(text, "a.json").changed(changes),
    '{\n\t"big": 1152921504606846976,\n\t"steps": [1, {"a":"two"}],\n\t"e": {\n\t  "x": []\n\t}\n}',
  );
});

test("what cannot be updated is refused", () => {
  const merged = source("a: &x { e: 1 }\nb:\n  <<: *x\n  c: 1\n");
  assert.throws(
    () => merged.changed([{ at: "/b/e", value: undefined }]),
    (error) => error instanceof ScenarioFault && error.code === "SCENARIO_NOT_UPDATED",
  );
});

test("a file that is not UTF-8 is refused with its line", () => {
  const bytes = Buffer.concat([Buffer.from("a: 1\nb: "), Buffer.of(0xfc), Buffer.from("\n")]);
  assert.throws(
    () => readSource("a.yaml", bytes),
    (error) =>
      error instanceof ScenarioFault &&
      error.code === "SCENARIO_UNREADABLE" &&
      (error.facts as JsonObject)["line"] === 2,
  );
});
