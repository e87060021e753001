/** A store whose file stays open is, whatever others do to the file, what it is for a process that knows nothing of it. */

import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { StoreFault, StorePathFault } from "../../src/errors/ports.ts";
import { openDataRoot } from "../../src/platform/data-root.ts";
import type { DataRoot, StoreFile } from "../../src/ports.ts";
import { fileStore } from "../../src/storage/files/stores.ts";
import type { Store } from "../../src/storage/stores.ts";
import { SPARE } from "../support/listing.ts";
import { PLAYS_ALL, portion } from "../support/portion.ts";

/** A data root, and a folder beside it. */
function world(t: TestContext): string {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "pgs-kept-")));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  for (const name of ["root/a", "root/b", "outside"]) mkdirSync(join(base, name), { recursive: true });
  for (const name of ["root/a/other", "root/b/store", "outside/store"])
    writeFileSync(join(base, name), `{"of":"${name}"}\n`);
  return base;
}

type Own = (file: StoreFile, store: Store) => unknown;

/** What the process does with its store. */
const OWN: Readonly<Record<string, Own>> = {
  add: (file) =>
    file.locked(() => {
      const before = file.stamp()?.size;
      file.append('{"added":1}\n');
      return [before, file.stamp()?.size];
    }),
  "add twice": (file) =>
    file.locked(() => {
      for (const n of [1, 2]) file.append(`{"twice":${n}}\n`);
      return file.stamp()?.size;
    }),
  "cut and add": (file) =>
    file.locked(() => {
      if (file.stamp() !== null) file.truncate(5);
      file.append('{"cut":1}\n');
      return String(file.read());
    }),
  replace: (file) => file.locked(() => file.replace('{"replaced":1}\n')),
  "add without a lock": (file) => file.append('{"free":1}\n'),
  "add to the log": async (_, store) => (await store.open("log").append((number) => ({ number }))).change,
  "read from the lock": (file) => file.locked(() => String(file.readAt(1, 9))),
  read: (file) => String(file.read()),
  "read a part": (file) => String(file.readAt(3, 8)),
  "read on": (file) => {
    const pieces: Uint8Array[] = [];
    file.readFrom(2, (piece) => pieces.push(piece));
    return String(Buffer.concat(pieces));
  },
  look: (file) => file.stamp()?.size,
};

/** What another process does to the file. Each does nothing where it cannot. */
const FOREIGN: Readonly<Record<string, (base: string, at: string) => void>> = {
  append: (_, at) => appendFileSync(at, '{"theirs":"of another length"}\n'),
  "append a torn line": (_, at) => appendFileSync(at, '{"torn'),
  cut: (_, at) => truncateSync(at, 7),
  remove: (_, at) => rmSync(at, { recursive: true }),
  "replace by renaming": (_, at) => {
    writeFileSync(`${at}.new`, '{"whole":"new"}\n');
    renameSync(`${at}.new`, at);
  },
  "move away": (_, at) => renameSync(at, `${at}.old`),
  "move away and copy back": (_, at) => {
    renameSync(at, `${at}.old`);
    writeFileSync(at, readFileSync(`${at}.old`));
  },
  "put back": (_, at) => renameSync(`${at}.old`, at),
  "add a name": (_, at) => linkSync(at, `${at}.name`),
  "make a link to inside": (_, at) => {
    rmSync(at, { recursive: true });
    symlinkSync("other", at);
  },
  "make a link to outside": (base, at) => {
    rmSync(at, { recursive: true });
    symlinkSync(join(base, "outside/store"), at);
  },
  "make a link to itself elsewhere": (base, at) => {
    renameSync(at, join(base, "outside/moved"));
    symlinkSync(join(base, "outside/moved"), at);
  },
  "make a folder of it": (_, at) => {
    rmSync(at, { recursive: true });
    mkdirSync(at);
  },
  "another folder": (base) => {
    renameSync(join(base, "root/a"), join(base, `root/a${readdirSync(join(base, "root")).length}`));
    mkdirSync(join(base, "root/a"));
  },
  "a link to its folder inside": (base) => {
    renameSync(join(base, "root/a"), join(base, "root/moved"));
    symlinkSync("moved", join(base, "root/a"));
  },
  "a link to its folder outside": (base) => {
    renameSync(join(base, "root/a"), join(base, "outside/moved-folder"));
    symlinkSync(join(base, "outside/moved-folder"), join(base, "root/a"));
  },
  "a link to another folder": (base) => {
    rmSync(join(base, "root/a"), { recursive: true });
    symlinkSync("b", join(base, "root/a"));
  },
  "forbid to write": (_, at) => chmodSync(at, 0o444),
  "allow to write": (_, at) => chmodSync(at, 0o644),
};

/** What is there below the folder, without what a process keeps for its locks. */
function contentOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true }).map(String).sort();
  const shown = names.filter((name) => !SPARE.test(name.replace(/.*\//, "")));
  return Object.fromEntries(shown.map((name) => [name, textOf(folder, name)]));
}

function textOf(folder: string, name: string): string {
  const stat = lstatSync(join(folder, name));
  if (stat.isSymbolicLink()) return `-> ${readlinkSync(join(folder, name)).replace(folder, "")}`;
  return stat.isFile() ? readFileSync(join(folder, name), "utf8") : "folder";
}

async function answerOf(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreFault) return [error.reason, error.facts];
    assert.ok(error instanceof StorePathFault, String(error));
    return "leads out of the root";
  }
}

