import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openDataRoot } from "../../src/platform/data-root.ts";
import { token } from "../../src/platform/lock/lock-owner.ts";
import { claimOf, draftOf, lockOf, ownUseOf } from "../../src/platform/own-names.ts";

test("every file that the storage layer makes beside the stores is known as its own", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "pgs-own-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const data = openDataRoot(root, { indexWorth: 0 });
  const store = data.store("below/log.jsonl");
  const seen = new Set<string>();
  for (let i = 0; i < 3; i++) {
    await store.locked(() => {
      store.append("{}\n");
      store.index("keys")?.replace([Buffer.from("index")]);
      for (const name of readdirSync(root, { recursive: true }) as string[]) seen.add(name);
      return { value: null };
    });
  }
  const uses = [...seen]
    .filter((name) => !["below", "below/log.jsonl"].includes(name))
    .map((name) => ownUseOf(name));
  assert.ok(
    uses.every((use) => use !== undefined),
    [...seen].join("\n"),
  );
  const kinds = new Set(uses.map((use) => use?.what));
  assert.ok(
    ["the lock of", "the runner's link for locks", "the runner's own folder"].every((what) =>
      kinds.has(what as never),
    ),
  );
});

test("locks, claims and drafts say which file they belong to; other names are free", () => {
  for (const of of ["a.json", "below/log.jsonl", "a.lock"]) {
    assert.deepEqual(ownUseOf(lockOf(of)), { what: "the lock of", of });
    assert.deepEqual(ownUseOf(draftOf(of, token)), { what: "a draft of", of });
  }
  assert.deepEqual(ownUseOf(claimOf(claimOf(lockOf("a.json")))), { what: "the lock of", of: "a.json" });
  for (const free of ["a.json", "lock", "a.tmp", "a.json.tmp", "pgs/a", "a/.pgs", ".pgsx"])
    assert.equal(ownUseOf(free), undefined, free);
});
