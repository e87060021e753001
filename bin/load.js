/**
 * Loads the bundle with V8's code cache, which saves most of the compiling at every start. `npm run build` makes
 * the caches. A cache begins with the Node that made it and the whole text that it was made of, because V8 itself
 * compares nothing but the text's length: where either differs, the file is compiled as usual.
 */

const { readFileSync } = require("node:fs");
const { Module, createRequire } = require("node:module");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

const MADE_BY = Buffer.from(`${process.version} ${process.versions.v8} ${process.platform} ${process.arch}\n`);

/** Exports, text and script of every file loaded so far. */
const loaded = new Map();

function load(file) {
  const known = loaded.get(file);
  if (known !== undefined) return known.exports;
  const text = readFileSync(file);
  // The build leaves ASCII alone in these files: a text of one byte a character is kept at half the cost.
  const script = new Script(Module.wrap(text.latin1Slice()), {
    filename: file,
    cachedData: cacheOf(file, text),
  });
  const unit = { exports: {}, text, script };
  loaded.set(file, unit);
  const folder = dirname(file);
  const outside = createRequire(file);
  const require = (id) => (id.startsWith("./") ? load(join(folder, id)) : outside(id));
  script.runInThisContext()(unit.exports, require, unit, file, folder);
  return unit.exports;
}

/** What V8 made of exactly this text. */
function cacheOf(file, text) {
  let cache;
  try {
    cache = readFileSync(`${file}.cache`);
  } catch {
    return undefined;
  }
  const begin = MADE_BY.length + text.length;
  const isMadeHere = MADE_BY.equals(cache.subarray(0, MADE_BY.length));
  return isMadeHere && text.equals(cache.subarray(MADE_BY.length, begin)) ? cache.subarray(begin) : undefined;
}

/** The cache of a file that was loaded and has run. */
function toCache({ text, script }) {
  return Buffer.concat([MADE_BY, text, script.createCachedData()]);
}

module.exports = { load, loaded, toCache };
