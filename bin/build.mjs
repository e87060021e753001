/** Makes `dist`: the bundled program, its manual pages, and the libraries as CommonJS and ES module with their type declarations. */

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
// What `bin/pgs.js` prints without the program.
for (const page of ["version", "help"])
  writeFileSync(
    join(dist, `${page}.txt`),
    execFileSync(process.execPath, [join(root, "bin/pgs.js"), `--${page}`]),
  );
writeFileSync(join(dist, "package.json"), '{ "type": "commonjs" }\n');

const LIBRARIES = ["index", "capability"];
// One copy of the code for both kinds of module: a class is the same class for `import` and `require`.
for (const library of LIBRARIES) {
  const names = Object.keys(createRequire(import.meta.url)(join(dist, `${library}.cjs`)));
  writeFileSync(
    join(dist, `${library}.mjs`),
    `import library from "./${library}.cjs";\nexport const { ${names.join(", ")} } = library;\n`,
  );
  writeFileSync(join(dist, `${library}.d.mts`), `export * from "./types/${library}.js";\n`);
}
removeUnreachable(
  join(dist, "types"),
  LIBRARIES.map((library) => `${library}.d.ts`),
);

/** The compiler declares every file of the program; the libraries' users need those that their declarations name. */
function removeUnreachable(folder, entries) {
  const reached = new Set(entries.map((entry) => join(folder, entry)));
  for (const file of reached) {
    for (const [, name] of readFileSync(file, "utf8").matchAll(/["'](\.[^"']+)\.ts["']/g))
      reached.add(join(dirname(file), `${name}.d.ts`));
  }
  for (const { parentPath, name } of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(parentPath, name);
    if (name.endsWith(".d.ts") && !reached.has(file)) rmSync(file);
  }
}
