/** Installs and builds what is missing or stale, so that one command is enough in a fresh clone. A package is built already. */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
if (!existsSync(join(root, "src"))) process.exit();

const changed = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
const run = (...args) => execFileSync("npm", args, { cwd: root, stdio: "inherit" });

if (changed(join(root, "node_modules/.package-lock.json")) < changed(join(root, "package-lock.json"))) {
  // Below a global installation npm would take this one for global, too.
  run("ci", "--global=false", "--no-audit", "--no-fund", "--loglevel=error");
}

const filesIn = (folder) =>
  readdirSync(join(root, folder), { recursive: true }).map((file) => join(root, folder, file));
const own = ["package.json", "rolldown.config.js", "tsconfig.types.json", "bin/build.mjs", "bin/docs.mts"];
const inputs = [...filesIn("src"), ...filesIn("schemas"), ...own.map((file) => join(root, file))];
const newest = Math.max(...inputs.map(changed));
if (changed(join(root, "dist/index.d.mts")) < newest) run("run", "--silent", "build");
