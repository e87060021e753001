/** What a message tells the reader to type, set or open is there: commands, options, variables, pages. */

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { assertRefused, RELEASE, workspace } from "../sessions/world.ts";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const ROOT = join(import.meta.dirname, "../..");

/** The source without its comments. */
const files = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => {
    const text = readFileSync(join(ROOT, "src", name), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    return { name, text: text.replace(/^\s*\/\/.*$/gm, "") };
  });
const source = files.map(({ text }) => text).join("\n");

let known: Promise<ReadonlyMap<string, ReadonlySet<string>>> | undefined;

/** By command, the options in its help. */
function optionsOf(t: TestContext) {
  known ??= helpOf(workspace(t).session);
  return known;
}

async function helpOf(session: (...argv: string[]) => Promise<{ out: string }>) {
  const { out } = await session("--help");
  const names = [...out.matchAll(/^ {2}([a-z]+)(?: .*)?$/gm)].map(([, name]) => name as string);
  const flagsIn = (help: string) =>
    new Set([...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag]) => flag as string));
  const options = new Map<string, ReadonlySet<string>>([["", flagsIn(out)]]);
  for (const name of names) options.set(name, flagsIn((await session("help", name)).out));
  return options;
}

/** What a sentence has the reader type: the command, and the options up to where the sentence goes on. */
const TYPED = /\bpgs ([a-z]+)((?: (?:--[a-z-]+|[A-Z]+|<[^>]+>|\$\{[^}]*\}))*)/g;
/** A verb, and how files of ours begin. */
const SPOKEN: ReadonlySet<string> = new Set(["runs", "index", "printed"]);

it("every command that a message names is one, and has the options that are named with it", async (t) => {
  const options = await optionsOf(t);
  assert.ok(options.size > 10, "the help lists the commands");
  const wrong: string[] = [];
  let seen = 0;
  for (const { name, text } of files) {
    for (const [typed, command = "", rest = ""] of text.matchAll(TYPED)) {
      if (SPOKEN.has(command)) continue;
      seen++;
      const known = options.get(command);
      const flags = rest.match(/--[a-z-]+/g) ?? [];
      if (known === undefined || flags.some((flag) => !known.has(flag))) wrong.push(`${name}: ${typed}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(seen > 40);
});

// A name behind `var(` or before a colon is a variable of a style sheet.
it("every option that a message names is some command's", async (t) => {
  const options = await optionsOf(t);
  const known = new Set([...options.values()].flatMap((flags) => [...flags]));
  const named = new Set(
    [...source.matchAll(/(?<![-\w}]|var\()--([a-z][a-z-]*[a-z])(?!-*>)\b(?!:)/g)].map(([flag]) => flag),
  );
  assert.deepEqual(
    [...named].filter((flag) => !known.has(flag)),
    [],
  );
});

test("every variable of ours that a message names is read, and every page is in the package", () => {
  const variables = new Set([...source.matchAll(/\$(PGS_[A-Z_]+)/g)].map(([, name]) => name as string));
  assert.deepEqual(
    [...variables].filter((name) => !new RegExp(`\\benv\\["${name}"\\]|["']${name}["']`).test(source)),
    [],
  );
  const { files: shipped } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    files: string[];
  };
  const pages = new Set([...source.matchAll(/\bdocs\/[\w/-]+\.md/g)].map(([page]) => page));
  assert.deepEqual(
    [...pages].filter(
      (page) => !existsSync(join(ROOT, page)) || !shipped.some((one) => `${page}/`.startsWith(`${one}/`)),
    ),
    [],
  );
  assert.ok(variables.size > 3 && pages.size > 0);
});

it("a root that the environment expects is refused with a hint that every command can follow", async (t) => {
  const place = workspace(t);
  const env = { PGS_EXPECT_SEAL: "0".repeat(64) };
  for (const argv of [
    ["list"],
    ["show", RELEASE],
    ["check"],
    ["diff", "protocol_snapshot", "protocol_snapshot"],
  ]) {
    const said = await place.sessionIn({ env }, ...argv);
    assertRefused(said, 3, "SEAL_UNEXPECTED_ROOT");
    const [, root = ""] = /expect ([0-9a-f]{64}) .*\$PGS_EXPECT_SEAL/.exec(said.err) ?? [];
    const again = await place.sessionIn({ env: { PGS_EXPECT_SEAL: root } }, ...argv);
    assert.equal(again.code, 0, again.err);
  }
});
