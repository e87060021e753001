/** What the page says of the source is so. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/architecture.md"), "utf8");

const linesOf = (file: string) => readFileSync(join(root, file), "utf8").split("\n").length - 1;

test("the files to read first are there, and have fewer than 1000 lines together", () => {
  const [, section = ""] = page.split("## What to read first");
  const files = [...section.matchAll(/`(src\/[^`]+\.ts)`/g)].map(([, file]) => file as string);
  assert.ok(files.length > 5);
  const counts = files.map((file) => [file, linesOf(file)] as const);
  const sum = counts.reduce((total, [, lines]) => total + lines, 0);
  assert.ok(sum < 1000, `${sum} lines: ${counts.map((count) => count.join(" ")).join(", ")}`);
});

test("the import rule has the order that is checked", () => {
  const script = readFileSync(join(root, "bin/import-order.mts"), "utf8");
  const [, order = ""] = /const ORDER = \[([^\]]+)\]/.exec(script) ?? [];
  const folders = [...order.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
  const [, block = ""] = /## The import rule[\s\S]*?```\n([\s\S]*?)```/.exec(page) ?? [];
  assert.deepEqual(block.trim().split(/\s*→\s*/), folders);
});

test("every folder of the source is explained", () => {
  const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((one) => one.isDirectory());
  const [, section = ""] = page.split("## The import rule");
  const rows = [...section.matchAll(/^\| `(\w+)` \| /gm)].map(([, name]) => name);
  assert.deepEqual(rows.sort(), folders.map(({ name }) => name).sort());
});
