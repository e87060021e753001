/** Traces of runs that waited, were interrupted or cancelled: intact, allowed, and replayed as one. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MADE } from "../engine/sessions.ts";
import { examine } from "./examination.ts";

for (const [name, make] of Object.entries(MADE)) {
  test(`a trace is intact, allowed and replayed: ${name}`, async () => {
    const { plan, trial } = await make();
    const { intact, allowed, replayed } = await examine(plan, trial.text, trial.head);
    assert.deepEqual(
      { intact, allowed, finding: replayed.finding },
      { intact: [], allowed: [], finding: null },
    );
  });
}
