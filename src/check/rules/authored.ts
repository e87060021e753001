/** The snapshot and the Markdown that it is made from. */

import { LOCK_FILE } from "../../capabilities/packages/locked-provider.ts";
import { differenceText, errorsText } from "../authored/authored-state.ts";
import { rule } from "../rule.ts";

export const authoredDiffers = rule({
  id: "authored-differs",
  about: "Require that the snapshot is what its authored Markdown makes; else runs execute what nobody reads",
  severity: "error",
  hint: "type pgs compile, which makes the snapshot from the Markdown again",
  *check({ authored, workflows }) {
    if (authored === null) return;
    const { errors, differences } = authored;
    if (errors > 0) {
      const hint = "type pgs compile, which lists every error with its place";
      yield { file: INDEX, pointer: "", facts: { errors }, message: errorsText(errors), hint };
    }
    // What refuses the workflows that use a package says more.
    const isLockTold = workflows.some(({ reasons }) => reasons.some(({ file }) => file === LOCK_FILE));
    for (const one of differences) {
      if (one.path === LOCK_FILE && isLockTold) continue;
      const { path: file, what, source } = one;
      const found = { file, pointer: "", facts: { what }, message: differenceText(one) };
      yield source === null ? found : { ...found, authored: source };
    }
  },
});

/** The file of the whole snapshot. */
const INDEX = "artifact_index/index.json";
