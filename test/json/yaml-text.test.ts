import assert from "node:assert/strict";
import { test } from "node:test";
import { DEPTH } from "../../src/json/limits.ts";
import { readYamlText, YamlFlaw, type YamlVersion } from "../../src/json/yaml-text.ts";
import { PLAYS_ALL, takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

/** Ten anchors, each ten times the one before. */
const bomb = Array.from({ length: 10 }, (_, i) => {
  const item = i === 0 ? "x" : `*a${i - 1}`;
  return `a${i}: &a${i} [${Array(10).fill(item).join(", ")}]`;
}).join("\n");

const flaws: readonly (readonly [about: string, text: string, line: number])[] = [
  ["an alias of nothing", "a: 1\nb: *nothing", 2],
  ["an alias of what follows it", "a: *b\nb: &b 1", 1],
  ["an alias inside of what it names", "a: 1\nb: &b\n  c: *b", 3],
  ["aliases that stand for more than can be held", bomb, 6],
  ["a merge of a number", "a: 1\nb:\n  <<: 5", 3],
  ["a merge of a list of numbers", "a: 1\nb: { <<: [1, 2] }", 2],
  ["a merge of an alias of a text", "a: &a text\nb: { <<: *a }", 2],
  ["a key twice", "a: 1\na: 2", 2],
  ["a key that is a list", "[1, 2]: 3", 1],
  [
    "more levels than are read",
    `a: 1\nb: ${"[".repeat(DEPTH.document + 5)}${"]".repeat(DEPTH.document + 5)}`,
    2,
  ],
  ["more levels than the parser bears", "[".repeat(20_000), 1],
  [
    "levels that aliases add up to",
    `a: &a ${"[".repeat(400)}${"]".repeat(400)}\nb: ${"[".repeat(400)}*a${"]".repeat(400)}`,
    2,
  ],
  ["a tag of the language", "a: 1\nb: !!binary aGk=", 2],
  ["an unclosed bracket", "a: 1\nb: [1, 2\n", 3],
  ...[
    "9007199254740993",
    "9007199254740993.0",
    "1.0e400",
    "1.0e-400",
    "9".repeat(310),
    ".inf",
    ".nan",
    "0x20000000000001",
  ].map((literal) => [`the number ${literal.slice(0, 20)}`, `a: 1\nb: ${literal}`, 2] as const),
];

for (const version of ["1.1", "1.2"] satisfies YamlVersion[]) {
  for (const [about, text, line] of flaws) {
    test(`${about} is one flaw of YAML ${version}, with its line`, () => {
      assert.throws(
        () => readYamlText(text, version),
        (error) => {
          assert.ok(error instanceof YamlFlaw, String(error));
          assert.equal(error.line, line, error.message);
          return true;
        },
      );
    });
  }

  it(`what YAML ${version} may say is read`, () => {
    const uses = `a: &a { b: 1 }\nc: [${Array(5000).fill("*a").join(", ")}]\nd: { <<: *a, e: 2 }\nf: { <<: [*a, { b: 3, g: 4 }], b: 5 }`;
    assert.deepEqual(readYamlText(uses, version).value, {
      a: { b: 1 },
      c: Array(5000).fill({ b: 1 }),
      d: { b: 1, e: 2 },
      f: { b: 5, g: 4 },
    });
    const keys = '2041: 1\n9007199254740993: 2\n~: 3\ntrue: 4\n"__proto__": 5';
    assert.deepEqual(Object.entries(readYamlText(keys, version).value as object), [
      ["2041", 1],
      ["9007199254740993", 2],
      ["", 3],
      ["true", 4],
      ["__proto__", 5],
    ]);
  });
}

test("numbers are read in every spelling of their version", () => {
  const spelled = "[0x1F, 017, 0b11, 1_000, -1_0, 190:20:30, 1.5e+3, .5, 1., +7, -0.0, 9007199254740992]";
  assert.deepEqual(
    readYamlText(spelled, "1.1").value,
    [31, 15, 3, 1000, -10, 685_230, 1500, 0.5, 1, 7, -0, 9_007_199_254_740_992],
  );
  assert.deepEqual(readYamlText("[0x1F, 0o17, 1e3, +7, 1152921504606846976]", "1.2").value, [
    31,
    15,
    1000,
    7,
    2 ** 60,
  ]);
});

it("very many aliases are read in time", () => {
  const count = PLAYS_ALL ? 200_000 : 40_000;
  const { value } = readYamlText(`a: &a 1\nb: [${Array(count).fill("*a").join(",")}]`, "1.2");
  assert.equal((value as { b: unknown[] }).b.length, count);
});
