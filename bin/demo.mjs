/** One real run on the project's own sealed snapshot, from a fresh data root: what `npm run demo` shows. */

import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const data = join(root, "data/demo");
rmSync(data, { recursive: true, force: true });
cpSync(join(root, "fixtures/data"), data, { recursive: true });

const args = [
  ...["run", "--wf", "release_governance::WF_RELEASE_CHANGE_V0"],
  ...["--payload", "fixtures/wf-release-change/completed.json", "--data-root", "data/demo"],
];
console.log(`$ pgs ${args.join(" ")}\n`);
execFileSync(process.execPath, [join(root, "bin/pgs.js"), ...args], { cwd: root, stdio: "inherit" });
