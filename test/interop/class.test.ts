/** The class of a foreign ending: by what the trace and the graph tell, and nothing beyond. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { classifyExternal } from "../../src/interop/class.ts";
import { readExternal } from "../../src/interop/read.ts";
import type { ExternalError, ExternalRecord, NodeVisit, Route } from "../../src/interop/record.ts";
import { ERRORS, REASONS } from "../../src/interop/vocabulary.ts";
import { takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { tea } from "./tea.ts";

const it = takingTurns(import.meta.url);

/** `tea`, but what was spilt is declared FAILED. */
const strict = {
  ...tea,
  nodes: tea.nodes.map((node) => (node.key === "SPILT" ? { ...node, label: "FAILED" } : node)),
};

const visit = (node: string, outcome: string | null, type: NodeVisit["type"] = "CC"): NodeVisit => {
  return { line: 1, node, type, capability: null, outcome };
};
const exit = (node: string) => visit(node, "completed", "EXIT");

function recordOf(more: Partial<ExternalRecord>): ExternalRecord {
  return {
    format: "reference-v0.2",
    events: 0,
    workflow: "WF_TEA_V0",
    chain: null,
    findings: [],
    recordedPath: { of: "nodes", visits: [] },
    errors: [],
    ending: null,
    unproven: [],
    ...more,
  };
}

/** A run of v0.2 by its reason and its visits. */
const v02 = (
  status: string,
  reason: string,
  visits: readonly NodeVisit[],
  errors: readonly ExternalError[] = [],
) =>
  recordOf({
    recordedPath: { of: "nodes", visits },
    errors,
    ending: { status, reason, isExit: reason === "COMPLETED" || reason.startsWith("EXIT_") },
  });

const v03 = (status: string, visits: readonly (readonly [code: string, outcome: string])[]) =>
  recordOf({
    format: "reference-v0.3",
    recordedPath: {
      of: "contracts",
      visits: visits.map(([code, outcome]) => ({ line: 1, contract: `tea::${code}`, outcome })),
    },
    ending: { status, reason: null, isExit: true },
  });

const error = (code: string | null, category: string | null): ExternalError => {
  return { line: 3, code, category, node: "BREW", message: "NO_TRANSITION" };
};

/** As `class:manner`, the manner being what broke off, what the protocol declares, or nothing known. */
function told(record: ExternalRecord, graph = null as typeof tea | null): string {
  const { class: found, isStructural, unavailable } = classifyExternal(record, graph);
  const manner = isStructural === null ? "unknown" : isStructural ? "broke off" : "declared";
  return `${unavailable ?? found ?? "none"}: ${manner}`;
}

const served = [visit("ASK", "ACK", "IN"), visit("POUR", "SUCCESS"), exit("SERVED")];
const spilt = (outcome: string) => [visit("BREW", outcome), exit("SPILT")];

