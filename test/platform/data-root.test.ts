import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { RunFault } from "../../src/errors/base.ts";
import { StoreFault } from "../../src/errors/ports.ts";
import { keepStores, openDataRoot } from "../../src/platform/data-root.ts";
import type { StoreFile } from "../../src/ports.ts";
import { childModules } from "../support/child-modules.ts";
import { SPARE, withoutSpares } from "../support/listing.ts";
import { ENDED, lockText, running } from "../support/lock-text.ts";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const modules = await childModules("src/platform/data-root.ts");

function folder(t: TestContext): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "pgs-root-")));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const onLinux = process.platform === "linux" ? false : "needs /proc";

const operations: Readonly<Record<string, (store: StoreFile) => unknown>> = {
  read: (store) => store.read(),
  readFrom: (store) => store.readFrom(0, () => assert.fail("read")),
  readAt: (store) => store.readAt(0, 1),
  stamp: (store) => store.stamp(),
  holder: (store) => store.holder(),
  append: (store) => store.append("x\n"),
  truncate: (store) => store.truncate(0),
  replace: (store) => store.replace("x"),
  locked: (store) => store.locked(() => assert.fail("worked")),
};

const escaping = (error: unknown) => {
  assert.ok(error instanceof RunFault, String(error));
  assert.equal(error.code, "STORE_PATH_ESCAPES");
  assert.deepEqual([error.stage, error.category], ["effect", "CS"]);
  return true;
};

const failing = (reason: string, errno: string) => (error: unknown) => {
  assert.ok(error instanceof StoreFault, String(error));
  assert.deepEqual([error.reason, error.facts], [reason, { file: "a/store", errno }]);
  return true;
};

test("a path that leads out of the root, or to the root itself, is refused before anything is touched", (t) => {
  const root = join(folder(t), "data");
  for (const path of ["../x", "a/../../x", "..", ".", "", "a/..", "/etc/passwd", `${root}/x`, "a\0b"]) {
    assert.throws(() => openDataRoot(root).store(path), escaping, JSON.stringify(path));
  }
  assert.equal(existsSync(root), false);
});

test("a name that only looks like leaving stays", (t) => {
  const root = folder(t);
  const data = openDataRoot(root);
  data.store("..a/...").append("x");
  data.store("b/../c").append("x");
  assert.deepEqual(readdirSync(root).sort(), ["..a", "c"]);
  assert.equal(data.store("./c"), data.store("c"), "one object per path");
});

