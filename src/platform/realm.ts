/** A JavaScript world of its own, on Node's `vm`: standard objects only, and no code made of text. */

import { createContext, Script } from "node:vm";
import { type Realm, RealmTimeout } from "../ports.ts";

/**
 * Evaluates to a function that the host gives its work to. Code of the realm can call `$work`, but finds nothing there:
 * the work is taken before anything else runs.
 */
const HANDOVER = new Script(`(() => {
  let work;
  const value = () => { const given = work; work = undefined; return given?.(); };
  Object.defineProperty(globalThis, "$work", { value: Object.freeze(value) });
  return (given) => { work = given; };
})()`);
const CALL = new Script("$work()");

export function openRealm(): Realm {
  // Its microtasks run as a part of each evaluation, so that the time limit of that holds for them, too.
  const context = createContext(
    {},
    { codeGeneration: { strings: false, wasm: false }, microtaskMode: "afterEvaluate" },
  );
  const give: (work: () => void) => void = HANDOVER.runInContext(context);
  return {
    evaluate: (text, file, columnOffset = 0) =>
      new Script(text, { filename: file, columnOffset }).runInContext(context),
    limited(work, milliseconds) {
      let result: ReturnType<typeof work> | undefined;
      give(() => {
        result = work();
      });
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
