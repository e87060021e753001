import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { openTempFolder } from "../../src/platform/temp-folder.ts";
import { IoError } from "../../src/ports.ts";

test("a scratch folder is empty, one's own, and gone when it is closed", () => {
  const [one, other] = [openTempFolder(), openTempFolder()];
  assert.notEqual(one.folder, other.folder);
  assert.deepEqual(nodeFiles.list(one.folder), []);
  one.write("a/b.txt", "x");
  one.close();
  assert.deepEqual([nodeFiles.isFolder(one.folder), nodeFiles.isFolder(other.folder)], [false, true]);
  other.close();
});

test("files and folders are made with what they need, replaced, and removed with what they hold", (t) => {
  const scratch = openTempFolder();
  t.after(() => scratch.close());
  const read = (path: string) => Buffer.from(nodeFiles.read(`${scratch.folder}/${path}`) ?? []).toString();
  scratch.write("a/b/c.txt", "longer");
  scratch.write("a/b/c.txt", "new");
  scratch.makeFolder("d/e");
  scratch.makeFolder("d/e");
  assert.deepEqual([read("a/b/c.txt"), nodeFiles.isFolder(`${scratch.folder}/d/e`)], ["new", true]);
  scratch.remove("a");
  scratch.remove("a");
  assert.deepEqual(nodeFiles.list(scratch.folder), []);
});

test("what cannot be made says the system's own code", (t) => {
  const scratch = openTempFolder();
  t.after(() => scratch.close());
  scratch.write("file", "");
  const hasErrno = (errno: string) => (error: unknown) => error instanceof IoError && error.errno === errno;
  assert.throws(() => scratch.makeFolder("file"), hasErrno("EEXIST"));
  scratch.makeFolder("folder");
  assert.throws(() => scratch.write("folder", "x"), hasErrno("EISDIR"));
});
