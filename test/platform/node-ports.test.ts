import assert from "node:assert/strict";
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { TraceFault } from "../../src/errors/ports.ts";
import { isOfAnother, nodeEntropy, writeFile } from "../../src/platform/node-ports.ts";
import { openTrace } from "../../src/platform/trace-files.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "pgs-ports-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("a file is another's unless it is the user's, root's, or of the user who became root", (t) => {
  const path = folder(t);
  // Only root can give it away.
  if (process.getuid?.() === 0) chownSync(path, 4711, 4711);
  const owner = statSync(path).uid;
  const other = owner + 1;
  const expected: readonly (readonly [user: number | undefined, sudo: string | undefined, isOther: boolean])[] =
    [
      [owner, undefined, false],
      [other, undefined, owner !== 0],
      [other, String(owner), owner !== 0],
      [0, undefined, owner !== 0],
      [0, String(owner), false],
      [0, "", owner !== 0],
      [undefined, undefined, false],
    ];
  for (const [user, sudo, isOther] of expected)
    assert.equal(isOfAnother(path, user, sudo), isOther, `${user} ${sudo}`);
  assert.equal(isOfAnother("/", other, undefined), statSync("/").uid !== 0);
  assert.equal(isOfAnother(join(path, "nothing"), other, undefined), false);
});

test("random bytes are as many as asked for and never handed out twice", () => {
  for (const count of [0, 1, 4095, 4096, 4097, 10_000])
    assert.match(nodeEntropy.hex(count), new RegExp(`^(?:[0-9a-f]{2}){${count}}$`));
  const drawn = Array.from({ length: 5000 }, () => nodeEntropy.hex(16));
  assert.equal(new Set(drawn).size, drawn.length);
  const long = [nodeEntropy.hex(5000), ...drawn].join("");
  const words = long.match(/.{16}/g) ?? [];
  assert.equal(new Set(words).size, words.length, "no eight bytes come again, wherever they were cut");
});

test("a trace has its own folder, and a name already taken gets a number", (t) => {
  const traces = join(folder(t), "not/yet");
  const opened = ["id", "id", "other", "id"].map((id) => openTrace(traces, id));
  for (const { file } of opened) {
    file.append("line\n");
    file.close();
  }
  assert.deepEqual(
    opened.map(({ id }) => id),
    ["id", "id_2", "other", "id_3"],
  );
  assert.deepEqual(readdirSync(traces).sort(), [".pgs", "id", "id_2", "id_3", "other"]);
  for (const one of opened) {
    assert.equal(one.folder, join(traces, one.id));
    assert.equal(readFileSync(join(one.folder, `${one.id}.jsonl`), "utf8"), "line\n");
  }
});

test("a trace is its owner's, unless others are given access to it", (t) => {
  const base = folder(t);
  const mode = (path: string) => statSync(path).mode & 0o777;
  const before = process.umask(0o022);
  t.after(() => process.umask(before));
  for (const [access, folderMode, fileMode] of [
    [undefined, 0o700, 0o600],
    ["owner", 0o700, 0o600],
    ["group", 0o750, 0o640],
    ["all", 0o755, 0o644],
  ] as const) {
    const traces = join(base, String(access), "traces");
    const { folder: made, id, file } = openTrace(traces, "id", access);
    file.close();
    const rendering = join(made, "id.md");
    if (access !== undefined) writeFile(rendering, "", access);
    assert.deepEqual([traces, made].map(mode), [folderMode, folderMode], access);
    assert.equal(mode(join(made, `${id}.jsonl`)), fileMode);
    if (access !== undefined) assert.equal(mode(rendering), fileMode);
  }
});

test("a trace in a folder that is a link, and in one that had to be made, is forced to the device", async (t) => {
  const base = folder(t);
  mkdirSync(join(base, "real"));
  symlinkSync("real", join(base, "link"));
  for (const traces of ["link", "not/yet"]) {
    const { file } = openTrace(join(base, traces), "id");
    file.append("line\n");
    await file.sync();
    await file.sync();
    file.close();
  }
});

test("a trace that cannot be made is a fault with the system's code", (t) => {
  const base = folder(t);
  writeFileSync(join(base, "file"), "");
  mkdirSync(join(base, "traces"));
  for (const [traces, id, errno] of [
    [join(base, "file"), "id", "ENOTDIR"],
    [join(base, "traces"), "x".repeat(300), "ENAMETOOLONG"],
  ] as const) {
    assert.throws(
      () => openTrace(traces, id),
      (error) => error instanceof TraceFault && error.facts["errno"] === errno,
    );
  }
  assert.deepEqual(readdirSync(join(base, "traces")), []);
});
