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
    for (const file of ["DejaVuSansMono.ttf", "DejaVuSansMono.LICENSE.txt"]) {
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

// Separate builds: sharing chunks with the libraries would break the program's one large file into many small ones.
export default defineConfig([
  {
    ...common,
    input: { main: "src/main.ts" },
    // Lets the lazy chunks import from main instead of splitting it into many small files.
    preserveEntrySignatures: "allow-extension",
    output: { ...common.output, cleanDir: true },
    plugins: [ascii, assets, notices],
  },
  {
    ...common,
    input: { index: "src/index.ts" },
    preserveEntrySignatures: "strict",
    // An error is printed with the name of its class; the program prints its own words, and starts faster without.
    output: { ...common.output, keepNames: true },
    plugins: [ascii],
  },
  {
    ...common,
    input: { capability: "src/capability.ts" },
    preserveEntrySignatures: "strict",
    plugins: [ascii],
  },
]);
