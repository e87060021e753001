/** Events that an EXIT announces, and what of them is recorded. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../src/json/value.ts";
import { counted, type EditableLine, forge, found } from "../examine/examination.ts";
import { compileTrial, eventsOf, type Protocol, runPlan } from "./trial.ts";

const ending = (emit: Json | undefined): Protocol => ({
  workflow: {
    start_node: "START",
    nodes: {
      START: { type: "IN", next: { ACK: "END" } },
      END: { type: "EXIT", ...(emit === undefined ? {} : { emit }) },
    },
  },
});

const cases: readonly (readonly [Json | undefined, readonly string[]])[] = [
  [undefined, []],
  [[], []],
  ["EV_A_V0", ["EV_A_V0"]],
  [["EV_B_V0"], ["EV_B_V0"]],
  [
    ["EV_B_V0", "EV_A_V0", "EV_C_V0"],
    ["EV_B_V0", "EV_A_V0", "EV_C_V0"],
  ],
];

for (const [emit, announced] of cases) {
  test(`an EXIT that declares ${JSON.stringify(emit)} announces ${announced.length} events in that order, each in a line of its own`, async () => {
    const plan = await compileTrial(ending(emit));
    const trial = await runPlan(plan, {});
    const events = eventsOf(trial, "event_announced");
    assert.deepEqual(
      events.map(({ node_id, payload }) => [node_id, payload.event_code]),
      announced.map((code) => ["END", code]),
    );
    for (const { payload } of events)
      assert.deepEqual(payload.payload, { outcome: "ACK", exit_reason_code: "COMPLETED" });
    assert.deepEqual(await found(plan, trial.text), []);
  });
}

const codesOf = (lines: readonly EditableLine[]) =>
  lines.flatMap((line, i) => (line["event_type"] === "event_announced" ? [i] : []));

const forgeries: Readonly<Record<string, (lines: EditableLine[]) => readonly EditableLine[]>> = {
  "in another order": (lines) => {
    const [a = 0, b = 0] = codesOf(lines);
    return lines.map((line, i) => (i === a ? lines[b] : i === b ? lines[a] : line) as EditableLine);
  },
  "without the last one": (lines) => lines.filter((_, i) => i !== codesOf(lines).at(-1)),
  "with one of them twice": (lines) =>
    lines.flatMap((line, i) => (i === codesOf(lines)[0] ? [line, line] : [line])),
};

for (const [how, edit] of Object.entries(forgeries)) {
  test(`a trace that has the announcements ${how} does not replay`, async () => {
    const plan = await compileTrial(ending(["EV_A_V0", "EV_B_V0"]));
    const { text } = await runPlan(plan, {});
    assert.deepEqual(await found(plan, text), []);
    const codes = await found(
      plan,
      forge(text, (lines) => counted([...edit(lines)])),
    );
    assert.ok(
      codes.some((code) => code.startsWith("DIVERGED")),
      codes.join(),
    );
  });
}

test("an emit that is neither a text nor a list of texts is refused at its place", async () => {
  for (const emit of [7, { code: "EV_A_V0" }, ["EV_A_V0", 7]]) {
    await assert.rejects(compileTrial(ending(emit)), (error: { reasons?: readonly { pointer: string }[] }) => {
      assert.deepEqual(
        error.reasons?.map(({ pointer }) => pointer),
        ["/frontmatter/core/nodes/END/emit"],
      );
      return true;
    });
  }
});
