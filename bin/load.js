/**
 * Loads the bundle with V8's code cache, which saves most of the compiling at every start. The first run that needs a
 * file writes its cache into the user's cache folder; the package holds none. A cache begins with the Node that made it
 * and the whole text that it was made of, because V8 itself compares nothing but the text's length: where either
 * differs, the file is compiled as usual. `PGS_NO_CACHE` turns the cache off.
 */

const {
  closeSync,
  constants: { O_NOFOLLOW, O_NONBLOCK, O_RDONLY },
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} = require("node:fs");
const { basename, dirname, isAbsolute, join } = require("node:path");
const vm = require("node:vm");

const MADE_BY = Buffer.from(`${process.version} ${process.versions.v8} ${process.platform} ${process.arch}\n`);

/** More files than all commands of one build have are of other builds. */
const MOST_FILES = 1000;

/** Far more than V8 makes of any file of the program. */
const MOST_BYTES = 1 << 26;

/** The exit code of a command line that is refused. */
const BAD_LINE = 2;

/** Every file loaded so far: exports, text, script. */
const loaded = new Map();

/** Whether a file had no cache: the end of the process writes it. */
let isMissed = false;

const folder = cacheFolder(process.env);
const isReadable = folder !== undefined && isOwn(folder);

function load(file) {
  return unitOf(file).exports;
}

function unitOf(file) {
  const known = loaded.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(file);
  // The build leaves only ASCII in these files, wrapped in a function: a text of one byte a character is kept at half the cost.
  const script = new vm.Script(text.latin1Slice(), { filename: file, cachedData: cacheOf(file, text) });
  const unit = { exports: {}, text, script };
  loaded.set(file, unit);
  if (script.cachedDataRejected !== false && !isMissed && folder !== undefined) {
    isMissed = true;
    process.on("exit", writeCaches);
  }
  // What is not of the bundle is found from here as from there: both folders are in the package's.
  const requireFrom = (id) => (id.startsWith("./") ? sharedBy(unitOf(join(dirname(file), id))) : require(id));
  script.runInThisContext()(unit.exports, requireFrom, unit, file, dirname(file));
  return unit;
}

/** What other files import is exported when the first of them asks for it: most runs load no other. */
function sharedBy(unit) {
  const { share } = unit;
  unit.share = undefined;
  share?.();
  return unit.exports;
}

/** Undefined where there is none. */
function cacheFolder({ PGS_NO_CACHE, XDG_CACHE_HOME, HOME }) {
  const base = XDG_CACHE_HOME || (HOME ? join(HOME, ".cache") : "");
  if (PGS_NO_CACHE || !isAbsolute(base) || process.getuid === undefined) return undefined;
  return join(base, "pgs", `code-${process.version}`);
}

/** Trust boundary: a cache is code, so nobody else may have written it. False where there is no such folder. */
function isOwn(path) {
  try {
    const { uid, mode } = statSync(path);
    return uid === process.getuid() && (mode & 0o022) === 0;
  } catch {
    return false;
  }
}

/** What V8 has compiled depends on the command: each has its own caches. */
const command = /^[a-z]{2,12}$/.test(process.argv[2]) ? process.argv[2] : "other";

/** The length keeps two builds of one name apart. */
const cacheFile = (file, text) => join(folder, `${command}-${basename(file)}.${text.length}`);

/** V8 copies what does not begin at a multiple of eight. */
const blanksAfter = (text) => -(MADE_BY.length + text.length) & 7;

/** What V8 made of exactly this text. */
function cacheOf(file, text) {
  if (!isReadable) return undefined;
  const cache = bytesOf(cacheFile(file, text));
  if (cache === undefined) return undefined;
  const end = MADE_BY.length + text.length;
  const isMadeHere = MADE_BY.equals(cache.subarray(0, MADE_BY.length));
  const isOfText = isMadeHere && text.equals(cache.subarray(MADE_BY.length, end));
  return isOfText ? cache.subarray(end + blanksAfter(text)) : undefined;
}

/** Undefined where there is no regular file of a possible size: to read a pipe or a device might never end. */
function bytesOf(path) {
  let file;
  try {
    file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > MOST_BYTES) return undefined;
    // Begins at a multiple of eight.
    const bytes = Buffer.allocUnsafeSlow(stat.size);
    return bytes.subarray(0, readSync(file, bytes, 0, stat.size, 0));
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** One after the other: Node's recursive `mkdir` never returns where nothing can be made, such as below `/proc`. */
function makeFolders(path) {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch ({ code }) {
    if (code === "EEXIST") return;
    if (code === "ENOENT") makeFolders(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  }
}

/** Of a command that did something: one that only printed a help page, or refused its line, has compiled too little. */
function writeCaches(exitCode) {
  if (exitCode === BAD_LINE || ["--help", "-h"].some((option) => process.argv.includes(option))) return;
  const missing = [...loaded].filter(([, { script }]) => script.cachedDataRejected !== false);
  try {
    makeFolders(folder);
    if (!isOwn(folder)) return;
    const names = readdirSync(folder);
    if (names.length > MOST_FILES) for (const name of names) unlinkSync(join(folder, name));
    for (const [file, { text, script }] of missing) {
      const path = cacheFile(file, text);
      const draft = `${path}.${process.pid}`;
      const blanks = Buffer.alloc(blanksAfter(text));
      writeFileSync(draft, Buffer.concat([MADE_BY, text, blanks, script.createCachedData()]), {
        flag: "wx",
        mode: 0o600,
      });
      renameSync(draft, path);
    }
  } catch {
    // Without a cache the next run compiles as this one did.
  }
}

module.exports = { load };
