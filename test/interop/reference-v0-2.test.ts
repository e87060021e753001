/** The reader of v0.2: its chain as Python computed it, and what breaks it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPath } from "../../src/interop/allowed.ts";
import { externalFormat } from "../../src/interop/detect.ts";
import { readReferenceV02 } from "../../src/interop/reference-v0-2.ts";
import { codesOf } from "../examine/examination.ts";
import { tea } from "./tea.ts";

/** `prev_hash` of each line, as CPython 3 computed them. */
const HASHES = [
  "ecd00c1383a7b009",
  "30e36296fd9fb3cf",
  "8f1ec1970813c603",
  "36167c07035a334a",
  "d59b6d95b9a5e8a2",
  "36400551c72520eb",
  "b2ac513176ccf642",
  "e9532ea20895aa78",
  "c23aec30865b339c",
];

/** Members whose order and numbers only the text keeps. */
const DUMP = '{"2": 1.0, "1": "caf\u00e9", "10": [1e-05, 12345678901234567890]}';

const payloads: readonly (readonly [type: string, payload: string])[] = [
  [
    "execution_start",
    '{"workflow_code": "WF_TEA_V0", "policy_profile": "ADVANCED", "trace_schema_version": "TRACE_SCHEMA_V0"}',
  ],
  ["registry_dump", DUMP],
  ["node_start", '{"node_id": "ASK", "node_type": "intent", "capability_code": "tea::IN_ASK_V0"}'],
  ["node_end", '{"node_id": "ASK", "status": "ACK", "duration_ms": 0}'],
  [
    "node_start",
    '{"node_id": "BREW", "node_type": "capability_contract", "capability_code": "tea::CC_BREW_V0"}',
  ],
  ["node_end", '{"node_id": "BREW", "status": "TOO_HOT", "duration_ms": 3}'],
  ["node_start", '{"node_id": "SPILT", "node_type": "exit"}'],
  ["node_end", '{"node_id": "SPILT", "status": "completed", "duration_ms": 0}'],
  [
    "workflow_complete",
    '{"status": "FAILED", "duration_ms": 4, "exit_condition": "FAILURE", "exit_reason_code": "EXIT_VIOLATION"}',
  ],
];

const lines = payloads.map(
  ([type, payload], i) =>
    `{"trace_schema_version": "V0", "event_type": "${type}", "timestamp": "2026-01-31T09:00:00.120000+00:00", ` +
    `"execution_id": "T_20260131_090000_120_0A1B2C3D", "sequence": ${i + 1}, "payload": ${payload}, ` +
    `"prev_hash": "${HASHES[i]}"}`,
);

const bytesOf = (some: readonly string[]) => Buffer.from(some.map((line) => `${line}\n`).join(""));
const read = (some: readonly string[]) => readReferenceV02(bytesOf(some));
const withLine = (index: number, edit: (line: string) => string) =>
  lines.map((line, i) => (i === index ? edit(line) : line));

test("a trace as v0.2 writes it is read whole: chain, path, ending", () => {
  assert.equal(externalFormat(bytesOf(lines)), "reference-v0.2");
  const record = read(lines);
  assert.deepEqual(record.findings, []);
  assert.deepEqual(
    [record.events, record.workflow, record.chain],
    [9, "WF_TEA_V0", { isIntact: true, covered: 8 }],
  );
  assert.deepEqual(record.ending, { status: "FAILED", reason: "EXIT_VIOLATION", isExit: true });
  assert.deepEqual(
    record.recordedPath.visits.map((visit) => ("node" in visit ? [visit.node, visit.outcome] : [])),
    [
      ["ASK", "ACK"],
      ["BREW", "TOO_HOT"],
      ["SPILT", "completed"],
    ],
  );
  assert.deepEqual(checkPath(tea, record), []);
});

for (const index of lines.keys()) {
  const isLast = index === lines.length - 1;
  test(`a changed time in line ${index + 1} ${isLast ? "is covered by nothing, which is said" : "breaks the chain behind it"}`, () => {
    const { findings, chain, unproven } = read(withLine(index, (line) => line.replace("09:00:00", "09:00:01")));
    assert.deepEqual(codesOf(findings), isLast ? [] : [`BAD_LINK:${index + 2}`]);
    assert.equal(chain?.isIntact, isLast);
    assert.ok(unproven.some((one) => one.includes("last event")));
  });
}

