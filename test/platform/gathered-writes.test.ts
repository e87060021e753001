/** What operations in flight add to a file is written together: once, as a whole or not at all. */

import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { StoreFault } from "../../src/errors/ports.ts";
import { openDataRoot } from "../../src/platform/data-root.ts";
import type { StoreFile } from "../../src/ports.ts";
import { callsOf, failingWrites } from "../support/failing-writes.ts";

const CALLS = [
  ...["openSync", "closeSync", "readSync", "writeSync", "ftruncateSync", "lstatSync", "fstatSync", "statSync"],
  ...["readlinkSync", "linkSync", "symlinkSync", "unlinkSync", "renameSync", "fdatasyncSync"],
] as const;

/** A store that has a line, and is kept open. */
async function store(t: TestContext) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "pgs-gathered-")));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const path = join(root, "store");
  writeFileSync(path, "first\n");
  const file = openDataRoot(root).store("store");
  const add = (text: string, on: StoreFile = file) =>
    on.locked(() => {
      const before = on.stamp()?.size;
      on.append(text);
      return [before, on.stamp()?.size];
    });
  for (const text of ["a\n", "b\n"]) await add(text);
  return { root, path, file, add, text: () => readFileSync(path, "utf8") };
}

const START = "first\na\nb\n";
const failing = (errno: string) => (error: unknown) =>
  error instanceof StoreFault && error.reason === "UNWRITABLE" && error.facts["errno"] === errno;

const skip = existsSync("/proc/self/fd") ? false : "needs /proc";

test("operations in flight are one write, however many they are, and one alone costs what it did", {
  skip,
}, async (t) => {
  const { add, text } = await store(t);
  const alone = await callsOf(CALLS, () => add("c\n"));
  assert.deepEqual(alone, ["readlinkSync", "linkSync", "lstatSync", "writeSync", "fstatSync", "unlinkSync"]);
  for (const count of [2, 64]) {
    const together = await callsOf(CALLS, () => Promise.all(Array.from({ length: count }, () => add("d\n"))));
    assert.deepEqual(together, [
      "readlinkSync",
      "linkSync",
      "lstatSync",
      "lstatSync",
      "writeSync",
      "fstatSync",
      "unlinkSync",
    ]);
  }
  assert.equal(text(), `${START}c\n${"d\n".repeat(66)}`);
});

test("each finds what those before it have added, and nobody is answered before it is written", async (t) => {
  const { path, file, add, text } = await store(t);
  const early: string[] = [];
  const asked = ["c\n", "é\n", "d\n"].map((line) => add(line).finally(() => early.push(text())));
  const seen = file.locked(() => [
    text(),
    String(file.readAt(10, 2)),
    String(file.read()),
    readFileSync(path, "utf8"),
  ]);
  const last = add("e\n");
  const sizes = [
    [10, 12],
    [12, 15],
    [15, 17],
  ];
  assert.deepEqual(await Promise.all(asked), sizes);
  const written = `${START}c\né\nd\n`;
  assert.deepEqual(await seen, [START, "c\n", written, written], "gathered, until it is read");
  assert.deepEqual(await last, [17, 19]);
  assert.deepEqual(early, Array(3).fill(`${written}e\n`));
});

test("a stamp of what is not written equals none, and then that of the file", async (t) => {
  const { file } = await store(t);
  const [before, during] = await Promise.all([
    file.locked(() => {
      file.append("c\n");
      return file.stamp();
    }),
    file.locked(() => {
      const stamps = [file.stamp(), file.stamp()].map((stamp) => ({
        size: stamp?.size,
        modified: stamp?.modified,
      }));
      file.append("d\n");
      return { stamps, after: file.stamp() };
    }),
  ]);
  assert.deepEqual(during.stamps, [
    { size: 12, modified: "" },
    { size: 12, modified: "" },
  ]);
  const now = file.stamp();
  const plain = (stamp: typeof now) =>
    stamp && { identity: stamp.identity, size: stamp.size, modified: stamp.modified };
  assert.deepEqual(plain(during.after), plain(now));
  assert.equal(before?.size, 12);
});

