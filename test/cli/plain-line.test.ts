import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Platform } from "../../src/cli/context.ts";
import type { Command, Listed, ParsedLine } from "../../src/cli/define-command.ts";
import { UsageFault } from "../../src/cli/errors.ts";
import { parseLine } from "../../src/cli/parse-line.ts";
import { plainLine } from "../../src/cli/plain-line.ts";
import { COMMANDS } from "../../src/cli/program.ts";
import { SHARED } from "../../src/cli/shared-options.ts";
import { draws } from "../support/portion.ts";

const world = { out: () => undefined, err: () => undefined, tool: { name: "pgs", version: "0" } };

/** The line as the parser library reads it; null where it does not, or prints the help. */
async function asLibrary(words: readonly string[], named: Listed): Promise<ParsedLine | null> {
  let read: ParsedLine | null = null;
  const perform = async (line: ParsedLine) => {
    read = line;
    return 0;
  };
  const lines = { world: world as unknown as Platform, isJson: true, named, commands: COMMANDS, perform };
  try {
    await parseLine([named.name, ...words], lines);
  } catch (error) {
    if (!(error instanceof UsageFault)) throw error;
  }
  return read;
}

const VALUES = [
  "a.json",
  "b",
  "5",
  "80.5",
  "2026-01-31",
  "PT5S",
  "f".repeat(64),
  "x=y",
  "-",
  "-1",
  "",
  "--json",
];

/** Words that lines of the command consist of, right and wrong. */
function wordsFor({ options, arguments: operands }: Command): fc.Arbitrary<readonly string[]> {
  const specs = [...Object.values(options), ...Object.values(SHARED)].flatMap((group) => Object.entries(group));
  const values = [...VALUES, ...specs.flatMap(([, { choices = [] }]) => choices)];
  const given = specs.flatMap(([name, { value }]): readonly fc.Arbitrary<readonly string[]>[] =>
    value === undefined
      ? [fc.constant([`--${name}`])]
      : [
          fc.constantFrom(...values).map((one) => [`--${name}`, one]),
          fc.constantFrom(...values).map((one) => [`--${name}=${one}`]),
        ],
  );
  const choices = Object.values(operands).flatMap((one) => one.choices ?? []);
  const single: fc.Arbitrary<readonly string[]> = fc
    .constantFrom("-h", "--", "--nothing", "--quiet=1", ...VALUES, ...choices)
    .map((one) => [one]);
  const operand: fc.Arbitrary<readonly string[]> = fc
    .constantFrom("a.json", "b", ...choices)
    .map((one) => [one]);
  const part = fc.oneof(
    { weight: 6, arbitrary: fc.oneof(...given) },
    { weight: 3, arbitrary: operand },
    { weight: 1, arbitrary: single },
  );
  const needed = Object.values(operands).filter(({ isOptional }) => !isOptional);
  const before = fc.constantFrom(
    needed.map((one) => one.choices?.[0] ?? "a.json"),
    [],
  );
  return fc
    .tuple(before, fc.array(part, { maxLength: 3 }))
    .map(([first, parts]) => [...first, ...parts.flat()]);
}

test("what is read without the parser library is what the library reads, for every command", async () => {
  let plain = 0;
  for (const named of COMMANDS) {
    const command = await named.load();
    const property = fc.asyncProperty(wordsFor(command), async (words) => {
      const line = plainLine(words, command);
      if (line === null) return;
      plain++;
      assert.deepEqual(line, await asLibrary(words, named), `pgs ${named.name} ${words.join(" ")}`);
    });
    await fc.assert(property, { numRuns: draws(60) });
  }
  assert.ok(plain > 5 * COMMANDS.length, `only ${plain} lines were compared`);
});

test("the lines of the help are read without the parser library", async () => {
  for (const named of COMMANDS) {
    const command = await named.load();
    for (const [line] of command.examples) {
      const words = line.split(" ").slice(2);
      if (/["'|>$(]/.test(line) || (await asLibrary(words, named)) === null) continue;
      assert.notEqual(plainLine(words, command), null, line);
    }
  }
});
