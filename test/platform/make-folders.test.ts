import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
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
import { after, test } from "node:test";
import { makeFolders } from "../../src/platform/make-folders.ts";
import { childModules } from "../support/child-modules.ts";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const PROJECT = join(import.meta.dirname, "../..");

const temporary = mkdtempSync(join(tmpdir(), "pgs-folders-"));
after(() => rmSync(temporary, { recursive: true, force: true }));

test("missing folders are made with the mode, and the parent of each is returned, the nearest first", () => {
  const [a, b, c] = ["a", "a/b", "a/b/c"].map((name) => join(temporary, name)) as [string, string, string];
  assert.deepEqual(makeFolders(c, 0o700), [b, a, temporary]);
  assert.deepEqual(
    [a, b, c].map((folder) => statSync(folder).mode & 0o777),
    [0o700, 0o700, 0o700],
  );
  assert.deepEqual([makeFolders(c, 0o755), statSync(c).mode & 0o777], [[], 0o700]);
});

test("a link to a folder is a folder; a file, or a link to nothing, is none", () => {
  mkdirSync(join(temporary, "real"));
  writeFileSync(join(temporary, "file"), "");
  symlinkSync("real", join(temporary, "link"));
  symlinkSync("nothing", join(temporary, "dangling"));
  assert.deepEqual(makeFolders(join(temporary, "link/below")), [join(temporary, "link")]);
  assert.throws(() => makeFolders(join(temporary, "file")), { code: "EEXIST" });
  assert.throws(() => makeFolders(join(temporary, "file/below")), { code: "ENOTDIR" });
  assert.throws(() => makeFolders(join(temporary, "dangling")), { code: "EEXIST" });
});

const isLinux = process.platform === "linux";

it("where no folder can be made, whoever wants one is refused or goes without", {
  skip: !isLinux,
}, async () => {
  const modules = await childModules("src/platform/trace-files.ts", "src/platform/check-cache.ts");
  const script = `
    const { openTrace } = await import("${modules["src/platform/trace-files.ts"]}");
    const { openCheckCache } = await import("${modules["src/platform/check-cache.ts"]}");
    for (const folder of ["/proc/self/x", "/proc/x", "/proc/x/y/z", "/proc/self/x/y"]) {
      try {
        openTrace(folder, "id");
      } catch ({ code, facts }) {
        console.log(code, facts.errno);
      }
      const cache = openCheckCache({ XDG_CACHE_HOME: folder }, "1", process.getuid());
      cache.add("digest");
      openCheckCache({ HOME: folder }, "1", process.getuid()).add("digest");
    }`;
  const args = ["--input-type=module", "-e", script];
  // Ended from outside, because what never returns cannot end itself.
  const said = spawnSync(process.execPath, args, { cwd: PROJECT, encoding: "utf8", timeout: 60_000 });
  assert.deepEqual([said.status, said.stderr], [0, ""]);
  assert.equal(said.stdout, "TRACE_UNWRITABLE ENOENT\n".repeat(4));
});

test("nothing makes folders by Node's own recursive way", () => {
  const files = ["src", "bin"].flatMap((folder) =>
    (readdirSync(join(PROJECT, folder), { recursive: true }) as string[])
      .filter((name) => /\.[jt]s$/.test(name))
      .map((name) => join(PROJECT, folder, name)),
  );
  const recursive = files.filter((file) => /\bmkdir(?:Sync)?\([^;]*recursive/.test(readFileSync(file, "utf8")));
  assert.ok(files.length > 100);
  assert.deepEqual(recursive, []);
});
