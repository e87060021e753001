/** What the system or Node calls an error, for everything that catches one. */

import { IoError } from "../ports.ts";

/** The code of an error of Node or of the system; undefined for anything else that was thrown. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** The code of a system call that failed; undefined for anything else that was thrown. */
export function systemErrno(error: unknown): string | undefined {
  return error instanceof Error && "syscall" in error ? codeOf(error) : undefined;
}

/** The code with which a port reports the error. */
export function errnoOf(error: unknown): string {
  return codeOf(error) ?? "EUNKNOWN";
}

/** The result of a file system call, or `absent` if there is no file. @throws IoError */
export function attempt<T>(work: () => T, absent: T): T {
  try {
    return work();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "ENOTDIR") return absent;
    if (error instanceof IoError) throw error;
    throw new IoError(errno, error);
  }
}
