import { copyFileSync, mkdirSync } from "node:fs";
import { defineConfig } from "rolldown";

// CommonJS with lazily required chunks starts in two thirds of the time that ES modules take.
export default defineConfig({
  input: { main: "src/main.ts", library: "src/library.ts" },
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
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name]-[hash].cjs",
    cleanDir: true,
  },
  plugins: [
    {
      name: "fonts",
      writeBundle() {
        mkdirSync("dist/fonts", { recursive: true });
        for (const file of ["DejaVuSansMono.ttf", "DejaVuSansMono.LICENSE.txt"]) {
          copyFileSync(`src/trace/render/fonts/${file}`, `dist/fonts/${file}`);
        }
      },
    },
  ],
});
