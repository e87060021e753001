/**
 * Makes the files of `protocol_snapshot/` from its authored Markdown.
 *
 *     node --import tsx bin/snapshot.mts           write them, and remove what is no longer made
 *     node --import tsx bin/snapshot.mts --check   change nothing; exit 1 and name what differs
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { type AuthoredFile, buildSnapshot, differences, GENERATED } from "../src/snapshot/build/build.ts";

const SNAPSHOT = join(import.meta.dirname, "..", "protocol_snapshot");

/** Text by path below `root`, for every file below `root/folder`; none when there is no such folder. */
function readTree(root: string, folder: string): ReadonlyMap<string, string> {
  if (!existsSync(join(root, folder))) return new Map();
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    files.sort().map((file) => [relative(root, file).replaceAll(sep, "/"), readFileSync(file, "utf8")]),
  );
}

/** The project's authored Markdown. */
export function readAuthored(): readonly AuthoredFile[] {
  const files = readTree(join(SNAPSHOT, "authored"), ".");
  return [...files].map(([path, text]) => ({ path, text }));
}

/** What stands in the folders that are made from it. */
export function readGenerated(): ReadonlyMap<string, string> {
  return new Map(GENERATED.flatMap((folder) => [...readTree(SNAPSHOT, folder)]));
}

function check(): void {
  const wrong = differences(buildSnapshot(readAuthored()), readGenerated());
  for (const { path, what } of wrong) console.error(`${what}: protocol_snapshot/${path}`);
  if (wrong.length > 0) process.exitCode = 1;
}

function write(): void {
  const made = buildSnapshot(readAuthored());
  for (const { path, what } of differences(made, readGenerated())) {
    const file = join(SNAPSHOT, path);
    if (what === "stale") rmSync(file);
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, made.get(path) as string);
    }
    console.log(`${what === "stale" ? "removed" : "written"}: protocol_snapshot/${path}`);
  }
}

if (process.argv[1] === import.meta.filename) process.argv.includes("--check") ? check() : write();
