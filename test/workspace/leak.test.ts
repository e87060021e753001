/** What a run used is free after it: the heap of a process does not grow with the number of its runs. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { PLAYS_ALL } from "../support/portion.ts";

const script = join(import.meta.dirname, "many-runs.ts");

test("the heap after 10 000 runs is within a tenth of that after 1 000", {
  skip: PLAYS_ALL ? false : "it takes a minute; CI plays it",
}, (t) => {
  const argv = ["--expose-gc", "--import", "tsx", script, "1000", "10000"];
  const { stdout, stderr, status } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const [few = Number.NaN, many = Number.NaN] = stdout.trim().split("\n").map(Number);
  t.diagnostic(`${few} bytes after 1 000 runs, ${many} after 10 000`);
  assert.ok(many < 1.1 * few, `${few} ${many}`);
});
