/** A verdict as SARIF is accepted by the schema, names every rule once, and is the same every time. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { sarifText } from "../../src/gate/sarif.ts";
import { type Verdict, worstFirst } from "../../src/gate/verdict.ts";
import type { JsonObject } from "../../src/json.ts";
import { at } from "../sessions/world.ts";
import { assertSarif } from "../support/schemas.ts";
import { FAILED, HOSTILE, hostile, NOTICE, VERDICT } from "./verdicts.ts";

const TOOL = { name: "pgs-runner", version: "1.2.3" };

function run(verdict: Verdict): JsonObject {
  return at(assertSarif(sarifText(verdict, TOOL)), "runs", 0) as JsonObject;
}

function results(verdict: Verdict): readonly JsonObject[] {
  return at(run(verdict), "results") as readonly JsonObject[];
}

test("the schema accepts every verdict, and refuses a result without a message", () => {
  for (const verdict of [VERDICT, hostile(), { command: "none", parts: [] }]) run(verdict);
  assert.throws(() => assertSarif(sarifText(VERDICT, TOOL).replaceAll('"message"', '"massage"')));
});

test("every rule is described once, and every result points at its own", () => {
  const rules = at(run(VERDICT), "tool", "driver", "rules") as readonly JsonObject[];
  assert.deepEqual(rules, [
    {
      id: "edge-lost",
      shortDescription: { text: "Every edge leads somewhere." },
      help: { text: "draw it" },
      defaultConfiguration: { level: "error" },
    },
    {
      id: "node-odd",
      shortDescription: { text: "No node is odd." },
      defaultConfiguration: { level: "warning" },
    },
  ]);
  const found = results(VERDICT);
  assert.equal(found.length, FAILED.notices.length);
  for (const { ruleId, ruleIndex } of found) assert.equal(rules[ruleIndex as number]?.["id"], ruleId);
});

test("a result says where: file and line from the root, artifact, and the place in it", () => {
  const [, far, near] = results(VERDICT);
  assert.deepEqual(at(near, "locations"), [
    {
      physicalLocation: {
        artifactLocation: { uri: "protocol_snapshot/artifacts/a%20b.json", uriBaseId: "%SRCROOT%" },
        region: { startLine: 7 },
      },
      logicalLocations: [
        { fullyQualifiedName: "one::WF_A_V0", kind: "module" },
        { fullyQualifiedName: "/frontmatter/core", kind: "member" },
      ],
    },
  ]);
  assert.deepEqual(at(far, "locations"), [
    { physicalLocation: { artifactLocation: { uri: "file:///far/away.json" } } },
  ]);
  assert.equal(at(near, "message", "text"), "An edge leads nowhere.\nHint: draw it anew");
});

test("the fingerprint follows the notice, not the line on which it stands", () => {
  const print = (notice: typeof NOTICE) =>
    at(
      results({ command: "c", parts: [{ ...FAILED, notices: [notice] }] })[0],
      "partialFingerprints",
      "pgsNotice/v1",
    );
  assert.equal(print({ ...NOTICE, line: 99, message: "Said otherwise." }), print(NOTICE));
  assert.notEqual(print({ ...NOTICE, fingerprint: "other" }), print(NOTICE));
});

test("the same verdict is the same text, and nothing of a text is lost", () => {
  assert.equal(sarifText(VERDICT, TOOL), sarifText(structuredClone(VERDICT), TOOL));
  assert.equal(at(results(hostile())[0], "message", "text"), `${HOSTILE}\nHint: ${HOSTILE}`);
});

test("what several parts were refused for is one result", () => {
  const twice = { ...VERDICT, parts: [...VERDICT.parts, { ...FAILED, name: "certify" as const }] };
  assert.equal(results(twice).length, FAILED.notices.length);
});

test("what is worst is told first, whatever part it is of", () => {
  assert.deepEqual(
    worstFirst(VERDICT).map(({ level }) => level),
    ["error", "warning", "note"],
  );
});