/** A process that knows the store from its first operation on, or one that each time begins anew. */
function processIn(base: string, isNew: boolean): (own: Own) => Promise<unknown> {
  const open = () => openDataRoot(join(base, "root"), { lockTimeout: 30 }).store("a/store");
  let file = open();
  let store = fileStore(file);
  return (own) => {
    if (isNew) [file, store] = [open(), fileStore(open())];
    return answerOf(() => own(file, store));
  };
}

async function agree(t: TestContext, steps: readonly string[]): Promise<void> {
  const [known, unknown] = [world(t), world(t)];
  const [one, other] = [processIn(known, false), processIn(unknown, true)];
  for (const step of steps) {
    const own = OWN[step];
    if (own !== undefined) assert.deepEqual(await one(own), await other(own), step);
    for (const base of own === undefined ? [known, unknown] : [])
      attempted(() => FOREIGN[step]?.(base, join(base, "root/a/store")));
    assert.deepEqual(contentOf(known), contentOf(unknown), step);
  }
}

function attempted(work: () => void): void {
  try {
    work();
  } catch {}
}

test("whatever another process does between two operations, the second is done to what is there then", async (t) => {
  const cases = Object.keys(FOREIGN).flatMap((foreign) =>
    Object.keys(OWN).map((own) => [foreign, own] as const),
  );
  for (const [foreign, own] of portion(t, cases, 25))
    await agree(t, ["add", "add", foreign, own, "add", foreign, "add", "read"]);
});

test("so are operations and changes in any order", async (t) => {
  const step = fc.constantFrom(...Object.keys(OWN), ...Object.keys(FOREIGN));
  const steps = fc.array(step, { minLength: 4, maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(steps, (chosen) => agree(t, ["add", ...chosen, "add"])),
    { numRuns: PLAYS_ALL ? 200 : 20 },
  );
});

/** How many lines a process takes a log for that adds one, which is taken away again. */
const numberOfLines: Own = async (file, store) => {
  const before = file.stamp();
  if (before === null) return null;
  const { change } = await store.open("log").append((number) => ({ number }));
  file.truncate(before.size);
  return change;
};

test("operations that share the lock are all done to the file that was found, or none of them, whatever happens meanwhile", async (t) => {
  const addToLog = OWN["add to the log"] as Own;
  for (const [foreign, change] of Object.entries(FOREIGN)) {
    const base = world(t);
    const at = join(base, "root/a/store");
    const [one, fresh] = [processIn(base, false), processIn(base, true)];
    for (const step of ["add", "add"]) await one(OWN[step] as Own);
    const interrupt: Own = (file) => file.locked(() => attempted(() => change(base, at)));
    const [first, , ...others] = await Promise.all([addToLog, interrupt, addToLog, addToLog].map(one));
    const isRefused = Array.isArray(first);
    const refusal = ["UNWRITABLE", { file: "a/store", errno: "ESTALE" }];
    const lines = [2, 3, 4].map((before) => ({ before: { lines: before }, after: { lines: before + 1 } }));
    assert.deepEqual([first, ...others], isRefused ? [refusal, refusal, refusal] : lines, foreign);
    if (!isRefused)
      assert.match(readFileSync(at, "utf8"), /\{"number":3\}\n\{"number":4\}\n\{"number":5\}\n$/, foreign);
    else assert.doesNotMatch(JSON.stringify(contentOf(base)), /number/, foreign);
    // What was not written is not remembered either.
    for (const own of [OWN["look"], numberOfLines, OWN["read"], numberOfLines] as Own[])
      assert.deepEqual(await one(own), await fresh(own), foreign);
  }
});

test("a file that is removed is not kept open longer than until the next operation", {
  skip: existsSync("/proc/self/fd") ? false : "needs /proc",
}, async (t) => {
  const base = world(t);
  const isOpen = () =>
    readdirSync("/proc/self/fd").some((file) => textOrEmpty(file).startsWith(join(base, "root/a/store")));
  const file = openDataRoot(join(base, "root")).store("a/store");
  for (let i = 0; i < 2; i++) await file.locked(() => file.append("{}\n"));
  assert.equal(isOpen(), true, "the file is kept open");
  rmSync(join(base, "root/a/store"));
  assert.equal(file.stamp(), null);
  assert.equal(isOpen(), false);
});

function textOrEmpty(file: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${file}`);
  } catch {
    return "";
  }
}

test("of many stores few are kept open", {
  skip: existsSync("/proc/self/fd") ? false : "needs /proc",
}, async (t) => {
  const base = world(t);
  const data: DataRoot = openDataRoot(join(base, "root"));
  const openFiles = () =>
    readdirSync("/proc/self/fd").filter((file) => /\/many\/\d+$/.test(textOrEmpty(file))).length;
  for (const round of [1, 2, 3]) {
    for (let i = 0; i < 40; i++) {
      const file = data.store(`many/${i}`);
      await file.locked(() => file.append(`${round}\n`));
      assert.ok(openFiles() <= 16, `${openFiles()} are open`);
    }
  }
  for (let i = 0; i < 40; i++) assert.equal(String(data.store(`many/${i}`).read()), "1\n2\n3\n");
});