const endings: readonly (readonly [what: string, record: ExternalRecord, alone: string, held: string])[] = [
  ["a good end", v02("SUCCESS", "COMPLETED", served), "none: declared", "none: declared"],
  [
    "a COMPLETED that hides an unhappy outcome",
    v02("SUCCESS", "COMPLETED", [visit("POUR", "VIOLATION"), exit("SERVED")]),
    ...(["BUSINESS_VIOLATION: declared", "BUSINESS_VIOLATION: declared"] as const),
  ],
  [
    "a COMPLETED whose nodes only completed",
    v02("SUCCESS", "COMPLETED", [visit("POUR", "completed"), exit("SERVED")]),
    ...(["OUTCOME_HIDDEN: declared", "none: declared"] as const),
  ],
  [
    "a COMPLETED to which any outcome may have led",
    v02("SUCCESS", "COMPLETED", spilt("completed")),
    ...(["OUTCOME_HIDDEN: declared", "OUTCOME_HIDDEN: declared"] as const),
  ],
  [
    "what was there already, at an EXIT that is not FAILED",
    v02("FAILED", "EXIT_ALREADY_EXISTS", spilt("ALREADY_EXISTS")),
    ...(["EXIT_HIDDEN: declared", "none: declared"] as const),
  ],
  [
    "a store that failed, on a declared way",
    v02("FAILED", "EXIT_BACKEND_ERROR", spilt("BACKEND_ERROR")),
    ...(["CS_RUNTIME_ERROR: declared", "CS_RUNTIME_ERROR: declared"] as const),
  ],
  [
    "a failure of HTTP's words after a store failed",
    v02("FAILED", "EXIT_HTTP_500", spilt("BACKEND_ERROR")),
    ...(["CS_RUNTIME_ERROR: declared", "CS_RUNTIME_ERROR: declared"] as const),
  ],
  [
    "an EXIT whose outcome the reference's map lacks",
    v02("FAILED", "EXECUTION_ERROR", spilt("PARTIAL_FAILURE")),
    ...(["BUSINESS_VIOLATION: declared", "BUSINESS_VIOLATION: declared"] as const),
  ],
  [
    "a run that broke off without an error",
    v02("FAILED", "EXECUTION_ERROR", [visit("BREW", null)]),
    ...(["UNSAID: broke off", "UNSAID: broke off"] as const),
  ],
  [
    "a run that was stopped, whatever its reason",
    v02("TIMEOUT", "COMPLETED", served),
    ...(["UNSAID: broke off", "UNSAID: broke off"] as const),
  ],
  [
    "an unhappy contract",
    v03("TOO_HOT", [["CC_BREW_V0", "TOO_HOT"]]),
    ...(["BUSINESS_VIOLATION: declared", "BUSINESS_VIOLATION: declared"] as const),
  ],
  [
    "a last contract that succeeded",
    v03("SUCCESS", [
      ["CC_BREW_V0", "SUCCESS"],
      ["CC_POUR_V0", "SUCCESS"],
    ]),
    ...(["EXIT_HIDDEN: declared", "none: declared"] as const),
  ],
  [
    "a silent end where the graph has no route",
    v03("TOO_HOT", [
      ["CC_BREW_V0", "SUCCESS"],
      ["CC_POUR_V0", "TOO_HOT"],
    ]),
    ...(["BUSINESS_VIOLATION: declared", "GRAPH_STRUCTURE_ERROR: broke off"] as const),
  ],
  [
    "contracts that this graph does not join",
    v03("TOO_HOT", [["CC_POUR_V0", "TOO_HOT"]]),
    ...(["BUSINESS_VIOLATION: declared", "BUSINESS_VIOLATION: declared"] as const),
  ],
  ["no ending", recordOf({}), "NO_ENDING: unknown", "NO_ENDING: unknown"],
];

for (const [what, record, alone, held] of endings) {
  test(`${what}: ${held}${alone === held ? "" : `; without the graph ${alone}`}`, () => {
    assert.deepEqual([told(record), told(record, tea)], [alone, held]);
  });
}

test("an EXIT that is declared FAILED makes a business ending of a good outcome", () => {
  assert.equal(
    told(v02("FAILED", "EXIT_ALREADY_EXISTS", spilt("ALREADY_EXISTS")), strict),
    "BUSINESS_VIOLATION: declared",
  );
  const well = v03("ALREADY_EXISTS", [["CC_BREW_V0", "ALREADY_EXISTS"]]);
  assert.deepEqual([told(well, tea), told(well, strict)], ["none: declared", "BUSINESS_VIOLATION: declared"]);
});

