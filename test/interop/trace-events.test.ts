/** The readers of v0.3 and of the later formats by the trace event schemas. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPath } from "../../src/interop/allowed.ts";
import { externalFormat } from "../../src/interop/detect.ts";
import { readExternal } from "../../src/interop/read.ts";
import type { ExternalFormat } from "../../src/interop/record.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { codesOf } from "../examine/examination.ts";
import { tea } from "./tea.ts";

type Event = readonly [type: string, status: string | null, detail: JsonObject, workflow?: number];

const bytesOf = (version: string, events: readonly Event[], header: readonly Json[] = []) =>
  Buffer.from(
    [
      ...header,
      ...events.map(([event_type, result_status, detail, wf_addr = 7]) => ({
        ...{ trace_schema_version: version, trace_id: "T1", event_type, domain: "tea", wf_addr, cc_addr: null },
        ...{ step_addr: null, step_op: null, result_status, detail, ts_ns: 1 },
      })),
    ]
      .map((event) => `${JSON.stringify(event)}\n`)
      .join(""),
  );

function read(format: ExternalFormat, bytes: Uint8Array) {
  assert.equal(externalFormat(bytes), format);
  const record = readExternal(format, bytes);
  return { ...record, found: codesOf([...record.findings, ...checkPath(tea, record)]) };
}

const start: Event = ["WF_START", null, { wf_fqdn: "tea::WF_TEA_V0", payload_keys: [] }];
const end = (status: string): Event => ["WF_COMPLETE", status, { wf_fqdn: "tea::WF_TEA_V0" }];
const contract = (code: string, outcome: string): readonly Event[] => [
  ["CC_START", null, { cc_fqdn: `tea::${code}`, inputs: {} }],
  ["CC_COMPLETE", outcome, { cc_fqdn: `tea::${code}`, output_keys: [] }],
];

const runs: readonly (readonly [what: string, events: readonly Event[], found: readonly string[]])[] = [
  [
    "contracts that follow one another",
    [start, ...contract("CC_BREW_V0", "SUCCESS"), ...contract("CC_POUR_V0", "SUCCESS"), end("SUCCESS")],
    [],
  ],
  [
    "two nodes that run the same contract",
    [
      ...[start, ...contract("CC_BREW_V0", "TOO_WEAK"), ...contract("CC_BREW_V0", "SUCCESS")],
      ...[...contract("CC_POUR_V0", "SUCCESS"), end("SUCCESS")],
    ],
    [],
  ],
  [
    "a contract to which the outcome before does not lead",
    [start, ...contract("CC_BREW_V0", "TOO_HOT"), ...contract("CC_POUR_V0", "SUCCESS"), end("SUCCESS")],
    ["NOT_REACHED:4"],
  ],
  [
    "an ending where the graph has no EXIT",
    [start, ...contract("CC_BREW_V0", "SUCCESS"), end("SUCCESS")],
    ["NOT_AT_AN_EXIT:2"],
  ],
  [
    "an error within a contract",
    [
      start,
      ...contract("CC_BREW_V0", "SUCCESS").slice(0, 1),
      ["ERROR", null, { message: "the kettle is gone" }],
    ],
    [],
  ],
  ["a run that was cut off", [start, ...contract("CC_BREW_V0", "SUCCESS")], ["NO_END:3"]],
  ["a line behind the end", [start, ["ERROR", null, { message: "gone" }], end("SUCCESS")], ["AFTER_END:3"]],
];

for (const [what, events, found] of runs) {
  test(`v0.3: ${what}: ${found.join(", ") || "allowed"}`, () => {
    assert.deepEqual(read("reference-v0.3", bytesOf("v0", events)).found, found);
  });
}

test("v0.3: an error is the ending, in its own words; there is no chain, and node keys are said to be missing", () => {
  const failed: Event = ["ERROR", null, { message: "the kettle is gone" }];
  const { ending, chain, unproven, workflow } = read("reference-v0.3", bytesOf("v0", [start, failed]));
  assert.deepEqual(ending, { status: "ERROR", reason: "the kettle is gone", isExit: false });
  assert.deepEqual([chain, workflow], [null, "tea::WF_TEA_V0"]);
  assert.ok(unproven.some((one) => one.includes("node keys")));
});

test("v0.3: a line of another trace, and one without its members, are found", () => {
  const text = bytesOf("v0", [start, end("SUCCESS")]).toString();
  const record = (edited: string) => codesOf(readExternal("reference-v0.3", Buffer.from(edited)).findings);
  assert.deepEqual(record(text.replace(/"T1"(?=[^\n]*\n$)/, '"T2"')), ["OTHER_EXECUTION:2"]);
  assert.deepEqual(record(text.replace(/"result_status":"SUCCESS"/, '"result":1')), [
    "BAD_SHAPE:2",
    "NO_END:1",
  ]);
});

const route = (from_node: string, outcome: string, to_node: string | null, workflow?: number): Event => {
  const event = ["WF_ROUTE", outcome, { terminal: to_node === null, from_node, to_node }] as const;
  return workflow === undefined ? event : [...event, workflow];
};

for (const version of ["v1", "v2"] as const) {
  const header = { trace_schema_version: version, event_type: "trace_classification", snapshot_id: "s" };
  const events = [
    start,
    route("ASK", "ACK", "BREW"),
    route("ELSEWHERE", "ACK", "NOWHERE", 8),
    route("BREW", "SUCCESS", "POUR"),
    end("SUCCESS"),
  ];

  test(`${version}: each transition is held against the graph, those of nested runs are not`, () => {
    const record = read(`trace-event-${version}`, bytesOf(version, events, [header]));
    assert.deepEqual([record.found, record.events, record.ending?.status], [[], 6, "SUCCESS"]);
    const strange = [
      start,
      route("BREW", "SUCCESS", "SERVED"),
      route("STEW", "SUCCESS", "POUR"),
      end("SUCCESS"),
    ];
    assert.deepEqual(read(`trace-event-${version}`, bytesOf(version, strange, [header])).found, [
      "NOT_AN_EDGE:3",
      "UNKNOWN_NODE:4",
    ]);
  });

  test(`${version}: a trace without its header is found`, () => {
    assert.deepEqual(read(`trace-event-${version}`, bytesOf(version, events)).found, ["NO_HEADER:1"]);
  });
}

test("a trace of this runner is not foreign, and neither is what nobody writes", () => {
  for (const first of ['{"schema":"pgs.trace/1"}', '{"trace_schema_version":"v9"}', "[1]", "{", ""]) {
    assert.equal(externalFormat(Buffer.from(`${first}\n`)), null, first);
  }
});
