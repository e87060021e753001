/** Files that are read a piece at a time. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openSource } from "../../src/platform/file-chunks.ts";
import { IoError } from "../../src/ports.ts";

test("a pipe is not opened to see what it is: its writer would lose its reader", (t) => {
  const folder = fs.mkdtempSync(join(tmpdir(), "pgs-pipe-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  t.mock.method(fs, "openSync", () => assert.fail("it was opened"));
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  assert.throws(
    () => openSource(pipe),
    (error) => error instanceof IoError && error.errno === "ENXIO",
  );
});
