import { copyFileSync, cpSync, mkdirSync } from "node:fs";
import { decode, encode } from "@jridgewell/sourcemap-codec";
import { defineConfig } from "rolldown";
import license from "rollup-plugin-license";

// CommonJS with lazily required chunks starts in two thirds of the time that ES modules take.
const common = {
  platform: "node",
  external: ["@resvg/resvg-js"],
  resolve: {
    alias: {
      // commander loads it for executable subcommands, which pgs does not have; it costs a third of a start.
      "node:child_process": new URL("src/cli/no-child-process.ts", import.meta.url).pathname,
    },
  },
  output: {
    dir: "dist",
    format: "cjs",
    minify: true,
    sourcemap: true,
    sourcemapExcludeSources: true,
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name]-[hash].cjs",
  },
};

const NOT_ASCII = /[^\0-\x7f]/g;
const toEscape = (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;

// `bin/load.js` reads the files as one byte a character. What escapes add to a line moves the rest of its source map.
const ascii = {
  name: "ascii",
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      const lines = chunk.code.split("\n");
      const asset = bundle[`${chunk.fileName}.map`];
      const map = JSON.parse(asset?.source ?? '{"mappings":""}');
      const moved = decode(map.mappings).map((segments, line) => {
        const escaped = [...lines[line].matchAll(NOT_ASCII)].map(({ index }) => index);
        let before = 0;
        return segments.map(([column, ...original]) => {
          while (escaped[before] < column) before++;
          return [column + 5 * before, ...original];
        });
      });
      if (asset) asset.source = JSON.stringify({ ...map, mappings: encode(moved) });
      chunk.code = chunk.code.replace(NOT_ASCII, toEscape);
    }
  },
};

// As they lie beside each other in `src`.
const assets = {
  name: "assets",
  writeBundle() {
    mkdirSync("dist/render/fonts", { recursive: true });
    for (const file of ["DejaVuSansMono.outlines", "DejaVuSansMono.LICENSE.txt"]) {
      copyFileSync(`src/render/fonts/${file}`, `dist/render/fonts/${file}`);
    }
    cpSync("src/templates", "dist/templates", { recursive: true });
  },
};
// What the licences of bundled packages ask for. Another kind of licence fails the build.
const notices = license({
  thirdParty: {
    output: "dist/THIRD-PARTY-NOTICES",
    allow: {
      test: "(MIT OR MIT-0 OR Apache-2.0 OR BSD-3-Clause OR ISC OR MPL-2.0)",
      failOnUnlicensed: true,
      failOnViolation: true,
    },
  },
});

/** `import * as fs` of a module of Node: the bundler copies each of its members behind a getter, for the sake of a `default`. */
const COPY = /([\w$]+)=[\w$]+\.[\w$]+\(\1,1\);/g;

// Blanks keep the columns of the source map.
const direct = {
  name: "direct",
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      const { code } = chunk;
      const hasDefault = (name) =>
        code
          .split(`${name}.default`)
          .slice(0, -1)
          .some((before) => !/[\w$.]$/.test(before));
      chunk.code = code.replace(COPY, (copy, name) => (hasDefault(name) ? copy : " ".repeat(copy.length)));
    }
  },
};

/** A file of a capability: imports, then what only its one constant needs. */
const CAPABILITY = /^((?:import [^;]*;\n)*)([\s\S]*)^export const (\w+)([\s\S]*)$/m;
const OTHER = /^import \{ (c[st][A-Z]\w*) \} from "\.\/c[st]-/gm;

/** The file with a function in place of the constant, which makes it when it is called first. Lines stay where they are. */
function made(code) {
  const [, imports, before, name, after] = CAPABILITY.exec(code);
  const others = [...imports.matchAll(OTHER)].map(([, other]) => `const ${other} = ${other}Made();`);
  const renamed = imports.replace(OTHER, (line, other) => line.replace(other, `${other} as ${other}Made`));
  const make = `let made; export const ${name} = () => (made ??= make()); function make() { ${others.join(" ")}`;
  return `${renamed}${make}${before}const ${name}${after} return ${name}; }`;
}

// A run binds few of the capabilities, and making one is objects and functions by the dozen.
const onDemand = {
  name: "on-demand",
  transform(code, id) {
    if (/\/src\/capabilities\/(?:effects|transforms)\/c[st]-/.test(id)) return { code: made(code), map: null };
    if (id.endsWith("/src/capabilities/built-in.ts"))
      return { code: code.replace(/^( +(?:return )?)(c[st][A-Z]\w*)(?=[,;]$)/gm, "$1$2()"), map: null };
    return undefined;
  },
};

