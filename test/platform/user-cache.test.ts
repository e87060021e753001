import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openUserCache } from "../../src/platform/user-cache.ts";

const temporary = mkdtempSync(join(tmpdir(), "pgs-user-cache-"));
after(() => rmSync(temporary, { recursive: true, force: true }));

const cacheIn = (folder: string, most?: number) =>
  openUserCache({ XDG_CACHE_HOME: join(temporary, folder) }, "texts", process.getuid?.(), most);

test("a text is kept for the next start", () => {
  assert.equal(cacheIn("kept")?.read("a"), null);
  cacheIn("kept")?.write("a", "text");
  const { read, has } = cacheIn("kept") ?? {};
  assert.deepEqual([read?.("a"), read?.("b"), has?.("a"), has?.("b")], ["text", null, true, false]);
});

test("a text in a folder that others may write to is not read", () => {
  cacheIn("open")?.write("a", "text");
  chmodSync(join(temporary, "open/pgs/texts"), 0o777);
  assert.equal(cacheIn("open")?.read("a"), null);
});

test("no more texts are kept than is said", () => {
  for (const name of ["a", "b", "c"]) cacheIn("full", 3)?.write(name, name);
  assert.deepEqual(readdirSync(join(temporary, "full/pgs/texts")).sort(), ["a", "b", "c"]);
  cacheIn("full", 3)?.write("d", "d");
  assert.deepEqual(readdirSync(join(temporary, "full/pgs/texts")), ["d"]);
});

test("what is no regular file, or is far too large, is not read, and a text takes its place", () => {
  const cache = cacheIn("odd");
  cache?.write("a", "text");
  const file = join(temporary, "odd/pgs/texts/a");
  const elsewhere = join(temporary, "elsewhere");
  writeFileSync(elsewhere, "not ours");
  for (const put of [
    () => execFileSync("mkfifo", [file]),
    () => symlinkSync("/dev/zero", file),
    () => symlinkSync(elsewhere, file),
    () => symlinkSync(file, file),
    () => {
      writeFileSync(file, "");
      truncateSync(file, 2 ** 40);
    },
  ]) {
    rmSync(file);
    put();
    const { read, write } = cacheIn("odd") ?? assert.fail();
    assert.equal(read("a"), null);
    write("a", "anew");
    assert.equal(read("a"), "anew");
  }
  assert.equal(readFileSync(elsewhere, "utf8"), "not ours");
  rmSync(file);
  mkdirSync(file);
  cacheIn("odd")?.write("a", "anew");
  assert.equal(cacheIn("odd")?.read("a"), null);
});

test("a text that was changed, cut off or put under another name is not read, and is replaced", () => {
  const cache = cacheIn("changed") ?? assert.fail();
  for (const name of ["a", "b"]) cache.write(name, '{"width":100}');
  const [file, other] = ["a", "b"].map((name) => join(temporary, "changed/pgs/texts", name)) as [
    string,
    string,
  ];
  const text = readFileSync(file, "utf8");
  const cuts = Array.from({ length: text.length }, (_, i) => text.slice(0, i));
  const changed = [text.replace("100", "1e308"), `${text} `, `\n${text}`, readFileSync(other, "utf8")];
  for (const wrong of [...cuts, ...changed]) {
    writeFileSync(file, wrong);
    assert.equal(cacheIn("changed")?.read("a"), null, wrong);
  }
  cache.write("a", '{"width":100}');
  assert.equal(readFileSync(file, "utf8"), text);
});
