/**
 * Loaded before the program by `node --require`: writes down, as JSON into the file that `START_MARKS` names, how many
 * milliseconds the processors had worked when each part of a run ended. A part ends where the next first opens its file.
 */

const fs = require("node:fs");
const { Module } = require("node:module");
const vm = require("node:vm");

const { START_MARKS: file, START_SNAPSHOT: snapshot, START_PAYLOAD: payload } = process.env;
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const marks = [["interpreter", cpu()]];
const within = { "code of the cache": 0, "node:crypto": 0, syncs: 0 };

/** In the order of a run: what is opened first in the part after it. */
const ENDS = [
  ["loader", (path) => path.endsWith("/dist/main.cjs")],
  ["program: its files, and their modules", () => false],
  ["command line", (path) => path.startsWith(snapshot)],
  ["seal", (path) => /\/artifacts\/.*\.json$/.test(path)],
  ["reading artifacts, compiling", (path) => path === payload],
  ["payload, ledger", (path) => /\/protocols(?:\/|$)/.test(path)],
  ["kept protocol", (path) => /\/\d{8}T\d+Z__[^/]*$/.test(path)],
];
let at = 0;

function reach(part) {
  if (part < at) return;
  marks.push([ENDS[part][0], cpu()]);
  at = part + 1;
}

function opened(path) {
  const part = ENDS.findIndex(([, isEnd], i) => i >= at && isEnd(String(path)));
  if (part !== -1) reach(part);
}

function wrap(object, name, before, after = () => undefined) {
  const plain = object[name];
  object[name] = Object.assign(function (...args) {
    before(...args);
    try {
      return plain.apply(this, args);
    } finally {
      after(...args);
    }
  }, plain);
}

for (const name of ["openSync", "readFileSync", "statSync", "lstatSync", "mkdirSync"]) wrap(fs, name, opened);
const { native } = fs.realpathSync;
fs.realpathSync.native = (path, ...more) => {
  opened(path);
  return native(path, ...more);
};

let begun = 0;
const begin = () => {
  begun = cpu();
};
const end = (what) => () => {
  within[what] += cpu() - begun;
};
for (const name of ["fsyncSync", "fdatasyncSync"]) wrap(fs, name, begin, end("syncs"));
const { Script } = vm;
vm.Script = class extends Script {
  constructor(...args) {
    begin();
    super(...args);
    end("code of the cache")();
  }
};
wrap(
  Module,
  "_load",
  (id) => id === "node:crypto" && begin(),
  (id) => id === "node:crypto" && end(id)(),
);

// The program asks for its command line once it is loaded.
const { argv } = process;
Object.defineProperty(process, "argv", {
  get() {
    if (at === 1) reach(1);
    return argv;
  },
});

let isPrinted = false;
wrap(fs, "writeSync", (descriptor) => {
  if (descriptor !== 1 || isPrinted) return;
  isPrinted = true;
  marks.push(["steps, effects, trace", cpu()]);
});
process.on("exit", () => {
  marks.push(["output, renderings", cpu()]);
  fs.writeFileSync(file, JSON.stringify({ marks, within }));
});
