/** Runs the tests: all suites, or the test files at and below the paths that are given. The rest goes to `node --test`. */

import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const given = process.argv.slice(2);
const paths = given.filter((word) => !word.startsWith("-"));
const options = given.filter((word) => word.startsWith("-"));

function testFiles(path) {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true }).map((name) => join(path, name));
  return names.filter((name) => name.endsWith(".test.ts")).sort();
}

const files = (paths.length === 0 ? [join(import.meta.dirname, "../test/suites")] : paths).flatMap(testFiles);
const { status } = spawnSync(
  process.execPath,
  ["--import", "tsx", "--test", "--test-concurrency=2", "--test-reporter=spec", ...options, ...files],
  { stdio: "inherit" },
);
process.exitCode = status ?? 1;