test("what is recorded is not said to be missing", () => {
  const statements = (some: readonly string[]) => read(some).unproven.join("; ");
  assert.match(statements(lines), /neither its values nor a hash.*no side effect is recorded/);
  const more = withLine(0, (line) => line.replace('"payload": {', '"payload": {"input_hash": "0", ')).map(
    (line) => line.replace("registry_dump", "side_effect_start"),
  );
  assert.match(statements(more), /only a hash of it.*side effects are recorded without their values/);
});

test("a line taken out is found by chain and sequence, a line that is no JSON by itself", () => {
  const without = lines.filter((_, i) => i !== 3);
  assert.deepEqual(codesOf(read(without).findings), ["BAD_LINK:4", "BAD_SEQUENCE:4"]);
  const spoilt = read(withLine(3, (line) => line.slice(0, -1)));
  assert.deepEqual([codesOf(spoilt.findings)[0], spoilt.chain?.isIntact], ["NOT_JSON:4", false]);
});

test("a trace cut at a line end has no ending, one cut within a line a torn one", () => {
  const cut = read(lines.slice(0, 5));
  assert.deepEqual([codesOf(cut.findings), cut.ending, cut.chain?.isIntact], [["NO_END:5"], null, true]);
  const torn = readReferenceV02(bytesOf(lines).subarray(0, -20));
  assert.deepEqual(codesOf(torn.findings), ["TORN_LINE:9", "NO_END:8"]);
});

test("lines behind the end, of another execution, or without a payload are found", () => {
  const last = lines.at(-1) as string;
  assert.deepEqual(codesOf(read([...lines, last]).findings), [
    "BAD_LINK:10",
    "AFTER_END:10",
    "BAD_SEQUENCE:10",
  ]);
  const other = read(withLine(8, (line) => line.replace("0A1B2C3D", "FFFFFFFF")));
  assert.deepEqual(codesOf(other.findings), ["OTHER_EXECUTION:9"]);
  const bare = read(withLine(8, (line) => line.replace('"payload"', '"load"')));
  assert.deepEqual(codesOf(bare.findings), ["BAD_SHAPE:9", "NO_END:8"]);
});

test("a trace without prev_hash has no chain, and says what that leaves open", () => {
  const { chain, findings, unproven } = read(
    lines.map((line) => line.replace(/, "prev_hash": "[0-9a-f]+"/, "")),
  );
  assert.deepEqual([chain, findings], [null, []]);
  assert.ok(unproven.some((one) => one.includes("prev_hash")));
});

const paths: readonly (readonly [what: string, from: string, to: string, codes: readonly string[]])[] = [
  ["a node that is not declared", '"BREW"', '"STEW"', ["UNKNOWN_NODE:5", "NOT_AN_EDGE:7"]],
  ["a contract that another node runs", "CC_BREW_V0", "CC_POUR_V0", ["UNKNOWN_NODE:5"]],
  ["a node of another type", '"intent"', '"exit"', ["UNKNOWN_NODE:3"]],
  ["an outcome that leads elsewhere", '"TOO_HOT"', '"SUCCESS"', ["NOT_AN_EDGE:7"]],
  ["an outcome that leads nowhere", '"ACK"', '"NOD"', ["NOT_AN_EDGE:5"]],
];

for (const [what, from, to, codes] of paths) {
  test(`the graph does not allow ${what}`, () => {
    const record = read(lines.map((line) => line.replace(from, to)));
    assert.deepEqual(codesOf(checkPath(tea, record)), codes);
  });
}

test("a path begins at the start and, where the run is said to have reached an EXIT, ends there", () => {
  assert.deepEqual(codesOf(checkPath(tea, read(lines.filter((_, i) => i !== 2 && i !== 3)))), [
    "NOT_THE_START:3",
  ]);
  assert.deepEqual(codesOf(checkPath(tea, read(lines.filter((_, i) => i !== 6 && i !== 7)))), [
    "NOT_AT_AN_EXIT:5",
  ]);
});

test("a node that only completed may have taken any of its edges, but no other way", () => {
  const completed = (line: string) => line.replace('"TOO_HOT"', '"completed"');
  const record = read(withLine(5, completed));
  assert.deepEqual(checkPath(tea, record), []);
  assert.ok(record.unproven.some((one) => one.includes("the outcome of a node")));
  const skipping = lines
    .filter((_, i) => i !== 4 && i !== 5)
    .map((line) => line.replace('"ACK"', '"completed"'));
  assert.deepEqual(codesOf(checkPath(tea, read(skipping))), ["NOT_AN_EDGE:5"]);
});
