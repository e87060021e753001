import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openCheckCache } from "../../src/platform/check-cache.ts";

const temporary = mkdtempSync(join(tmpdir(), "pgs-cache-"));
after(() => rmSync(temporary, { recursive: true, force: true }));

const user = process.getuid?.();
const A = "a".repeat(64);
const B = "b".repeat(64);
const cacheIn = (folder: string, version = "1", other = user) =>
  openCheckCache({ XDG_CACHE_HOME: folder }, version, other);

test("what was added is there the next time, for the same version alone", () => {
  const folder = join(temporary, "kept");
  cacheIn(folder)?.add(A);
  assert.deepEqual(
    [cacheIn(folder)?.has(A), cacheIn(folder)?.has(B), cacheIn(folder, "2")?.has(A)],
    [true, false, false],
  );
  rmSync(folder, { recursive: true });
  assert.equal(cacheIn(folder)?.has(A), false);
});

test("there is none where it is turned off, and where no absolute path says where", () => {
  assert.equal(openCheckCache({}, "1", user), null);
  assert.equal(openCheckCache({ XDG_CACHE_HOME: "relative" }, "1", user), null);
  assert.equal(openCheckCache({ HOME: temporary, PGS_NO_CACHE: "1" }, "1", user), null);
  openCheckCache({ HOME: temporary }, "1", user)?.add(A);
  assert.ok(existsSync(join(temporary, ".cache/pgs/checked-1", A)));
});

test("a folder that is another user's, or that others may write to, proves nothing and is left alone", () => {
  const folder = join(temporary, "open");
  cacheIn(folder)?.add(A);
  const inside = join(folder, "pgs/checked-1");
  assert.equal(cacheIn(folder, "1", 1 + (user ?? 0))?.has(A), false);
  for (const mode of [0o777, 0o770, 0o702]) {
    chmodSync(inside, mode);
    const cache = cacheIn(folder);
    cache?.add(B);
    assert.equal(cache?.has(A), false);
    assert.deepEqual(readdirSync(inside), [A]);
  }
});

test("a place where nothing can be written is no cache, and no failure", () => {
  writeFileSync(join(temporary, "file"), "");
  mkdirSync(join(temporary, "taken/pgs"), { recursive: true });
  writeFileSync(join(temporary, "taken/pgs/checked-1"), "");
  for (const folder of [join(temporary, "file"), join(temporary, "taken")]) {
    const cache = cacheIn(folder);
    cache?.add(A);
    assert.equal(cache?.has(A), false);
  }
});
