/** Makes `dist`: the bundled program, its manual pages, and the library as CommonJS and ES module with its type declarations. */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const run = (...args) =>
  execFileSync(process.execPath, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });

run("node_modules/rolldown/bin/cli.mjs", "-c");
run("--import", "tsx", "bin/docs.mts", "--man", join(dist, "man"));
run("node_modules/typescript/bin/tsc", "-p", "tsconfig.types.json");
writeFileSync(join(dist, "package.json"), '{ "type": "commonjs" }\n');

// One copy of the code for both kinds of module: a class is the same class for `import` and `require`.
const names = Object.keys(createRequire(import.meta.url)(join(dist, "index.cjs")));
writeFileSync(
  join(dist, "index.mjs"),
  `import library from "./index.cjs";\nexport const { ${names.join(", ")} } = library;\n`,
);
writeFileSync(join(dist, "index.d.mts"), 'export * from "./types/index.js";\n');
removeUnreachable(join(dist, "types"), "index.d.ts");

/** The compiler declares every file of the program; the library's users need those that its own declarations name. */
function removeUnreachable(folder, entry) {
  const reached = new Set([join(folder, entry)]);
  for (const file of reached) {
    for (const [, name] of readFileSync(file, "utf8").matchAll(/["'](\.[^"']+)\.ts["']/g))
      reached.add(join(dirname(file), `${name}.d.ts`));
  }
  for (const { parentPath, name } of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(parentPath, name);
    if (name.endsWith(".d.ts") && !reached.has(file)) rmSync(file);
  }
}
