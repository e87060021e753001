/** The bundle's code cache is of exactly the text that is there, and only its user's own. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const LOAD = JSON.stringify(join(import.meta.dirname, "../../bin/load.js"));

/** A program of two files that says a word; `say` runs it in a process of its own, and tells whether V8 took a cache. */
function program(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), "pgs-cache-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const file = join(root, "main.cjs");
  writeFileSync(join(root, "lazy.cjs"), asBuilt("exports.nothing = 0;"));
  const write = (word: string) =>
    writeFileSync(file, asBuilt(`exports.say = () => "${word}"; exports.work = () => require("./lazy.cjs");`));
  const say = (env: Record<string, string> = {}, line: readonly string[] = []) => {
    const script = `
      const vm = require("node:vm");
      const accepted = [];
      vm.Script = class extends vm.Script {
        constructor(text, options) {
          super(text, options);
          accepted.push(this.cachedDataRejected === false);
        }
      };
      const main = require(${LOAD}).load(${JSON.stringify(file)});
      main.work();
      console.log(main.say(), accepted[0]);`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script, "--", ...line], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"], XDG_CACHE_HOME: join(root, "cache"), ...env },
      // Ended from outside, because what never returns cannot end itself.
      timeout: 60_000,
    });
    assert.deepEqual([status, stderr], [0, ""]);
    return stdout.trim();
  };
  write("old");
  const folder = join(root, "cache", "pgs", `code-${process.version}`);
  return { root, folder, write, say };
}

/** As the build writes it: a function of what a module is given. */
function asBuilt(text: string): string {
  return `(function (exports, require, module, __filename, __dirname) { ${text} });\n`;
}

/** The one cache of the program's main file. */
function mainCache(folder: string): string {
  const [name] = readdirSync(folder).filter((one) => one.includes("main.cjs"));
  assert.ok(name !== undefined);
  return join(folder, name);
}

test("the second run uses what the first has compiled", (t) => {
  const { folder, say } = program(t);
  assert.equal(say(), "old false");
  assert.equal(say(), "old true");
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.ok(readdirSync(folder).every((name) => (statSync(join(folder, name)).mode & 0o777) === 0o600));
});

it("an edit of equal length runs the new text, also back and forth", (t) => {
  const { write, say } = program(t);
  say();
  for (const word of ["new", "old", "new"]) {
    write(word);
    assert.equal(say(), `${word} false`);
    assert.equal(say(), `${word} true`);
  }
});

it("a cache that another Node made, that was cut off or that is none is not used", (t) => {
  const { folder, say } = program(t);
  say();
  const file = mainCache(folder);
  const bytes = readFileSync(file);
  const others = [
    Buffer.concat([Buffer.from("v0.0.0"), bytes.subarray("v0.0.0".length)]),
    bytes.subarray(0, 10),
    bytes.subarray(0, bytes.indexOf("\n") + 5),
    Buffer.alloc(0),
  ];
  for (const other of others) {
    writeFileSync(file, other);
    assert.equal(say(), "old false");
  }
});

it("what is no regular file, or is far too large, is not waited for or read, and a cache takes its place", (t) => {
  const { folder, say } = program(t);
  say();
  const file = mainCache(folder);
  for (const put of [
    () => spawnSync("mkfifo", [file]),
    () => symlinkSync("/dev/zero", file),
    () => {
      writeFileSync(file, "");
      truncateSync(file, 2 ** 40);
    },
  ]) {
    rmSync(file);
    put();
    assert.deepEqual([say(), say()], ["old false", "old true"]);
  }
});

it("a folder that others can write is neither read nor written", (t) => {
  const { folder, say } = program(t);
  say();
  rmSync(mainCache(folder));
  chmodSync(folder, 0o777);
  say();
  assert.ok(readdirSync(folder).every((name) => !name.includes("main.cjs")));
});

it("nothing is written when the cache is turned off, without a home, or by a run that prints its help", (t) => {
  const { root, say } = program(t);
  say({ PGS_NO_CACHE: "1" });
  say({ XDG_CACHE_HOME: "" });
  say({}, ["--help"]);
  assert.ok(!existsSync(join(root, "cache")));
});

it("where the cache's folder cannot be made, the program runs without", {
  skip: process.platform !== "linux",
}, (t) => {
  const { say } = program(t);
  for (const folder of ["/proc/self/x", "/proc/x", "/proc/self/environ"]) {
    assert.equal(say({ XDG_CACHE_HOME: folder }), "old false");
    assert.equal(say({ XDG_CACHE_HOME: "", HOME: folder }), "old false");
  }
});
