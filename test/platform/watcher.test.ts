import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { awaitChange } from "../../src/platform/watcher.ts";

function folderWith(t: TestContext, ...files: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "pgs-watcher-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), "");
  }
  return folder;
}

/** As editors save: the new text in a file of another name, which then replaces the old one. */
function replace(file: string): void {
  writeFileSync(`${file}.new`, "changed");
  renameSync(`${file}.new`, file);
}

const WATCHED = [
  "workflows/book/WF_BOOK_V0.md",
  "transforms/ct-book.js",
  "transforms/deep/er/round.mjs",
  "tables/rates.json",
  "book.scenario.yaml",
];

for (const name of WATCHED) {
  for (const [how, save] of [
    ["replaced", replace],
    ["written", (file: string) => writeFileSync(file, "changed")],
  ] as const) {
    // A change that is not seen lets the test run never end.
    test(`${name} is ${how}: the change is seen`, { timeout: 30_000 }, async (t) => {
      const folder = folderWith(t, ...WATCHED);
      const changed = awaitChange([folder]);
      save(join(folder, name));
      await changed;
    });
  }
}

test("a file in a new folder, and one of a folder that is watched for another file, are seen", async (t) => {
  const folder = folderWith(t, "payload.json");
  const changed = awaitChange([join(folder, "payload.json"), join(folder, "nowhere")]);
  mkdirSync(join(folder, "new"));
  writeFileSync(join(folder, "new", "made.js"), "");
  await changed;
});
