/** The file system of a folder: one in memory waits for no device. */

import { execFileSync } from "node:child_process";

/** As the system names it; "unknown" where it does not say. */
export function fileSystemOf(folder: string): string {
  try {
    const table = execFileSync("df", ["--output=fstype", folder], { encoding: "utf8", stdio: "pipe" });
    return table.trim().split("\n").at(-1) as string;
  } catch {
    return "unknown";
  }
}

/** Whether what is written there is only in memory. */
export const isInMemory = (fileSystem: string) => fileSystem === "tmpfs" || fileSystem === "ramfs";
