/** The list of what only the head holds, as the documents print it. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { HEAD_ONLY } from "../../src/examine/head-only.ts";

test("the documents print the list of what only the head holds", () => {
  const document = readFileSync(join(import.meta.dirname, "../../docs/evidence.md"), "utf8");
  const rows = Object.entries(HEAD_ONLY).map(
    ([id, { what, also, why }]) => `| \`${id}\` | ${what} | ${also} | ${why} |`,
  );
  const table = [
    "| id | what | besides the hashes | why a replay cannot prove it |",
    "|---|---|---|---|",
    ...rows,
  ];
  const printed = /<!-- list -->\n(.*?)\n<!-- end -->/s.exec(document)?.[1];
  assert.equal(printed, table.join("\n"));
});
