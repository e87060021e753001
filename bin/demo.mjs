/** Real runs on the project's own sealed snapshot, from a fresh data root: what `npm run demo` shows. */

import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const data = join(root, "data/demo");
rmSync(data, { recursive: true, force: true });
cpSync(join(root, "fixtures/data"), data, { recursive: true });

/** Runs the command line, shows what it prints, and returns it. The process must end with the exit code. */
function pgs(expected, ...args) {
  console.log(`$ pgs ${args.join(" ")}\n`);
  const { status, stdout } = spawnSync(process.execPath, [join(root, "bin/pgs.js"), ...args], {
    cwd: root,
    encoding: "utf8",
    stdio: ["inherit", "pipe", "inherit"],
  });
  console.log(stdout);
  if (status !== expected) process.exit(status || 1);
  return stdout;
}

const DATA = ["--data-root", "data/demo"];

console.log("A change that enough people approved is released.\n");
const released = ["--payload", "fixtures/wf-release-change/completed.json", ...DATA];
pgs(0, "run", "release_governance::WF_RELEASE_CHANGE_V0", ...released);

console.log("Another one waits for a second person: the process ends with 6, and the run is in its trace.\n");
const asked = ["--payload", "fixtures/wf-approve-release/asked.json", ...DATA];
const waiting = pgs(6, "run", "release_governance::WF_APPROVE_RELEASE_V0", ...asked);

console.log("The second person answers, and another process goes on with the run.\n");
const [, trace = ""] = /(\S+\.jsonl)$/m.exec(waiting) ?? [];
const [, key = ""] = / event (\S+) /.exec(waiting) ?? [];
const answer = ["--event", key, "--answer", "fixtures/answers/approve.json", ...DATA];
pgs(0, "resume", trace, ...answer);
