#!/usr/bin/env node
const { fstatSync, readFileSync, writeSync } = require("node:fs");
const dist = require("node:path").join(__dirname, "../dist");

/** A version or a help page that the build has kept: by the only argument of the line. */
const PAGES = { "--version": "version.txt", "-V": "version.txt", "--help": "help.txt", "-h": "help.txt" };

/** False where nothing is kept that answers the line, or where it cannot be written: the program says why. */
function isAnswered([word, ...more]) {
  const page = more.length === 0 && Object.hasOwn(PAGES, word) ? PAGES[word] : undefined;
  if (page === undefined) return false;
  try {
    // A help page is as wide as the terminal.
    if (page === "help.txt" && fstatSync(1).isCharacterDevice() && process.stdout.isTTY) return false;
    const text = readFileSync(`${dist}/${page}`);
    return writeSync(1, text) === text.length;
  } catch {
    return false;
  }
}

if (isAnswered(process.argv.slice(2))) process.exit(0);
require("./load.js").load(`${dist}/main.cjs`).main(`${dist}/render/fonts`, `${__dirname}/worker.js`);