const FAILURES = [
  ["EIO", { code: "EIO" }],
  ["EACCES", { code: "EACCES" }],
  ["ENOSPC", { written: 3 }],
] as const;

test("a write that fails is refused to all whose answers rest on it, and leaves nothing", async (t) => {
  for (const [code, how] of FAILURES) {
    const { file, add, text } = await store(t);
    const own = new RangeError("own");
    const answers = await failingWrites(
      how,
      () => true,
      () =>
        Promise.allSettled([
          add("c\n"),
          file.locked(() => {
            throw own;
          }),
          file.locked(() => file.stamp()?.size),
          add("d\n"),
        ]),
    );
    const reasons = answers.map((answer) => answer.status === "rejected" && answer.reason);
    assert.equal(reasons[1], own);
    for (const reason of [reasons[0], reasons[2], reasons[3]]) assert.ok(failing(code)(reason), String(reason));
    assert.equal(text(), START);
    assert.deepEqual(await Promise.all([add("e\n"), add("f\n")]), [
      [10, 12],
      [12, 14],
    ]);
    assert.equal(text(), `${START}e\nf\n`);
  }
});

test("what was written before because an operation read it is not refused", async (t) => {
  const { file, add, text } = await store(t);
  const answers = await failingWrites(
    { code: "EIO" },
    (bytes) => bytes.includes("d"),
    () => Promise.allSettled([add("c\n"), file.locked(() => String(file.read())), add("d\n")]),
  );
  assert.deepEqual(
    answers.map((answer) => (answer.status === "fulfilled" ? answer.value : failing("EIO")(answer.reason))),
    [[10, 12], `${START}c\n`, true],
  );
  assert.equal(text(), `${START}c\n`);
});

test("who adds and reads is not refused for what others add behind it", async (t) => {
  const { file, add, text } = await store(t);
  const addAndRead = () =>
    file.locked(() => {
      file.append("c\n");
      return String(file.read());
    });
  const answers = await failingWrites(
    { code: "EIO" },
    (bytes) => bytes.includes("d"),
    () => Promise.allSettled([addAndRead(), add("d\n")]),
  );
  assert.deepEqual(
    answers.map((answer) => (answer.status === "fulfilled" ? answer.value : failing("EIO")(answer.reason))),
    [`${START}c\n`, true],
  );
  assert.equal(text(), `${START}c\n`);
});

test("where what is read cannot be written, whoever reads it and those before it are refused, and those behind it are not", async (t) => {
  const { file, add, text } = await store(t);
  let isTold = false;
  const answers = await failingWrites(
    { code: "EIO" },
    (bytes) => bytes.includes("c"),
    () =>
      Promise.allSettled([
        add("c\n"),
        file.locked(() => {
          try {
            return file.read();
          } catch (error) {
            isTold = failing("EIO")(error);
            return "believed";
          }
        }),
        add("d\n"),
      ]),
  );
  assert.deepEqual(
    answers.map((answer) => (answer.status === "fulfilled" ? answer.value : failing("EIO")(answer.reason))),
    [true, true, [10, 12]],
  );
  assert.equal(isTold, true);
  assert.equal(text(), `${START}d\n`);
});

test("what another process adds between two groups, also without a lock, is what the second begins with", async (t) => {
  const { path, add, text } = await store(t);
  await Promise.all(["c\n", "d\n"].map((line) => add(line)));
  appendFileSync(path, "theirs\n");
  assert.deepEqual(await Promise.all(["e\n", "f\n"].map((line) => add(line))), [
    [21, 23],
    [23, 25],
  ]);
  assert.equal(text(), `${START}c\nd\ntheirs\ne\nf\n`);
});

test("very much is written in parts", async (t) => {
  const { add, text } = await store(t);
  const line = `${"x".repeat(300_000)}\n`;
  const calls = await callsOf(CALLS, () => Promise.all(Array.from({ length: 8 }, () => add(line))));
  assert.equal(calls.filter((call) => call === "writeSync").length, 2);
  assert.equal(text(), START + line.repeat(8));
});
