/** Archives of published data, each unpacked once in a process. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { sharedPath } from "./shared.ts";

const folders = new Map<string, string>();

/** The folder with the content of an archive below `../shared`; removed when the process ends. */
export function unpacked(archive: string): string {
  const known = folders.get(archive);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), "pgs-archive-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  execFileSync("tar", ["-xJf", sharedPath(archive), "-C", folder]);
  folders.set(archive, folder);
  return folder;
}

/** The content of each file below a folder. */
export function bytesIn(folder: string): ReadonlyMap<string, Buffer> {
  const files = nodeFiles.list(folder);
  return new Map(files.map(({ path }) => [path, Buffer.from(nodeFiles.read(join(folder, path)) ?? [])]));
}

/** The text of each file below a folder. */
export function textsIn(folder: string): ReadonlyMap<string, string> {
  return new Map([...bytesIn(folder)].map(([path, bytes]) => [path, bytes.toString("utf8")]));
}
