/** Bundles `src` into `dist`, then lets the program run once so that V8's code cache holds what a run needs. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const run = (...args) =>
  execFileSync(process.execPath, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });

run("node_modules/rolldown/bin/cli.mjs", "-c");
const scratch = mkdtempSync(join(tmpdir(), "pgs-build-"));
try {
  run("bin/cache.js", scratch);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
