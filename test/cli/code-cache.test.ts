/** The bundle's code cache is of exactly the text that is there. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

const LOAD = JSON.stringify(join(import.meta.dirname, "../../bin/load.js"));

/** A file that says a word, with its cache; `say` loads it in a process of its own, and tells whether V8 took that. */
function cached(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "pgs-cache-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "main.cjs");
  const run = (program: string) => {
    const script = `const { load, loaded, toCache } = require(${LOAD}); const file = ${JSON.stringify(file)}; ${program}`;
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    assert.equal(stderr, "");
    return stdout;
  };
  const write = (word: string) => writeFileSync(file, `exports.say = () => "${word}";\n`);
  write("old");
  run(`load(file).say(); require("fs").writeFileSync(file + ".cache", toCache(loaded.get(file)));`);
  const say = () =>
    run(`const word = load(file).say(); console.log(word, loaded.get(file).script.cachedDataRejected);`);
  return { cache: `${file}.cache`, write, say };
}

test("an edit of equal length runs the new text, also back and forth", (t) => {
  const { write, say } = cached(t);
  assert.equal(say(), "old false\n", "the cache is used");
  write("new");
  assert.equal(say(), "new undefined\n");
  write("old");
  assert.equal(say(), "old false\n");
});

test("a cache that another Node made, that was cut off or that is none is not used", (t) => {
  const { cache, say } = cached(t);
  const bytes = readFileSync(cache);
  const others = [
    Buffer.concat([Buffer.from("v0.0.0"), bytes.subarray("v0.0.0".length)]),
    bytes.subarray(0, 10),
    bytes.subarray(0, bytes.indexOf("\n") + 5),
    Buffer.alloc(0),
  ];
  for (const other of others) {
    writeFileSync(cache, other);
    assert.equal(say(), "old undefined\n");
  }
});