test("however many stores are asked for, few are kept, and one that is used stays the same", () => {
  let opened = 0;
  const store = keepStores(
    (path) => path.replace(/^\.\//, ""),
    (name) => ({ name, number: ++opened }),
  );
  const used = store("used");
  assert.equal(store("./used"), used);
  for (let i = 0; i < 10_000; i++) {
    assert.equal(store(`./${i}`), store(String(i)), "one object per path");
    assert.equal(store("used"), used);
  }
  assert.equal(opened, 10_001);
  const again = store("1");
  assert.deepEqual([again.name, again.number], ["1", 10_002], "it was not kept");
});

test("a folder or file that is a link out of the root is refused, also when it leads nowhere yet", async (t) => {
  const outside = folder(t);
  const root = folder(t);
  writeFileSync(join(outside, "file"), "secret");
  symlinkSync(outside, join(root, "folder"));
  symlinkSync(join(outside, "file"), join(root, "file"));
  symlinkSync(join(outside, "absent"), join(root, "dangling"));
  symlinkSync("../..", join(root, "up"));
  symlinkSync(".", join(root, "self"));
  for (const path of ["folder/file", "folder/new/x", "file", "dangling", "dangling/x", "up/x", "self"]) {
    const store = openDataRoot(root).store(path);
    for (const [name, operate] of Object.entries(operations)) {
      await assert.rejects(async () => operate(store), escaping, `${name} ${path}`);
    }
  }
  assert.deepEqual(readdirSync(outside), ["file"]);
});

test("a link that appears after the store was opened stops every operation", async (t) => {
  const outside = folder(t);
  const root = folder(t);
  const store = openDataRoot(root).store("a/store");
  store.append("ours\n");
  rmSync(join(root, "a"), { recursive: true });
  writeFileSync(join(outside, "store"), "theirs");
  symlinkSync(outside, join(root, "a"));
  for (const [name, operate] of Object.entries(operations))
    await assert.rejects(async () => operate(store), escaping, name);
  assert.deepEqual(readdirSync(outside), ["store"]);
  assert.equal(readFileSync(join(outside, "store"), "utf8"), "theirs");
});

test("a link that stays inside the root is followed, and stays a link when its store is replaced", async (t) => {
  const root = folder(t);
  mkdirSync(join(root, "real"));
  symlinkSync("real/store", join(root, "alias"));
  writeFileSync(join(root, "real/store"), "old");
  const alias = openDataRoot(root).store("alias");
  alias.replace("new");
  assert.equal(readFileSync(join(root, "real/store"), "utf8"), "new");
  assert.equal(readlinkSync(join(root, "alias")), "real/store");
  await alias.locked(() =>
    assert.ok(readdirSync(join(root, "real")).includes("store.lock"), "one lock for all names"),
  );
});

test("a root that is a link itself is the root", (t) => {
  const real = folder(t);
  const root = join(folder(t), "link");
  symlinkSync(real, root);
  openDataRoot(root).store("a/store").append("x");
  assert.equal(readFileSync(join(real, "a/store"), "utf8"), "x");
});

test("an absent root is read as empty and made by the first write", async (t) => {
  for (const write of ["append", "replace", "locked"] as const) {
    const root = join(folder(t), "not/yet");
    const store = openDataRoot(root).store("a/store");
    assert.deepEqual([store.read(), store.stamp(), [...openDataRoot(root).journals()]], [null, null, []]);
    assert.equal(existsSync(root), false);
    if (write === "locked") await store.locked(() => undefined);
    else store[write]("x");
    assert.equal(existsSync(join(root, "a")), true, write);
  }
});

test("a file in place of a folder, or a folder in place of the file, is a fault with the system's code", async (t) => {
  const base = folder(t);
  writeFileSync(join(base, "root"), "");
  mkdirSync(join(base, "one"));
  writeFileSync(join(base, "one/a"), "");
  mkdirSync(join(base, "two/a/store"), { recursive: true });
  const { locked, holder, ...direct } = operations;
  const codes = { root: "ENOTDIR", one: "ENOTDIR", two: "EISDIR" };
  for (const [name, errno] of Object.entries(codes)) {
    const store = openDataRoot(join(base, name)).store("a/store");
    for (const [op, operate] of Object.entries(direct)) {
      const reason = ["read", "readFrom", "readAt", "stamp"].includes(op) ? "UNREADABLE" : "UNWRITABLE";
      assert.throws(() => operate(store), failing(reason, errno), `${op} ${name}`);
    }
    if (name === "two") continue;
    await assert.rejects(async () => locked?.(store), failing("UNWRITABLE", "ENOTDIR"));
    assert.throws(() => holder?.(store), failing("UNREADABLE", "ENOTDIR"));
  }
  assert.throws(
    () => [...openDataRoot(join(base, "root")).journals()],
    ({ facts }: StoreFault) => facts.errno === "ENOTDIR",
  );
});

const isRoot = process.getuid?.() === 0;
const skip = isRoot ? "the superuser writes into a read-only folder" : false;
it("no operation leaves a handle open, and where there is none left each is a fault", {
  skip: onLinux,
}, (t) => {
  const base = folder(t);
  const script = inChild(
    `const operations = {
      read: (store) => store.read(), readFrom: (store) => store.readFrom(0, () => 1), readAt: (store) => store.readAt(0, 1),
      holder: (store) => store.holder(), append: (store) => store.append("x"), truncate: (store) => store.truncate(0),
      replace: (store) => store.replace("x"), locked: (store) => store.locked(() => store.append("x")),
      sync: (store) => (store.append("x"), store.sync()), index: (store) => store.index("keys").replace([Buffer.from("x")]),
    };
    const open = () => fs.readdirSync("/proc/self/fd").length;
    fs.mkdirSync(${JSON.stringify(join(base, "data/folder"))}, { recursive: true });
    fs.symlinkSync("/", ${JSON.stringify(join(base, "data/out"))});
    const data = openDataRoot(${JSON.stringify(join(base, "data"))});
    const paths = ["folder", "a/b/store", "a/b/store/below", "out/store", ...Array.from({ length: 20 }, (_, i) => i + "/x/store")];
    const everywhere = async () => {
      for (const path of paths) for (const operate of Object.values(operations)) try { await operate(data.store(path)); } catch {}
      return open();
    };
    const before = open();
    const kept = await everywhere();
    // Some folders and files are kept at hand.
    if (kept > before + 8 + 16) console.log("left open", kept - before);
    if ((await everywhere()) !== kept) console.log("more and more are left open");
    isExhausted = true;
    for (const [name, operate] of Object.entries(operations)) {
      if (name === "index") continue;
      try { await operate(data.store("a/never/store")); console.log(name, "worked"); }
      catch (error) { if (error.facts?.errno !== "EMFILE") console.log(name, error); }
    }`,
    `const fs = (await import("node:fs")).default;
    const real = fs.openSync;
    let isExhausted = false;
    fs.openSync = (...given) => {
      if (isExhausted) throw Object.assign(new Error("open"), { code: "EMFILE", syscall: "open" });
      return real(...given);
    };
    (await import("node:module")).syncBuiltinESMExports();`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, script, { encoding: "utf8" });
  assert.equal(stdout, "", stderr);
  assert.equal(stderr, "");
});

test("a read-only folder is a fault of every write, and reading goes on", { skip }, async (t) => {
  const root = folder(t);
  const store = openDataRoot(root).store("a/store");
  store.append("x");
  chmodSync(join(root, "a"), 0o555);
  assert.throws(() => store.replace("y"), failing("UNWRITABLE", "EACCES"));
  await assert.rejects(
    store.locked(() => 1),
    failing("UNWRITABLE", "EACCES"),
  );
  assert.equal(String(store.read()), "x");
  chmodSync(join(root, "a"), 0o755);
});

test("the stamp changes with every write but keeps its identity while the file grows", (t) => {
  const store = openDataRoot(folder(t)).store("a/store");
  store.append("1");
  const first = store.stamp();
  store.append("2");
  const second = store.stamp();
  assert.equal(second?.identity, first?.identity);
  assert.deepEqual([first?.size, second?.size], [1, 2]);
  store.replace("34");
  assert.notEqual(store.stamp()?.identity, first?.identity);
});

test("bytes are read from an offset to the end or for a length, and none behind the end", (t) => {
  const store = openDataRoot(folder(t)).store("a/store");
  const readFrom = (offset: number) => {
    const pieces: Uint8Array[] = [];
    store.readFrom(offset, (piece) => pieces.push(piece));
    return Buffer.concat(pieces);
  };
  store.append("abcé");
  assert.deepEqual(
    [0, 3, 5, 9].map((offset) => String(readFrom(offset))),
    ["abcé", "é", "", ""],
  );
  assert.deepEqual(
    [0, 3, 5].map((offset) => String(store.readAt(offset, 2))),
    ["ab", "é", ""],
  );
  store.truncate(2);
  assert.equal(String(store.read()), "ab");
  const long = Buffer.alloc(2_500_000, "0123456789");
  store.replace(String(long));
  assert.deepEqual(readFrom(7), long.subarray(7));
});

test("a replaced file keeps its permissions and leaves no draft, also when it cannot take its place", (t) => {
  const root = folder(t);
  const store = openDataRoot(root).store("store");
  store.replace("old");
  chmodSync(join(root, "store"), 0o600);
  store.replace("new");
  assert.equal(statSync(join(root, "store")).mode & 0o777, 0o600);
  unlinkSync(join(root, "store"));
  mkdirSync(join(root, "store/full"), { recursive: true });
  assert.throws(() => store.replace("x"), StoreFault);
  assert.deepEqual(readdirSync(root), ["store"]);
});

test("a replaced file keeps its owner and group", {
  skip: isRoot ? false : "only the superuser gives files away",
}, (t) => {
  const root = folder(t);
  const path = join(root, "store");
  const lost: string[] = [];
  const store = openDataRoot(root, { ownerLost: (file) => lost.push(file) }).store("store");
  for (const [uid, gid, mode] of [
    [1000, 1000, 0o640],
    [0, 1001, 0o660],
    [1000, 0, 0o4755],
  ] as const) {
    writeFileSync(path, "old");
    chownSync(path, uid, gid);
    chmodSync(path, mode);
    store.replace("new");
    const now = statSync(path);
    assert.deepEqual([now.uid, now.gid, now.mode & 0o7777], [uid, gid, mode]);
  }
  assert.deepEqual(lost, []);
});

it("an owner or a group that may not be kept is told, and the other one is kept", (t) => {
  const root = folder(t);
  for (const [refused, kept] of [
    ["uid", "gid"],
    ["gid", "uid"],
  ] as const) {
    const script = inChild(
      `writeFileSync(${JSON.stringify(join(root, "store"))}, "old");
      const data = openDataRoot(${JSON.stringify(root)}, { ownerLost: (file) => console.log("lost", file) });
      data.store("store").replace("new");`,
      `const fs = (await import("node:fs")).default;
      const { writeFileSync } = fs;
      const [real, asked] = [fs.lstatSync, []];
      fs.lstatSync = (path, options) => {
        const stat = real(path, options);
        if (path.endsWith("/store") && options?.bigint !== true) { stat.uid = 4001; stat.gid = 4002; }
        return stat;
      };
      fs.fchownSync = (file, uid, gid) => {
        const isNew = { uid: uid === 4001, gid: gid === 4002 };
        if (isNew.${refused}) throw Object.assign(new Error("fchown"), { code: "EPERM", syscall: "fchown" });
        if (isNew.${kept}) console.log("kept");
      };
      (await import("node:module")).syncBuiltinESMExports();`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, script, { encoding: "utf8" });
    assert.equal(stdout, "kept\nlost store\n", stderr);
    assert.equal(readFileSync(join(root, "store"), "utf8"), "new");
  }
});

it("the draft of a killed writer goes when its lock is taken over, and with it nothing else", async (t) => {
  const root = folder(t);
  const kill = inChild(
    `const store = openDataRoot(${JSON.stringify(root)}).store("store");
    await store.locked(() => store.replace("never"));`,
    `const fs = (await import("node:fs")).default;
    const real = fs.renameSync;
    fs.renameSync = (from, to) => to.endsWith("/store") ? process.kill(process.pid, "SIGKILL") : real(from, to);
    (await import("node:module")).syncBuiltinESMExports();`,
  );
  const { signal } = spawnSync(process.execPath, kill);
  assert.equal(signal, "SIGKILL");
  const others = ["store.0123456789abcdef.tmp", "store.tmp"];
  for (const name of others) writeFileSync(join(root, name), "");
  assert.equal(readdirSync(root).filter((name) => name.endsWith(".tmp")).length, 3, "it left a draft");
  const store = openDataRoot(root).store("store");
  await store.locked(() => store.replace("new"));
  assert.deepEqual(withoutSpares(root), ["store", ...others].sort());
});

it("a folder that becomes a link between check and use leads no operation out of the root", {
  skip: onLinux,
}, (t) => {
  const outside = folder(t);
  const writes = ["append", "replace", "locked", "read"];
  for (const operation of writes) {
    for (const swapped of ["data/a", "data/a/store"]) {
      const base = folder(t);
      writeFileSync(join(outside, "store"), "theirs");
      mkdirSync(join(base, "data/a"), { recursive: true });
      writeFileSync(join(base, "data/a/store"), "ours");
      const target = swapped === "data/a/store" ? join(outside, "store") : outside;
      const script = inChild(
        `const store = openDataRoot(${JSON.stringify(join(base, "data"))}).store("a/store");
        isArmed = true;
        try { console.log(String(await store.${operation}(...${JSON.stringify(argumentsOf[operation] ?? [])}, (it) => console.log(String(it))))); }
        catch (error) { console.log(error.code ?? error.reason); }`,
        `const fs = (await import("node:fs")).default;
        let isArmed = false;
        const real = fs.realpathSync.native;
        // Whoever swaps does it right behind the check.
        fs.realpathSync.native = (path) => {
          const found = real(path);
          if (isArmed && path.endsWith("/a/store")) {
            isArmed = false;
            fs.renameSync(${JSON.stringify(join(base, swapped))}, ${JSON.stringify(join(base, "moved"))});
            fs.symlinkSync(${JSON.stringify(target)}, ${JSON.stringify(join(base, swapped))});
          }
          return found;
        };
        (await import("node:module")).syncBuiltinESMExports();`,
      );
      const { stdout, stderr } = spawnSync(process.execPath, script, { encoding: "utf8" });
      assert.ok(!stdout.includes("theirs"), `${operation} read what is outside`);
      assert.match(stdout, /STORE_PATH_ESCAPES|UNREADABLE|UNWRITABLE|ours|undefined|null/, stderr);
      assert.deepEqual(readdirSync(outside), ["store"], `${operation} with ${swapped} swapped`);
      assert.equal(readFileSync(join(outside, "store"), "utf8"), "theirs");
    }
  }
});

const argumentsOf: Readonly<Record<string, readonly unknown[]>> = { append: ["x"], replace: ["x"] };

it("a write that the system stops half-way leaves the old content", (t) => {
  const root = folder(t);
  const script = inChild(`
    const store = openDataRoot(${JSON.stringify(root)}).store("a/store");
    const codes = [];
    for (const write of ["append", "append", "replace"]) {
      try { store[write]("x".repeat(700) + "\\n"); store[write]("y".repeat(700) + "\\n"); }
      catch (error) { codes.push(error.reason); }
      if (write === "replace") try { store.replace("z".repeat(5000)); } catch (error) { codes.push(error.reason); }
    }
    console.log(codes.join());`);
  const limited = `trap '' XFSZ; ulimit -f 1; exec "$0" "$@"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", limited, process.execPath, ...script], {
    encoding: "utf8",
  });
  assert.equal(stdout, "UNWRITABLE,UNWRITABLE,UNWRITABLE\n", stderr);
  assert.equal(readFileSync(join(root, "a/store"), "utf8"), `${"y".repeat(700)}\n`);
  assert.deepEqual(readdirSync(join(root, "a")), ["store"]);
});

test("the lock is gone after the work, also when the work throws", async (t) => {
  const root = folder(t);
  const store = openDataRoot(root).store("store");
  assert.equal(await store.locked(() => readlinkSync(join(root, "store.lock"))), lockText());
  const held = await store.locked(() => store.holder());
  assert.deepEqual([held?.pid, held?.host, held?.state], [process.pid, hostname(), "alive"]);
  assert.equal(store.holder(), null);
  const defect = new TypeError("ours");
  await assert.rejects(
    store.locked(() => {
      throw defect;
    }),
    (error) => error === defect,
  );
  assert.deepEqual(withoutSpares(root), []);
});

it("the lock of a killed process is taken over", async (t) => {
  const root = folder(t);
  const holder = await holdingChild(t, root);
  holder.kill("SIGKILL");
  await once(holder, "exit");
  const left = openDataRoot(root).store("store").holder();
  assert.deepEqual([left?.pid, left?.state], [holder.pid, "dead"], "the lock was left behind");
  assert.equal(
    await openDataRoot(root)
      .store("store")
      .locked(() => "ours"),
    "ours",
  );
  assert.deepEqual(withoutSpares(root), []);
});

it("the lock of a living process is waited for, and then named", async (t) => {
  const root = folder(t);
  const holder = await holdingChild(t, root);
  await assert.rejects(
    openDataRoot(root, { lockTimeout: 60 })
      .store("store")
      .locked(() => assert.fail("worked")),
    (error) => {
      assert.ok(error instanceof StoreFault);
      const { since, ...facts } = error.facts;
      assert.deepEqual([error.reason, facts], ["LOCKED", { file: "store", host: hostname(), pid: holder.pid }]);
      assert.match(String(since), /^\d{4}-\d\d-\d\dT/);
      return true;
    },
  );
  assert.deepEqual(readdirSync(root), ["store.lock"]);
});

test("a lock whose process number was given to another process is left over", { skip: onLinux }, async (t) => {
  const root = folder(t);
  const store = openDataRoot(root, { lockTimeout: 30 }).store("store");
  for (const taken of [{}, running(process.ppid), running(1)]) {
    symlinkSync(lockText({ ...taken, started: 1 }), join(root, "store.lock"));
    assert.equal(store.holder()?.state, "dead");
    assert.equal(await store.locked(() => 1), 1);
  }
});

it("a process that ended and was not waited for holds nothing", { skip: onLinux }, async (t) => {
  const root = folder(t);
  // The shell's child ends at once, and what the shell becomes never waits for it.
  const parent = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => parent.kill("SIGKILL"));
  const [said] = (await once(parent.stdout, "data")) as [Buffer];
  const pid = Number(String(said));
  const store = openDataRoot(root, { lockTimeout: 5000 }).store("store");
  symlinkSync(lockText(running(pid)), join(root, "store.lock"));
  assert.equal(await store.locked(() => 1), 1);
});

test("a holder elsewhere is never judged by its number, and is reported as it says", async (t) => {
  const root = folder(t);
  const store = openDataRoot(root, { lockTimeout: 30 }).store("store");
  const lock = join(root, "store.lock");
  const elsewhere = { host: "elsewhere", boot: "00000000-0000-0000-0000-000000000000", namespace: "7.8" };
  const cases = Object.entries(elsewhere).flatMap(([field, value]) =>
    [{}, running(process.ppid), ENDED].map((process) => lockText({ ...process, [field]: value })),
  );
  for (const text of [...cases, "no lock of ours", `${process.pid}:${hostname()}:0123456789abcdef`]) {
    symlinkSync(text, lock);
    const [, pid, , , , host] = cases.includes(text) ? text.split(":") : [];
    await assert.rejects(
      store.locked(() => assert.fail("worked")),
      ({ reason, facts }: StoreFault) =>
        reason === "LOCKED" && facts["pid"] === (pid ? Number(pid) : null) && facts["host"] === (host ?? null),
      text,
    );
    assert.equal(store.holder()?.state, "unknown");
    assert.equal(readlinkSync(lock), text);
    unlinkSync(lock);
  }
});

/** A child that has this process's file system without links: vfat answers so. */
const WITHOUT_LINKS = `
  const fs = (await import("node:fs")).default;
  const refuse = (syscall) => () => { throw Object.assign(new Error(syscall), { code: "EPERM", syscall }); };
  fs.symlinkSync = refuse("symlink");
  fs.linkSync = refuse("link");
  (await import("node:module")).syncBuiltinESMExports();`;

it("on a file system without links a lock is a file, waited for and taken over like a link", async (t) => {
  const root = folder(t);
  const holder = await holdingChild(t, root, "await store.locked(() => 1);", WITHOUT_LINKS);
  assert.ok(lstatSync(join(root, "store.lock")).isFile());
  const contender = (patience: number) => {
    const script = inChild(
      `try {
        const data = openDataRoot(${JSON.stringify(root)}, { lockTimeout: ${patience} });
        console.log(await data.store("store").locked(() => "mine"));
      } catch (error) { console.log(error.reason, error.facts.pid); }`,
      WITHOUT_LINKS,
    );
    return spawnSync(process.execPath, script, { encoding: "utf8" }).stdout;
  };
  assert.equal(contender(30), `LOCKED ${holder.pid}\n`);
  await assert.rejects(
    openDataRoot(root, { lockTimeout: 30 })
      .store("store")
      .locked(() => 1),
    ({ reason }: StoreFault) => reason === "LOCKED",
  );
  holder.kill("SIGKILL");
  await once(holder, "exit");
  assert.equal(contender(5000), "mine\n");
  assert.deepEqual(readdirSync(root), []);
});

it("what the system refuses of a lock is the lock's fault and not the store's", (t) => {
  const root = folder(t);
  const script = inChild(
    `const store = openDataRoot(${JSON.stringify(root)}).store("store");
    try { await store.locked(() => 1); } catch (error) { console.log(error.reason, JSON.stringify(error.facts)); }`,
    `${WITHOUT_LINKS}
    const open = fs.openSync;
    const openLock = refuse("open");
    fs.openSync = (path, ...rest) => path.endsWith(".lock") ? openLock() : open(path, ...rest);
    (await import("node:module")).syncBuiltinESMExports();`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, script, { encoding: "utf8" });
  assert.equal(stdout, 'LOCK_UNUSABLE {"file":"store","errno":"EPERM"}\n', stderr);
});

it("two processes of different PID namespaces exclude each other, whatever their numbers", async (t) => {
  const isolate = ["unshare", "--user", "--map-root-user", "--pid", "--fork"];
  if (spawnSync(isolate[0] as string, [...isolate.slice(1), "true"]).status !== 0)
    return t.skip("needs PID namespaces");
  const root = folder(t);
  const script = inChild(`
    const fs = await import("node:fs");
    const store = openDataRoot(${JSON.stringify(root)}).store("store");
    for (let i = 0; i < 40; i++) await store.locked(() => {
      const before = Number(store.read() ?? 0);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      store.replace(String(before + 1));
    });`);
  const children = [[], isolate, isolate].map((before) => {
    const [program = "", ...args] = [...before, process.execPath, ...script];
    return spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  });
  await Promise.all(children.map((child) => once(child, "exit")));
  assert.equal(readFileSync(join(root, "store"), "utf8"), "120");
});

test("a claim on a dead lock is left to its maker while that lives, and is taken at once when it has died", async (t) => {
  const root = folder(t);
  const dead = lockText(ENDED);
  const take = (lockTimeout = 100) =>
    openDataRoot(root, { lockTimeout })
      .store("store")
      .locked(() => "ours");
  symlinkSync(dead, join(root, "store.lock"));
  symlinkSync(lockText(running(process.ppid)), join(root, "store.lock.claim"));
  await assert.rejects(take(), ({ facts }: StoreFault) => facts["pid"] === process.ppid);
  assert.equal(readlinkSync(join(root, "store.lock")), dead);
  unlinkSync(join(root, "store.lock.claim"));
  symlinkSync(dead, join(root, "store.lock.claim"));
  symlinkSync(dead, join(root, "store.lock.claim.claim"));
  assert.equal(await take(0), "ours", "without waiting");
  assert.deepEqual(withoutSpares(root), []);
});

it("a spare is linked by the next lock of its folder, and goes with its process", (t) => {
  const root = folder(t);
  const script = inChild(`
    const { lstatSync, readdirSync } = await import("node:fs");
    const data = openDataRoot(${JSON.stringify(root)});
    const inode = (name) => lstatSync(${JSON.stringify(`${root}/a/`)} + name).ino;
    const first = await data.store("a/one").locked(() => inode("one.lock"));
    const second = await data.store("a/two").locked(() => inode("two.lock"));
    const names = readdirSync(${JSON.stringify(`${root}/a`)});
    await data.store("b/one").locked(() => 1);
    console.log(names.length, ${SPARE}.test(names[0]), first === second, first === inode(names[0]));`);
  const { stdout, stderr } = spawnSync(process.execPath, script, { encoding: "utf8" });
  assert.equal(stdout, "1 true true true\n", stderr);
  assert.deepEqual([readdirSync(join(root, "a")), readdirSync(join(root, "b"))], [[], []]);
});

it("the spare of a killed process goes when its lock is taken over", async (t) => {
  const root = folder(t);
  const holder = await holdingChild(t, root, "await store.locked(() => 1);");
  const [spare = ""] = readdirSync(root).filter((name) => SPARE.test(name));
  const inode = (name: string) => lstatSync(join(root, name)).ino;
  assert.equal(inode(spare), inode("store.lock"));
  holder.kill("SIGKILL");
  await once(holder, "exit");
  assert.deepEqual(readdirSync(root).sort(), [spare, "store.lock"]);
  const store = openDataRoot(root).store("store");
  assert.equal(await store.locked(() => existsSync(join(root, spare))), false);
  assert.deepEqual(withoutSpares(root), []);
});

test("the spares of dead processes are swept by the next one, those of other hosts are not", async (t) => {
  const root = folder(t);
  const spares = {
    ".pgs-lock-00000000000000aa": lockText(ENDED),
    ".pgs-lock-00000000000000bb": lockText(running(process.ppid)),
    ".pgs-lock-00000000000000cc": lockText({ ...ENDED, host: "elsewhere" }),
    ".pgs-lock-mine": lockText(ENDED),
  };
  for (const [name, text] of Object.entries(spares)) symlinkSync(text, join(root, name));
  await openDataRoot(root)
    .store("store")
    .locked(() => 1);
  const [swept, ...left] = Object.keys(spares);
  assert.equal(existsSync(join(root, swept as string)), false);
  assert.equal(readdirSync(root).length, left.length + 1);
  for (const name of left) assert.ok(readlinkSync(join(root, name)));
});

test("a spare that somebody removed is made again, with its folder", async (t) => {
  const root = folder(t);
  const store = openDataRoot(root).store("a/store");
  const kept = () => readdirSync(join(root, "a")).filter((name) => SPARE.test(name)).length;
  for (const removed of ["a", "a/*"]) {
    await store.locked(() => 1);
    assert.equal(kept(), 1);
    rmSync(join(root, "a"), { recursive: true });
    if (removed === "a/*") mkdirSync(join(root, "a"));
    assert.equal(await store.locked(() => 2), 2);
    assert.equal(kept(), 1, removed);
    assert.deepEqual(withoutSpares(join(root, "a")), []);
  }
});

test("a lock that was removed by hand and taken by another leaves us no name but our own", async (t) => {
  const root = folder(t);
  const store = openDataRoot(root).store("store");
  const lock = join(root, "store.lock");
  await store.locked(() => {
    unlinkSync(lock);
    symlinkSync(lockText(running(process.ppid)), lock);
  });
  assert.equal(await store.locked(() => readlinkSync(lock)), lockText());
});

it("where links are refused, locks are made anew, and exclude those who link", async (t) => {
  const root = folder(t);
  const counting = `
    const store = openDataRoot(${JSON.stringify(root)}).store("store");
    for (let i = 0; i < 100; i++) await store.locked(() => store.replace(String(Number(store.read() ?? 0) + 1)));`;
  const refusing = `
    let asked = 0;
    fs.linkSync = () => { asked++; throw Object.assign(new Error("refused"), { code: "EPERM", syscall: "link" }); };
    syncBuiltinESMExports();
    ${counting}
    if (asked !== 1) throw new Error("asked " + asked + " times");`;
  const prelude = `import fs from "node:fs"; import { syncBuiltinESMExports } from "node:module";`;
  const scripts = [counting, refusing, counting, refusing].map((program) => inChild(prelude + program));
  const children = scripts.map((script) => spawn(process.execPath, script, { stdio: "inherit" }));
  const exits = await Promise.all(children.map((child) => once(child, "exit")));
  for (const exit of exits) assert.deepEqual(exit, [0, null]);
  assert.equal(readFileSync(join(root, "store"), "utf8"), "400");
  assert.deepEqual(readdirSync(root), ["store"]);
});

it("four processes that count 200 times each lose nothing", async (t) => {
  const root = folder(t);
  symlinkSync(lockText(ENDED), join(root, "store.lock"));
  const script = inChild(`
    const store = openDataRoot(${JSON.stringify(root)}).store("store");
    for (let i = 0; i < 200; i++) await store.locked(() => store.replace(String(Number(store.read() ?? 0) + 1)));`);
  const children = [1, 2, 3, 4].map(() => spawn(process.execPath, script, { stdio: "inherit" }));
  const exits = await Promise.all(children.map((child) => once(child, "exit")));
  for (const exit of exits) assert.deepEqual(exit, [0, null]);
  assert.equal(readFileSync(join(root, "store"), "utf8"), "800");
  assert.deepEqual(readdirSync(root), ["store"]);
});

const WORKERS = 8;
const LINES = 200;

it("eight processes that add 200 lines each, killed again and again, number them without a gap", async (t) => {
  const root = folder(t);
  const path = join(root, "store");
  const worker = (id: number) => {
    const script = inChild(`
      const store = openDataRoot(${JSON.stringify(root)}).store("store");
      const add = () => {
        const lines = String(store.read() ?? "").split("\\n").slice(0, -1);
        if (lines.filter((line) => line.endsWith(" ${id}")).length === ${LINES}) return false;
        store.append(lines.length + 1 + " ${id}\\n");
        return true;
      };
      while (await store.locked(add));`);
    const child = spawn(process.execPath, script, { stdio: ["ignore", "ignore", "inherit"] });
    t.after(() => child.kill("SIGKILL"));
    return { id, child, exit: once(child, "exit") };
  };
  let workers = Array.from({ length: WORKERS }, (_, id) => worker(id));
  const pidOfHolder = () => {
    try {
      return Number(readlinkSync(`${path}.lock`).split(":")[1]);
    } catch {
      return undefined;
    }
  };
  for (let threshold = 500; threshold < 7000; threshold += 1000) {
    while ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < threshold) {
      assert.ok(
        workers.some(({ child }) => child.exitCode === null),
        "all have ended too early",
      );
      await pause(1);
    }
    await pause(threshold % 5);
    const holder = pidOfHolder();
    const victim = workers.find(({ child }) => child.pid === holder) ?? workers[threshold % WORKERS];
    assert.ok(victim !== undefined);
    victim.child.kill("SIGKILL");
    await victim.exit;
    workers = workers.map((one) => (one === victim ? worker(one.id) : one));
  }
  for (const { exit } of workers) assert.deepEqual(await exit, [0, null]);
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  assert.deepEqual(
    lines.map((line) => Number(line.split(" ")[0])),
    Array.from({ length: WORKERS * LINES }, (_, i) => i + 1),
  );
  await openDataRoot(root)
    .store("store")
    .locked(() => 1);
  assert.deepEqual(withoutSpares(root), ["store"]);
  assert.equal(readdirSync(root).length, 2, "only the spare of this process is left");
});

test("journals are every .jsonl below the root in code-unit order, without what lies outside", (t) => {
  const outside = folder(t);
  writeFileSync(join(outside, "x.jsonl"), "outside");
  const root = folder(t);
  for (const path of ["b.jsonl", "a/z.jsonl", "a.jsonl", "a/B/é.jsonl", "a/ignored.json", "d/log.txt"]) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), path);
  }
  mkdirSync(join(root, "folder.jsonl"));
  writeFileSync(join(root, "folder.jsonl/in.jsonl"), "in");
  symlinkSync(outside, join(root, "linked"));
  symlinkSync(join(outside, "x.jsonl"), join(root, "x.jsonl"));
  symlinkSync("d/log.txt", join(root, "inside.jsonl"));
  symlinkSync("nowhere", join(root, "dangling.jsonl"));
  symlinkSync("..", join(root, "d/round"));
  const data = openDataRoot(root);
  const found = [...data.journals()];
  assert.deepEqual(found, [
    "a.jsonl",
    "a/B/é.jsonl",
    "a/z.jsonl",
    "b.jsonl",
    "folder.jsonl/in.jsonl",
    "inside.jsonl",
  ]);
  const texts = found.map((name) => String(data.store(name).read()));
  assert.deepEqual(texts.slice(-3), ["b.jsonl", "in", "d/log.txt"]);
});

/** Arguments of a node process that has `openDataRoot`, loaded after some work. */
function inChild(program: string, first = ""): string[] {
  const source = modules["src/platform/data-root.ts"];
  const prelude = `${first}\nconst { openDataRoot } = await import(${JSON.stringify(source)});`;
  return ["--input-type=module", "-e", prelude + program];
}

/** A process that holds the lock of `store`, after some work with it, until it is killed. */
async function holdingChild(t: TestContext, root: string, before = "", first = "") {
  const script = inChild(
    `
    const store = openDataRoot(${JSON.stringify(root)}).store("store");
    ${before}
    await store.locked(() => {
      console.log("held");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
    });`,
    first,
  );
  const child = spawn(process.execPath, script, { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}
