/**
 * Loads the bundle with V8's code cache, which saves most of the compiling at every start. `npm run build` makes
 * the caches; V8 rejects those of another version, and then a file is compiled as usual.
 */

const { readFileSync } = require("node:fs");
const { Module, createRequire } = require("node:module");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

/** Exports and script of every file loaded so far. */
const loaded = new Map();

function load(file) {
  const known = loaded.get(file);
  if (known !== undefined) return known.exports;
  const cachedData = readOrUndefined(`${file}.cache`);
  // The build leaves ASCII alone in these files: a text of one byte a character is read and kept at half the cost.
  const script = new Script(Module.wrap(readFileSync(file, "latin1")), { filename: file, cachedData });
  const unit = { exports: {}, script };
  loaded.set(file, unit);
  const folder = dirname(file);
  const outside = createRequire(file);
  const require = (id) => (id.startsWith("./") ? load(join(folder, id)) : outside(id));
  script.runInThisContext()(unit.exports, require, unit, file, folder);
  return unit.exports;
}

function readOrUndefined(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

module.exports = { load, loaded };
