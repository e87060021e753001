/** What every command declares holds together, and is what its help says. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Command as Parser } from "commander";
import { type Command, defineCommand, shownOptions } from "../../src/cli/define-command.ts";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { commandManual, helpText } from "../../src/cli/help.ts";
import { choice, count, file, flag, optionalArgument, repeatable } from "../../src/cli/option.ts";
import { addCommand } from "../../src/cli/parser.ts";
import { COMMANDS } from "../../src/cli/program.ts";
import { SHARED } from "../../src/cli/shared-options.ts";

/** What the command's action would be called for. */
async function parse(command: Command, argv: readonly string[]) {
  const parser = new Parser("x").exitOverride().configureOutput({ writeErr: () => undefined });
  const lines: Parameters<Command["perform"]>[0][] = [];
  addCommand(parser, command, async (line) => {
    lines.push(line);
  });
  await parser.parseAsync([...argv], { from: "user" });
  const [line] = lines;
  assert.ok(line, argv.join(" "));
  return line;
}

const WIDTHS = [40, 80, 200];

for (const listed of COMMANDS) {
  const { name, summary } = listed;
  test(`pgs ${name}: its examples can be typed, its options are in groups, its exit codes have a meaning`, async () => {
    const command = await listed.load();
    assert.match(summary, /^[a-z].*[^.]$/);
    for (const [line, does] of command.examples) {
      const [program, called, ...argv] = line.replace(/ > .*$/, "").split(" ");
      assert.deepEqual([program, called], ["pgs", name]);
      await parse(command, argv);
      assert.match(does, /^[a-z].*[^.]$/);
    }
    const groups = shownOptions(command);
    const own = Object.values(command.options).flatMap((group) => Object.keys(group));
    const names = Object.values(groups).flatMap((group) => Object.keys(group));
    assert.equal(new Set(names).size, names.length, "an option is in one group");
    assert.deepEqual([...own, ...command.shared].sort(), [...names].sort());
    for (const code of Object.keys(command.exitCodes)) assert.ok(code in EXIT, code);
    assert.ok(command.exitCodes.SUCCESS);
    for (const spec of Object.values(groups).flatMap((group) => Object.values(group)))
      assert.match(spec.description, /^[a-zA-Z].*[^.]$/);
    const help = helpText(commandManual(listed, command), 80);
    for (const option of names) assert.match(help, new RegExp(`^ {2}--${option}\\b`, "m"));
    for (const option of Object.values(SHARED).flatMap((group) => Object.keys(group)))
      assert.equal(new RegExp(`^ {2}--${option}\\b`, "m").test(help), names.includes(option), option);
    for (const width of WIDTHS)
      for (const line of helpText(commandManual(listed, command), width).split("\n"))
        assert.ok(line.length <= width || line.startsWith("  $ ") || !line.trim().includes(" "), line);
  });
}

const sample = defineCommand({
  arguments: { place: optionalArgument("a place") },
  options: {
    Sample: {
      "max-hops": count("hops", 5, 10),
      level: choice("LEVEL", ["low", "high"], "a level", "low"),
      key: repeatable(file("a key")),
      "no-png": flag("no picture"),
    },
  },
  shared: ["json"],
  examples: [
    ["pgs sample", "a"],
    ["pgs sample", "b"],
  ],
  exitCodes: { SUCCESS: true },
  async action(request) {
    // Each value has the type that its declaration gives it, and no other name compiles.
    const { place, maxHops, level, key, noPng } = request;
    const typed: readonly [string | undefined, number, "low" | "high", readonly string[], boolean] = [
      ...([place, maxHops, level, key, noPng] as const),
    ];
    // @ts-expect-error a mistyped option
    const mistyped = request.maxHop;
    return typed.length + (mistyped === undefined ? 0 : 1) === 5 && performed(typed) ? 0 : 1;
  },
});

let last: unknown;
function performed(values: unknown): boolean {
  last = values;
  return true;
}

test("an action gets the typed values of what was given, and the defaults of the rest", async () => {
  const cases: readonly (readonly [line: string, values: readonly unknown[]])[] = [
    ["", [undefined, 5, "low", [], false]],
    ["here --max-hops 7 --level high --key a --key=b --no-png", ["here", 7, "high", ["a", "b"], true]],
  ];
  for (const [line, values] of cases) {
    const parsed = await parse(
      sample,
      line.split(" ").filter((word) => word !== ""),
    );
    assert.equal(await sample.perform(parsed, {} as never), 0);
    assert.deepEqual(last, values);
  }
});

test("a value that an option does not take is refused while the line is read", async () => {
  for (const line of [
    "--max-hops 0",
    "--max-hops 11",
    "--level middle",
    "--key=",
    "--level low --level low",
    "--nope",
    "a b",
  ])
    await assert.rejects(parse(sample, line.split(" ")), line);
});
