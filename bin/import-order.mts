/**
 * Holds the order of the folders of `src`: a file imports only from its own folder and from those named before it.
 * Exits 1 and names every import that points the other way.
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

const SOURCE = join(import.meta.dirname, "../src");

/** Folders and files of `src`, in the order in which a run visits them. */
const ORDER = [
  "json",
  "errors",
  "ports.ts",
  "platform",
  "trace",
  "sign",
  "snapshot",
  "storage",
  "capabilities",
  "plan",
  "engine",
  "render",
  "examine",
  "interop",
  "check",
  "scenarios",
  "report",
  "cli",
  "index.ts",
  "main.ts",
] as const;

const placeOf = (file: string) => (ORDER as readonly string[]).indexOf(file.split(sep)[0] ?? "");

function wrongImportsOf(file: string): readonly string[] {
  const text = readFileSync(join(SOURCE, file), "utf8");
  const imported = [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)"(\.[^"]+\.m?[jt]s)"/g)].map(([, name]) =>
    relative(SOURCE, join(SOURCE, dirname(file), String(name))),
  );
  return imported
    .filter((target) => placeOf(target) === -1 || placeOf(target) > placeOf(file))
    .map((target) => `src/${file} imports ${target}, which comes later`);
}

const files = readdirSync(SOURCE, { recursive: true }).map(String);
const wrong = files.filter((file) => file.endsWith(".ts")).flatMap(wrongImportsOf);
for (const line of wrong) console.error(line);
if (wrong.length > 0) process.exitCode = 1;
