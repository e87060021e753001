/** The index file of a store: in nobody's way, and no harm where it cannot be. */

import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openDataRoot } from "../../src/platform/data-root.ts";
import type { IndexFile } from "../../src/ports.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "pgs-root-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The index of a store that holds one line. */
function indexIn(root: string, name = "a/store.jsonl"): IndexFile {
  const store = openDataRoot(root).store(name);
  store.append("{}\n");
  return store.index("keys") as IndexFile;
}

const text = (index: IndexFile) => String(Buffer.from(index.read(0, 100)));
const parts = (...texts: readonly string[]) => texts.map((part) => Buffer.from(part));

test("what was written is read in parts, and is no journal", (t) => {
  const root = folder(t);
  const index = indexIn(root);
  assert.equal(text(index), "");
  index.replace(parts("one", "two"));
  assert.equal(text(index), "onetwo");
  assert.equal(String(Buffer.from(index.read(3, 2))), "tw");
  index.replace(parts("three"));
  assert.equal(text(index), "three");
  assert.deepEqual(readdirSync(join(root, ".pgs/index/a")), ["store.jsonl.keys"]);
  assert.deepEqual([...openDataRoot(root).journals()], ["a/store.jsonl"]);
});

test("only those who may read the store may read its index", (t) => {
  const root = folder(t);
  const index = indexIn(root);
  chmodSync(join(root, "a/store.jsonl"), 0o600);
  index.replace(parts("one"));
  assert.equal(statSync(join(root, ".pgs/index/a/store.jsonl.keys")).mode & 0o777, 0o600);
});

test("where its folder cannot be, there is none", (t) => {
  const root = folder(t);
  const index = indexIn(root);
  writeFileSync(join(root, ".pgs"), "somebody's");
  index.replace(parts("one"));
  assert.equal(text(index), "");
  assert.equal(readFileSync(join(root, ".pgs"), "utf8"), "somebody's");
});

test("a link out of the root is not followed", (t) => {
  const [root, outside] = [folder(t), folder(t)];
  const index = indexIn(root);
  mkdirSync(join(outside, "index/a"), { recursive: true });
  writeFileSync(join(outside, "index/a/store.jsonl.keys"), "secret");
  symlinkSync(outside, join(root, ".pgs"));
  assert.equal(text(index), "");
  index.replace(parts("one"));
  assert.equal(readFileSync(join(outside, "index/a/store.jsonl.keys"), "utf8"), "secret");
});

test("a draft is left to who is writing it, until that one must have died", (t) => {
  const root = folder(t);
  const index = indexIn(root);
  const draft = join(root, ".pgs/index/a/store.jsonl.keys.tmp");
  mkdirSync(join(draft, ".."), { recursive: true });
  writeFileSync(draft, "half");
  index.replace(parts("one"));
  assert.deepEqual([text(index), readFileSync(draft, "utf8")], ["", "half"]);
  utimesSync(draft, 0, 0);
  index.replace(parts("two"));
  index.replace(parts("three"));
  assert.deepEqual([text(index), existsSync(draft)], ["three", false]);
});

test("a defect of the caller is not swallowed", (t) => {
  const index = indexIn(folder(t));
  index.replace(parts("one"));
  assert.throws(() => index.read(Number.NaN, 1), RangeError);
});
