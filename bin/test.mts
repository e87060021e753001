/** Runs the tests: all suites, or the test files at and below the paths that are given. The rest goes to `node --test`. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import type { Plugin } from "rolldown";
import { testProcesses } from "../test/suites/suites.ts";
import { PLAYS_ALL, SEED } from "../test/support/portion.ts";
import { bundle, makeBundleFolder } from "./bundle.mts";

const root = join(import.meta.dirname, "..");
const given = process.argv.slice(2);
const paths = given.filter((word) => !word.startsWith("-"));
const options = given.filter((word) => word.startsWith("-"));

/** The test files of each process, by its name. */
type Processes = ReadonlyMap<string, readonly string[]>;

function processes(): Processes {
  if (paths.length > 0)
    return new Map(paths.flatMap(filesAt).map((file) => [nameOf(resolve(file)), [resolve(file)]]));
  // Node starts files in the order of their names.
  const named = [...testProcesses()].map(([name, files], i) => {
    const place = String(i).padStart(2, "0");
    return [`${place}-${name}.test`, files.map((file) => join(root, "test", file))] as const;
  });
  return new Map(named);
}

function filesAt(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true }).map((name) => join(path, String(name)));
  return names.filter((name) => name.endsWith(".test.ts")).sort();
}

const nameOf = (file: string) => relative(root, file).replaceAll("/", "-").replace(/\.ts$/, "");

/** A module for each process, which runs its test files one after the other. */
const entries = (files: Processes): Plugin => ({
  name: "entries",
  resolveId: (id) => (files.has(id) ? id : null),
  load: (id) =>
    files
      .get(id)
      ?.map((file) => `import ${JSON.stringify(file)};`)
      .join("\n"),
});

/** In memory where there is room: the tests make and remove many small files. */
function makeTempFolder(): string {
  const memory = "/dev/shm";
  const hasRoom = existsSync(memory) && statfsSync(memory).bavail * statfsSync(memory).bsize > 2 ** 30;
  return mkdtempSync(join(hasRoom ? memory : tmpdir(), "pgs-tests-"));
}

/** MiB for what has just been made: tests make much, and keep little of it. With V8's own choice it is looked through more often. */
const V8 = ["--min-semi-space-size=64", "--max-semi-space-size=64", "--single-threaded-gc"];

const files = processes();
const names = [...files.keys()];
const built = makeBundleFolder();
const temporary = makeTempFolder();
try {
  await bundle(Object.fromEntries(names.map((name) => [name, name])), built, [entries(files)]);
  // Who looks at a failure names its file.
  const maps = paths.length > 0 ? ["--enable-source-maps"] : [];
  // One more than there are cores: a test that waits for another process leaves its core to somebody else.
  const concurrency = `--test-concurrency=${availableParallelism() + 1}`;
  const args = [...maps, ...V8, "--test", concurrency, "--test-reporter=spec", ...options];
  const child = spawn(process.execPath, [...args, ...names.map((name) => join(built, `${name}.mjs`))], {
    stdio: "inherit",
    env: { ...process.env, TMPDIR: temporary },
  });
  // What ends the tests early leaves nothing behind either.
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, "exit");
  process.exitCode = typeof code === "number" ? code : 1;
  if (code !== 0 && !PLAYS_ALL) console.error(`\nPGS_TEST_SEED=${SEED} plays the same tests again.`);
} finally {
  rmSync(built, { recursive: true, force: true });
  rmSync(temporary, { recursive: true, force: true });
}
