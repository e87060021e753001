/** What may be put where a regular file is expected, by name. */

import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";

export const NO_FILE = {
  pipe: (path) => execFileSync("mkfifo", [path]),
  device: (path) => symlinkSync("/dev/zero", path),
  "link to itself": (path) => symlinkSync(path, path),
  folder: (path) => mkdirSync(path),
} as const satisfies Readonly<Record<string, (path: string) => unknown>>;
