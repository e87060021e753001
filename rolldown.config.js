import { copyFileSync, mkdirSync } from "node:fs";
import { defineConfig } from "rolldown";
import license from "rollup-plugin-license";

// CommonJS with lazily required chunks starts in two thirds of the time that ES modules take.
const common = {
  platform: "node",
  // Lets the lazy chunks import from main instead of splitting it into many small files.
  preserveEntrySignatures: "allow-extension",
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
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name]-[hash].cjs",
  },
};

// `bin/load.js` reads the files as one byte a character.
const ascii = {
  name: "ascii",
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      chunk.code = chunk.code.replace(
        /[^\0-\x7f]/g,
        (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
      );
    }
  },
};

const fonts = {
  name: "fonts",
  writeBundle() {
    mkdirSync("dist/fonts", { recursive: true });
    for (const file of ["DejaVuSansMono.ttf", "DejaVuSansMono.LICENSE.txt"]) {
      copyFileSync(`src/render/fonts/${file}`, `dist/fonts/${file}`);
    }
  },
};
const notices = license({ thirdParty: { output: "dist/THIRD-PARTY-NOTICES", includePrivate: false } });

// Two builds: sharing chunks with the library would break the program's one large file into many small ones.
export default defineConfig([
  {
    ...common,
    input: { main: "src/main.ts" },
    output: { ...common.output, cleanDir: true },
    plugins: [ascii, fonts, notices],
  },
  { ...common, input: { index: "src/index.ts" }, plugins: [ascii] },
]);