test("an error goes by its code, then by the capability at work, and never by its words", () => {
  const failed = (one: ExternalError, reason = "EXECUTION_ERROR") => told(v02("FAILED", reason, [], [one]));
  assert.equal(failed(error("BINDING_RESOLUTION_FAILED", "CC")), "BINDING_ERROR: broke off");
  assert.equal(failed(error("CAPABILITY_DISPATCH_FAILED", "CS")), "CS_RUNTIME_ERROR: broke off");
  assert.equal(failed(error("EXECUTION_ERROR", "CT")), "CT_STRUCTURE_ERROR: broke off");
  assert.equal(failed(error("EXECUTION_ERROR", "WF")), "ONLY_WORDS: broke off");
  assert.equal(failed(error("EXECUTION_ERROR", "WF"), "NO_TRANSITION"), "GRAPH_STRUCTURE_ERROR: broke off");
  assert.equal(failed(error("ADMISSION_BINDING_MISSING_FIELD", "WF")), "BUSINESS_VIOLATION: declared");
  const ending = { status: "ERROR", reason: "NO_TRANSITION", isExit: false };
  const recordedPath = { of: "contracts", visits: [] } as const;
  assert.equal(told(recordOf({ recordedPath, errors: [error(null, null)], ending })), "ONLY_WORDS: broke off");
});

const bytesOf = (version: string, events: readonly (readonly [string, string | null, object])[]) =>
  Buffer.from(
    events
      .map(([event_type, result_status, detail]) => {
        const base = { trace_schema_version: version, trace_id: "T1", domain: "tea", wf_addr: 7 };
        return `${JSON.stringify({ ...base, event_type, result_status, detail, snapshot_id: "s" })}\n`;
      })
      .join(""),
  );

for (const version of ["v1", "v2"] as const) {
  const header = ["trace_classification", null, {}] as const;
  const start = ["WF_START", null, { wf_fqdn: "tea::WF_TEA_V0" }] as const;
  const route = (next: string | null) =>
    ["WF_ROUTE", "TOO_HOT", { terminal: next === null, from_node: "BREW", to_node: next }] as const;
  const end = ["WF_COMPLETE", "VIOLATION", { wf_fqdn: "tea::WF_TEA_V0" }] as const;
  const failed = ["ERROR", null, { message: "the kettle is gone" }] as const;
  const read = (...events: Parameters<typeof bytesOf>[1]) =>
    readExternal(`trace-event-${version}`, bytesOf(version, [header, start, ...events]));

  test(`${version}: a refusal ends with an error and a terminal event behind it`, () => {
    const record = read(failed, end);
    assert.deepEqual(record.findings, []);
    assert.deepEqual(record.ending, { status: "VIOLATION", reason: "the kettle is gone", isExit: false });
    assert.equal(told(record, tea), "ONLY_WORDS: broke off");
  });

  test(`${version}: an outcome that led nowhere is the graph's error, with or without an error event`, () => {
    assert.equal(told(read(route(null), end), tea), "GRAPH_STRUCTURE_ERROR: broke off");
    assert.equal(told(read(route(null), failed, end), tea), "GRAPH_STRUCTURE_ERROR: broke off");
    assert.equal(told(read(route("SPILT"), end), tea), "BUSINESS_VIOLATION: declared");
  });

  test(`${version}: a transition names the contract of the node it leaves`, () => {
    const { recordedPath } = read(
      ["CC_START", null, { cc_fqdn: "tea::CC_BREW_V0", node: "BREW", inputs: {} }],
      route("SPILT"),
      end,
    );
    assert.equal((recordedPath.visits[0] as Route).capability, "tea::CC_BREW_V0");
  });
}

test("where it was decided is the node of the error, else the last that did not end well", () => {
  const nodeOf = (record: ExternalRecord) => classifyExternal(record, strict).node;
  const unhappy = [visit("BREW", "TOO_HOT"), visit("POUR", "SUCCESS"), exit("SPILT")];
  assert.equal(nodeOf(v02("FAILED", "COMPLETED", unhappy)), "BREW");
  assert.equal(nodeOf(v02("FAILED", "EXECUTION_ERROR", [visit("POUR", null)], [error(null, null)])), "BREW");
  assert.equal(nodeOf(v02("FAILED", "NO_TRANSITION", [visit("POUR", "TOO_HOT")])), "POUR");
  assert.equal(nodeOf(v02("SUCCESS", "COMPLETED", served)), null);
});

