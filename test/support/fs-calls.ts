/** Does something before one call that work makes of the file system: what another process may do then, or its own end. */

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** What is thrown where the process is killed. */
class Killed extends Error {}

const CHANGING = [
  ...["openSync", "writeSync", "writeFileSync", "ftruncateSync", "fsyncSync", "renameSync", "mkdirSync"],
  ...["rmdirSync", "rmSync", "unlinkSync", "linkSync", "symlinkSync"],
] as const;
const LOOKING = ["statSync", "lstatSync", "existsSync", "readdirSync", "readlinkSync"] as const;

type Call = (...args: unknown[]) => unknown;
type Patched = Record<string, Call>;

/** Whether the work made so many calls; `before` sees the file system as it is, and what it does is not counted. */
function atCall(number: number, before: () => void, work: () => void): boolean {
  const names = [...CHANGING, ...LOOKING];
  const all = fs as unknown as Patched;
  const real = Object.fromEntries(names.map((name) => [name, all[name] as Call]));
  let calls = 0;
  const set = (made: (name: string) => Call) => {
    for (const name of names) all[name] = made(name);
    syncBuiltinESMExports();
  };
  const restore = () => set((name) => real[name] as Call);
  const patch = () =>
    set((name) => (...args) => {
      if (calls++ === number) {
        restore();
        before();
        patch();
      }
      return real[name]?.(...args);
    });
  patch();
  try {
    work();
  } finally {
    restore();
  }
  return calls > number;
}

/** Does the work again and again, each time with `before` in front of another call of it; answers how many there were. */
export function beforeEachCall(begin: () => { before(): void; work(): void; after(): void }): number {
  for (let number = 0; ; number++) {
    const { before, work, after } = begin();
    const isReached = atCall(number, before, work);
    after();
    if (!isReached) return number;
  }
}

/** The same, with the end of the process in front of each call that changes something: nothing that it does later counts. */
export function killedAtEachCall(begin: () => { work(): void; after(): void }): number {
  for (let number = 0; ; number++) {
    const { work, after } = begin();
    const dying = dyingAfter(number);
    try {
      work();
    } catch (error) {
      dying.passOn(error);
    }
    const isKilled = dying.end();
    after();
    if (!isKilled) return number;
  }
}

/** Does the work until the process is killed in front of its call number `number`; false where it does not make so many. */
export async function killedAfter(number: number, work: () => Promise<unknown>): Promise<boolean> {
  const dying = dyingAfter(number);
  try {
    await work();
  } catch (error) {
    dying.passOn(error);
  }
  return dying.end();
}

function dyingAfter(number: number) {
  const all = fs as unknown as Patched;
  const real = Object.fromEntries(CHANGING.map((name) => [name, all[name] as Call]));
  let calls = 0;
  for (const name of CHANGING)
    all[name] = (...args) => {
      if (calls++ >= number) throw new Killed();
      return real[name]?.(...args);
    };
  syncBuiltinESMExports();
  const end = () => {
    Object.assign(all, real);
    syncBuiltinESMExports();
    return calls > number;
  };
  return {
    end,
    /** @throws what is no consequence of the end */
    passOn(error: unknown): void {
      if (end() || error instanceof Killed) return;
      throw error;
    },
  };
}
