/**
 * Checks the imports of `src`: a file imports only from its own folder and from those named before it, and a command
 * imports nothing from another command. Exits 1 and names every other import.
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

const SOURCE = join(import.meta.dirname, "../src");

/** Folders and files of `src`, in the order in which a run visits them. */
const ORDER = [
  "json",
  "errors",
  "ports.ts",
  "trace",
  "platform",
  "sign",
  "snapshot",
  "storage",
  "capabilities",
  "capability.ts",
  "plan",
  "engine",
  "query",
  "render",
  "examine",
  "ledger",
  "interop",
  "check",
  "scenarios",
  "report",
  "workspace",
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
  return imported.flatMap((target) => {
    const why = reasonAgainst(file, target);
    return why === undefined ? [] : [`src/${file} imports ${target}, which ${why}`];
  });
}

function reasonAgainst(file: string, target: string): string | undefined {
  if (placeOf(target) === -1 || placeOf(target) > placeOf(file)) return "comes later";
  const [own, other] = [commandOf(file), commandOf(target)];
  return own !== undefined && other !== undefined && own !== other ? "belongs to another command" : undefined;
}

/** The folder of the command that a file belongs to. */
function commandOf(file: string): string | undefined {
  const [cli, commands, command] = file.split(sep);
  return cli === "cli" && commands === "commands" ? command : undefined;
}

const files = readdirSync(SOURCE, { recursive: true }).map(String);
const wrong = files.filter((file) => file.endsWith(".ts")).flatMap(wrongImportsOf);
for (const line of wrong) console.error(line);
if (wrong.length > 0) process.exitCode = 1;
