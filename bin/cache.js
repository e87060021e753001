/** Writes V8's code cache beside every bundled file that one run of the demonstration, in a scratch folder, loads. */

const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { load, loaded, toCache } = require("./load.js");

const root = join(__dirname, "..");
const [scratch] = process.argv.splice(2);
process.argv.push("run", "--wf", "release_governance::WF_RELEASE_CHANGE_V0", "--quiet");
process.argv.push("--payload", `${root}/fixtures/wf-release-change/completed.json`);
process.argv.push("--workspace", scratch, "--snapshot", `${root}/protocol_snapshot`);
process.on("exit", () => {
  for (const [file, unit] of loaded) writeFileSync(`${file}.cache`, toCache(unit));
});
load(`${root}/dist/main.cjs`).main(`${root}/dist/fonts`);
