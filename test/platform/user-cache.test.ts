import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
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
