/** Writes that fail while work is done, as on a full or broken disk. */

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

type Call = (...args: unknown[]) => unknown;

/** Replaces functions of the file system while the work is done. */
export async function replaced<T>(calls: Readonly<Record<string, Call>>, work: () => Promise<T>): Promise<T> {
  const all = fs as unknown as Record<string, Call>;
  const real = Object.fromEntries(Object.keys(calls).map((name) => [name, all[name] as Call]));
  const set = (functions: Readonly<Record<string, Call>>) => {
    Object.assign(all, functions);
    syncBuiltinESMExports();
  };
  set(calls);
  try {
    return await work();
  } finally {
    set(real);
  }
}

/** The calls with these names that the work makes, in order. */
export async function callsOf(
  names: readonly string[],
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const made: string[] = [];
  const counted = names.map((name) => {
    const real = (fs as unknown as Record<string, Call>)[name] as Call;
    const call: Call = (...args) => {
      made.push(name);
      return real(...args);
    };
    return [name, call] as const;
  });
  await replaced(Object.fromEntries(counted), work);
  return made;
}

/** Fails the writes whose bytes are named, with the code, or after the first `written` bytes. */
export function failingWrites<T>(
  how: { readonly code: string } | { readonly written: number },
  fails: (bytes: string) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  const real = fs.writeSync as Call;
  const writeSync: Call = (file, bytes) => {
    if (!fails(String(bytes))) return real(file, bytes);
    if ("code" in how) throw Object.assign(new Error("write"), { code: how.code, syscall: "write" });
    return real(file, (bytes as Uint8Array).subarray(0, how.written));
  };
  return replaced({ writeSync }, work);
}
