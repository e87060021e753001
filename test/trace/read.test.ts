import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/json.ts";
import { badMember } from "../../src/trace/read.ts";
import { fullRun, readBack, refusedRun } from "./render/trial-run.ts";

const lines = readBack([...fullRun(), ...refusedRun()]) as unknown as readonly JsonObject[];

/** The first line of the type, with one member of its payload set to something else. */
function changed(type: string, member: string, value: JsonObject[string]): JsonObject {
  const line = lines.find(({ event_type }) => event_type === type) as JsonObject;
  return { ...line, payload: { ...(line["payload"] as JsonObject), [member]: value } };
}

test("every event of a run is one of the format", () => {
  assert.deepEqual(
    lines.map(badMember).filter((member) => member !== undefined),
    [],
  );
});

const BAD: readonly (readonly [type: string, member: string, value: JsonObject[string]])[] = [
  ["execution_start", "runtime", { name: "pgs" }],
  ["execution_start", "observed", [7]],
  ["execution_start", "actor", null],
  ["execution_start", "parent", { run: "0", node: "A" }],
  ["admission", "requires", [{ event: "x", where: {} }]],
  ["admission", "forbids", "none"],
  ["node_start", "node_type", "CT"],
  ["node_start", "inputs", []],
  ["violation", "field", 1],
  ["transform_end", "reason", "because"],
  ["side_effect_end", "change", { before: null }],
  ["side_effect_end", "change", { before: null, after: 1 }],
  ["error", "step", {}],
];

for (const [type, member, value] of BAD) {
  test(`${member} of ${type} is not ${JSON.stringify(value)}`, () => {
    assert.equal(badMember(changed(type, member, value)), `/payload/${member}`);
  });
}

test("the node of an event is named by a text, also where an event need not have one", () => {
  for (const line of lines)
    assert.equal(badMember({ ...line, node_id: [] }), "/node_id", String(line["event_type"]));
  const nodeless = lines.filter((line) => badMember({ ...line, node_id: "HERE" }) === undefined);
  assert.equal(nodeless.length, lines.length);
});
