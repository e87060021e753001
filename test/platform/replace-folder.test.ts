/** A folder is replaced as a whole: whatever ends the process in between, the old or the new one is there. */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { StoreFault } from "../../src/errors/ports.ts";
import { ownText } from "../../src/platform/lock/lock-owner.ts";
import { finishReplacement, replaceFolder } from "../../src/platform/replace-folder.ts";

function place(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pgs-replace-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function contents(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.sort().map((file) => [file.slice(folder.length + 1), readFileSync(file, "utf8")]),
  );
}

const OLD = {
  "artifacts/a.json": "old a",
  "artifacts/b.json": "b",
  "gone/c.json": "c",
  "notes/mine.txt": "mine",
};
const NEW = { "artifacts/a.json": "new a", "artifacts/b.json": "b", "d/e.json": "e", "notes/mine.txt": "mine" };
const CHANGE = {
  write: new Map([
    ["artifacts/a.json", "new a"],
    ["d/e.json", "e"],
  ]),
  remove: ["gone/c.json", "never/there.json"],
};

test("files are written and removed, every other file stays, and nothing is left beside", async (t) => {
  const folder = place(t);
  const snapshot = join(folder, "snapshot");
  write(snapshot, OLD);
  symlinkSync("mine.txt", join(snapshot, "notes/link"));
  mkdirSync(join(snapshot, "empty"));
  await replaceFolder(snapshot, () => CHANGE);
  assert.deepEqual(contents(snapshot), NEW);
  assert.deepEqual(readdirSync(folder), ["snapshot"]);
  assert.equal(fs.readlinkSync(join(snapshot, "notes/link")), "mine.txt");
  assert.deepEqual(readdirSync(snapshot).sort(), ["artifacts", "d", "empty", "notes"]);
});

test("a folder that is not there yet is made, with those above it", async (t) => {
  const folder = join(place(t), "a/b/snapshot");
  await replaceFolder(folder, () => ({ write: new Map([["x.json", "{}"]]), remove: [] }));
  assert.deepEqual(contents(folder), { "x.json": "{}" });
});

test("a link to the folder stays a link", async (t) => {
  const folder = place(t);
  write(join(folder, "real"), OLD);
  symlinkSync("real", join(folder, "snapshot"));
  await replaceFolder(join(folder, "snapshot"), () => CHANGE);
  assert.equal(fs.readlinkSync(join(folder, "snapshot")), "real");
  assert.deepEqual(contents(join(folder, "real")), NEW);
});

test("a folder that was only begun is removed, and the old one stays until the next is whole", async (t) => {
  const folder = place(t);
  const snapshot = join(folder, "snapshot");
  write(snapshot, OLD);
  // No process has this number: it was ended while it wrote.
  write(join(folder, ".snapshot.pgs-writing-999999999"), { "artifacts/a.json": "new" });
  finishReplacement(snapshot);
  assert.deepEqual(contents(snapshot), OLD);
  await replaceFolder(snapshot, () => CHANGE);
  assert.deepEqual(contents(snapshot), NEW);
  assert.deepEqual(readdirSync(folder), ["snapshot"]);
});

test("a new folder that was whole takes its place, before and after the old one was set aside", (t) => {
  for (const name of ["snapshot", ".snapshot.pgs-old"]) {
    const folder = place(t);
    write(join(folder, name), OLD);
    write(join(folder, ".snapshot.pgs-new"), NEW);
    finishReplacement(join(folder, "snapshot"));
    assert.deepEqual(contents(join(folder, "snapshot")), NEW, name);
    assert.deepEqual(readdirSync(folder), ["snapshot"], name);
  }
});

test("what cannot be written leaves the old folder, and nothing beside it", async (t) => {
  const folder = place(t);
  const snapshot = join(folder, "snapshot");
  write(snapshot, OLD);
  const impossible = new Map([...CHANGE.write, ["artifacts/a.json/below.json", "x"]]);
  await assert.rejects(replaceFolder(snapshot, () => ({ write: impossible, remove: [] })));
  assert.deepEqual(contents(snapshot), OLD);
  assert.deepEqual(readdirSync(folder), ["snapshot"]);
});

test("a link to a folder that was set aside is followed to the new folder", (t) => {
  const folder = place(t);
  write(join(folder, ".real.pgs-old"), OLD);
  write(join(folder, ".real.pgs-new"), NEW);
  symlinkSync("real", join(folder, "snapshot"));
  finishReplacement(join(folder, "snapshot"));
  assert.deepEqual(contents(join(folder, "real")), NEW);
  assert.deepEqual(readdirSync(folder).sort(), ["real", "snapshot"]);
});

test("what is to change is asked for under the lock, and nothing is replaced where nothing is to change", async (t) => {
  const folder = place(t);
  const snapshot = join(folder, "snapshot");
  write(snapshot, OLD);
  const { ino } = fs.statSync(snapshot);
  await replaceFolder(snapshot, () => {
    assert.deepEqual(readdirSync(folder).sort(), [".snapshot.pgs-new.lock", "snapshot"]);
    return null;
  });
  assert.equal(fs.statSync(snapshot).ino, ino);
  assert.deepEqual(readdirSync(folder), ["snapshot"]);
});

test("a folder that another process replaces is left alone; the lock of a dead process is taken over", async (t) => {
  const folder = place(t);
  const snapshot = join(folder, "snapshot");
  write(snapshot, OLD);
  const lock = join(folder, ".snapshot.pgs-new.lock");
  writeFileSync(lock, "not known");
  const busy = replaceFolder(snapshot, () => CHANGE, 0);
  await assert.rejects(busy, (error) => error instanceof StoreFault && error.reason === "LOCKED");
  assert.deepEqual(contents(snapshot), OLD);
  rmSync(lock);
  symlinkSync(ownText().replace(/^pgs1:\d+/, "pgs1:999999999"), lock);
  await replaceFolder(snapshot, () => CHANGE);
  assert.deepEqual(contents(snapshot), NEW);
  assert.deepEqual(readdirSync(folder), ["snapshot"]);
});
