/** A JavaScript world of its own, on Node's `vm`: standard objects only, and no code made of text. */

import { createContext, Script } from "node:vm";
import { type Realm, RealmTimeout } from "../ports.ts";

/** The work of the call is taken before anything else runs, so that no code of the realm ever sees it. */
const CALL = new Script("(() => { const work = $work; $work = undefined; return work(); })()");

export function openRealm(): Realm {
  const global: { $work?: (() => unknown) | undefined } = { $work: undefined };
  const context = createContext(global, { codeGeneration: { strings: false, wasm: false } });
  return {
    evaluate: (text, file, columnOffset = 0) =>
      new Script(text, { filename: file, columnOffset }).runInContext(context),
    limited(work, milliseconds) {
      let result: ReturnType<typeof work> | undefined;
      global.$work = () => {
        result = work();
      };
      try {
        CALL.runInContext(context, { timeout: milliseconds });
      } catch (error) {
        if (isTimeout(error)) throw new RealmTimeout();
        throw error;
      }
      return result as ReturnType<typeof work>;
    },
  };
}

function isTimeout(error: unknown): boolean {
  const isObject = typeof error === "object" && error !== null;
  return isObject && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