const EXPORT =
  /(?:Object\.defineProperty\(exports,"(?<live>[\w$]+)",\{enumerable:!0,get:function\(\)\{return (?<variable>[\w$]+)\}\}\)|exports\.(?<name>[\w$]+)=(?<value>`[^`]*`|"[^"]*"|[^,;`"]+))[,;]?\s*/y;
const FIRST_EXPORT = /(?<=[;,}])(?:Object\.defineProperty\(exports,"|exports\.[\w$]+=)/;

/** Where the exports begin that a file ends with; its length where it ends with something else. */
function startOfExports(code) {
  const start = FIRST_EXPORT.exec(code)?.index ?? code.length;
  for (EXPORT.lastIndex = start; EXPORT.test(code); ) if (EXPORT.lastIndex === code.length) return start;
  return code.length;
}

/**
 * V8 keeps so many members in a hash table, which every use of one from another file searches, unless the object is a
 * prototype: then a million events are examined in 0.95 of the time.
 */
const FAST = "function Shared(){}Shared.prototype=module.exports;new Shared";

/** The code with the exports that other files import in a function `share`: one literal is made faster than hundreds of members. */
function sharing(code) {
  const start = startOfExports(code);
  if (start === code.length) return code;
  const [before, exports] = [code.slice(0, start).replace(/,$/, ""), code.slice(start)];
  const all = [...exports.matchAll(new RegExp(EXPORT, "g"))].map(({ groups }) => groups);
  const own = all.filter(({ name }) => name === "main" || name === "workerMain");
  const members = all.map(({ live, variable, name, value }) =>
    live === undefined ? `${name}:${value}` : `get ${live}(){return ${variable}}`,
  );
  const assigned = own.map(({ name, value }) => `exports.${name}=${value}`);
  return `${before};${assigned.join(",")};module.share=()=>{module.exports={__proto__:null,${members.join(",")}};${FAST}}`;
}

/** The few functions of the bundler that all files share, as an expression. */
function runtimeIn(bundle) {
  const runtime = Object.values(bundle).find(({ name }) => name === "rolldown-runtime");
  return { file: `require("./${runtime.fileName}")`, code: `(exports=>{${runtime.code};return exports})({})` };
}

// As `bin/load.js` compiles them: it need not copy a text to wrap it, and what the program shares with its other files,
// which is hundreds of names, is exported when it loads one of these. The first file does without a second one.
const loadable = {
  name: "loadable",
  generateBundle(_, bundle) {
    const runtime = runtimeIn(bundle);
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      const [code, link = ""] = chunk.code.split("\n//# sourceMappingURL=");
      const whole = chunk.isEntry
        ? sharing(code.replace(runtime.file, "runtime".padEnd(runtime.file.length)))
        : code;
      const comment = link === "" ? "" : `\n//# sourceMappingURL=${link}`;
      const begin = chunk.isEntry ? `const runtime=${runtime.code};` : "";
      chunk.code = `(function (exports, require, module, __filename, __dirname) {${begin}\n${whole}\n})${comment}`;
      const asset = bundle[`${chunk.fileName}.map`];
      if (asset === undefined) continue;
      const map = JSON.parse(asset.source);
      asset.source = JSON.stringify({ ...map, mappings: `;${map.mappings}` });
    }
  },
};

// What is imported where it is first needed, but by every run: loading one file more costs more than a larger one.
const ON_THE_WAY_OF_RUN =
  /\/src\/(main|capabilities\/registry|workspace\/run-workflow|workspace\/recording|ledger\/protocols\/write|snapshot\/assembled\/open|platform\/lock\/lock)\.ts$/;

// Separate builds: sharing chunks with the libraries would break the program's one large file into many small ones.
export default defineConfig([
  {
    ...common,
    input: { main: "src/main.ts" },
    // Lets the lazy chunks import from main instead of splitting it into many small files.
    preserveEntrySignatures: "allow-extension",
    output: {
      ...common.output,
      cleanDir: true,
      codeSplitting: {
        groups: [
          { name: "run", test: ON_THE_WAY_OF_RUN, priority: 3 },
          // What a workspace needs for its capability packages.
          {
            name: "packages",
            test: /\/src\/(?:capabilities\/packages\/(?:load|lock)|platform\/realm)\.ts$/,
            priority: 2,
          },
          { name: "markdown", test: /\/src\/render\/markdown\.ts$/, priority: 2 },
          {
            name: "picture",
            test: /\/src\/render\/(?:run-drawing|png|picture\/kept-placement)\.ts$/,
            priority: 1,
          },
        ],
      },
    },
    plugins: [onDemand, direct, ascii, loadable, assets, notices],
  },
  {
    ...common,
    input: { index: "src/index.ts" },
    preserveEntrySignatures: "strict",
    // An error is printed with the name of its class; the program prints its own words, and starts faster without.
    output: {
      ...common.output,
      keepNames: true,
      // All that is loaded with the library in one file: what one file imports from another is behind a getter, at each call.
      codeSplitting: { groups: [{ name: "library", test: /\/src\/index\.ts$/ }] },
    },
    plugins: [ascii],
  },
  {
    ...common,
    input: { capability: "src/capability.ts" },
    preserveEntrySignatures: "strict",
    plugins: [ascii],
  },
]);
