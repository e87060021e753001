/** The pages of the commands, and the manual pages of the package, are those of the declarations. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { authoringPage, capabilitiesPage, commandPages, manualPages, stale } from "../../bin/docs.mts";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const ROOT = join(import.meta.dirname, "../..");

test("docs/commands is up to date", async () => {
  const pages = await commandPages();
  assert.deepEqual(stale(join(ROOT, "docs/commands"), pages), [], "npm run docs writes it");
  const others = new Map([...pages, ["run.md", "something else"], ["new.md", ""]]);
  assert.deepEqual([...stale(join(ROOT, "docs/commands"), others)].sort(), ["new.md", "run.md"]);
});

test("the tables of docs/authoring.md are those of the schemas", () => {
  const page = readFileSync(join(ROOT, "docs/authoring.md"), "utf8");
  assert.ok(page === authoringPage(), "npm run docs writes it");
  assert.match(page, /^\| \*\*`core\.nodes\.<NAME>\.type`\*\* \| `IN`, `CC`, `EXIT` \|/m);
});

test("the reference in docs/capabilities.md is up to date", () => {
  const page = readFileSync(join(ROOT, "docs/capabilities.md"), "utf8");
  assert.equal(page, capabilitiesPage(page), "npm run docs writes it");
});

test("the package names each manual page", async () => {
  const { man } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { man: string[] };
  const names = [...(await manualPages()).keys()].map((name) => `./dist/man/${name}`);
  assert.deepEqual([...man].sort(), names.sort());
});

test("a manual page holds no character that its format reads otherwise", async () => {
  for (const [name, text] of await manualPages()) {
    assert.match(text, /^[ -~\n]*$/, name);
    for (const line of text.split("\n")) assert.match(line, /^(?!['.])|^\.(?:TH|SH|TP|B|BR)\b/, name);
  }
});

const groff = { skip: spawnSync("groff", ["--version"]).status === 0 ? false : "there is no groff" };

it("groff takes every manual page without a warning", groff, async () => {
  for (const [name, input] of await manualPages()) {
    const { status, stderr } = spawnSync("groff", ["-man", "-ww", "-z"], { input, encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""], name);
  }
});