// ---- the vocabularies ----

const SCHEMA = "schemas/SCHEMA_TRACE_EVENT_V0.json";

/** The enum of one payload member in the branch of one event type. */
function wordsOf(eventType: string, member: string): readonly string[] {
  interface Branch {
    readonly if: { readonly properties: { readonly event_type: { readonly const: string } } };
    readonly then: {
      readonly properties: {
        readonly payload: { readonly properties: Readonly<Record<string, { readonly enum?: string[] }>> };
      };
    };
  }
  const schema = JSON.parse(readFileSync(sharedPath(SCHEMA), "utf8")) as { readonly allOf: readonly Branch[] };
  const branch = schema.allOf.find((one) => one.if.properties.event_type.const === eventType);
  return branch?.then.properties.payload.properties[member]?.enum ?? [];
}

const isExitReason = (reason: string) => REASONS.has(reason) || reason.startsWith("EXIT_");

test("every exit reason of the schema, and of v0.2 beside it, is one the table knows", {
  skip: skipWithout(SCHEMA),
}, () => {
  const reasons = wordsOf("workflow_complete", "exit_reason_code");
  assert.equal(reasons.length, 14);
  const more = ["SNAPSHOT_NOT_FOUND", "WORKFLOW_NOT_FOUND", "RB_NOT_FOUND", "EXIT_HTTP_404"];
  assert.deepEqual(
    [...reasons, ...more].filter((one) => !isExitReason(one)),
    [],
  );
  assert.equal(told(v02("FAILED", "NOBODY_KNOWS", [])), "OTHER_REASON: unknown");
});

test("every error code of the schema, and of v0.2 beside it, has a class unless it leaves that to the capability", {
  skip: skipWithout(SCHEMA),
}, () => {
  const codes = wordsOf("error", "error_code");
  assert.equal(codes.length, 13);
  assert.deepEqual(
    codes.filter((code) => !ERRORS.has(code)),
    ["CAPABILITY_NOT_FOUND", "CAPABILITY_DISPATCH_FAILED", "EXECUTION_ERROR"],
  );
  assert.deepEqual(
    ["ADMISSION_DENIED", "ADMISSION_BINDING_MISSING_FIELD"].filter((code) => !ERRORS.has(code)),
    [],
  );
});

it("no combination of the schema's words is silent: it has a class, ended well, or is said to be unknown", {
  skip: skipWithout(SCHEMA),
}, () => {
  const statuses = [...wordsOf("workflow_complete", "status"), "FAILED"];
  const errors = [
    undefined,
    ...wordsOf("error", "error_code").flatMap((code) =>
      [...wordsOf("error", "node_category"), null].map((category) => error(code, category)),
    ),
  ];
  const courses = [[], served, spilt("completed"), spilt("failed"), [visit("BREW", "skipped")]];
  let combinations = 0;
  for (const status of statuses) {
    for (const reason of wordsOf("workflow_complete", "exit_reason_code")) {
      for (const one of errors) {
        for (const visits of courses) {
          const record = v02(status, reason, visits, one === undefined ? [] : [one]);
          const { class: found, isStructural, unavailable } = classifyExternal(record, tea);
          const isWell = found === null && unavailable === null;
          combinations++;
          assert.ok(found === null || unavailable === null);
          assert.ok(isStructural !== null, `${status} ${reason}`);
          if (one !== undefined) assert.ok(isStructural && !isWell, `${one.code} is no good end`);
          if (status === "ABORT" || reason === "NO_TRANSITION") assert.ok(!isWell, `${status} ${reason}`);
        }
      }
    }
  }
  assert.equal(combinations, 5 * 14 * (1 + 13 * 6) * 5);
});
