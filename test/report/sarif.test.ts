/** A verdict as SARIF is accepted by the schema, names every rule once, and is the same every time. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { sha256 } from "../../src/json/canonical.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { type Verdict, worstFirst } from "../../src/report/result.ts";
import { sarifText } from "../../src/report/sarif.ts";
import { at } from "../sessions/world.ts";
import { PLAYS_ALL, takingTurns } from "../support/portion.ts";
import { assertSarif } from "../support/schemas.ts";
import { FAILED, HOSTILE, hostile, NOTICE, VERDICT } from "./verdicts.ts";

const it = takingTurns(import.meta.url);

const TOOL = { name: "pgs-runner", version: "1.2.3" };
/** What a notice without a file is about. */
const ROOT = "protocol_snapshot/seal.json";

function run(verdict: Verdict): JsonObject {
  return at(assertSarif(sarifText(verdict, TOOL, ROOT)), "runs", 0) as JsonObject;
}

function results(verdict: Verdict): readonly JsonObject[] {
  return at(run(verdict), "results") as readonly JsonObject[];
}

test("the schema accepts every verdict, and refuses a result without a message", () => {
  for (const verdict of [VERDICT, hostile(), { command: "none", parts: [] }]) run(verdict);
  assert.throws(() => assertSarif(sarifText(VERDICT, TOOL, ROOT).replaceAll('"message"', '"massage"')));
});

test("every rule is described once, and every result points at its own", () => {
  const rules = at(run(VERDICT), "tool", "driver", "rules") as readonly JsonObject[];
  assert.deepEqual(rules, [
    {
      id: "edge-lost",
      name: "EdgeLost",
      shortDescription: { text: "Every edge leads somewhere." },
      fullDescription: { text: "Every edge leads somewhere." },
      help: { text: "draw it" },
      defaultConfiguration: { level: "error" },
    },
    {
      id: "node-odd",
      name: "NodeOdd",
      shortDescription: { text: "No node is odd." },
      fullDescription: { text: "No node is odd." },
      help: { text: "No node is odd." },
      defaultConfiguration: { level: "warning" },
    },
  ]);
  const found = results(VERDICT);
  assert.equal(found.length, FAILED.notices.length);
  for (const { ruleId, ruleIndex } of found) assert.equal(rules[ruleIndex as number]?.["id"], ruleId);
});

test("a result says where: file and line from the root, artifact, and the place in it", () => {
  const [none, far, near] = results(VERDICT);
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
    {
      physicalLocation: { artifactLocation: { uri: "file:///far/away.json" }, region: { startLine: 1 } },
    },
  ]);
  assert.deepEqual(at(none, "locations"), [
    {
      physicalLocation: {
        artifactLocation: { uri: ROOT, uriBaseId: "%SRCROOT%" },
        region: { startLine: 1 },
      },
    },
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
  assert.equal(sarifText(VERDICT, TOOL, ROOT), sarifText(structuredClone(VERDICT), TOOL, ROOT));
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

/** As many notices, each with so long a text that is hard to compress. */
function many(count: number, length: number): Verdict {
  const notices = Array.from({ length: count }, (_, i) => {
    const hex = sha256(String(i));
    const message = hex.repeat(Math.ceil(length / hex.length)).slice(0, length);
    const level = i === count - 1 ? ("error" as const) : ("note" as const);
    return { ...NOTICE, level, message, line: i + 1, fingerprint: String(i) };
  });
  return { command: "pgs gate", parts: [{ ...FAILED, notices }] };
}

it("of more results than a host takes, the worst are told, and how many are left out", () => {
  const { results: told, invocations } = run(many(25_010, 1)) as Record<string, readonly JsonObject[]>;
  assert.equal(told?.length, 25_000);
  assert.equal(told?.[0]?.["level"], "error");
  assert.match(JSON.stringify(invocations), /10 more results are left out/);
});

test("of as many results as a host takes, none is left out", () => {
  const most = PLAYS_ALL ? 25_000 : 250;
  const text = sarifText(many(most, 1), TOOL, ROOT, { results: most, compressed: 10_000_000 });
  assert.equal(at(assertSarif(text), "runs", 0, "invocations", 0, "executionSuccessful"), true);
  assert.doesNotMatch(text, /left out: the file/);
});

it("a file that would be too large when compressed is cut", () => {
  const notices = many(1, 1).parts[0]?.notices as readonly [typeof NOTICE];
  const [compressed, count] = PLAYS_ALL ? [10_000_000, 200] : [1_000_000, 20];
  const wide = Array.from({ length: count }, (_, i) => {
    const message = Array.from({ length: 2000 }, (_, k) => sha256(`${i} ${k}`)).join("");
    return { ...notices[0], message, line: i + 1, fingerprint: String(i) };
  });
  const text = sarifText({ command: "c", parts: [{ ...FAILED, notices: wide }] }, TOOL, ROOT, {
    results: 25_000,
    compressed,
  });
  assert.ok(gzipSync(text).length <= compressed);
  assert.match(text, /more results are left out/);
});
