import assert from "node:assert/strict";
import { test } from "node:test";
import { CheckFault, checkTable } from "../../src/check/errors.ts";
import { UsageFault, usageTable } from "../../src/cli/errors.ts";
import { EngineFault, runTable, wordingOf } from "../../src/engine/errors.ts";
import { Fault } from "../../src/errors/base.ts";
import { FileFault, fileTable, TraceFault, traceTable } from "../../src/errors/ports.ts";
import { TraceInputFault, traceInputTable } from "../../src/examine/errors.ts";
import { dataHint } from "../../src/examine/locate/stored.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { CompileFault } from "../../src/plan/errors.ts";
import { SystemFault, systemTable } from "../../src/platform/system-fault.ts";
import { RenderFault, renderTable } from "../../src/render/errors.ts";
import { ScenarioFault, scenarioTable } from "../../src/scenarios/errors.ts";
import { NameFault, SealFault, SnapshotFault, sealTable, snapshotTable } from "../../src/snapshot/errors.ts";
import { storeDefect } from "../../src/storage/errors.ts";
import { WorkspaceFault, workspaceTable } from "../../src/workspace/errors.ts";
import { PayloadFault } from "../../src/workspace/payload-errors.ts";
import { ScaffoldFault, scaffoldTable } from "../../src/workspace/scaffold-errors.ts";

test("a fault says what happened, and where", () => {
  const fault = new SnapshotFault("NOT_JSON", { file: "artifacts/x.json", line: 7, pointer: "", repair: null });
  assert.ok(fault instanceof Fault);
  assert.equal(fault.name, "SnapshotFault");
  assert.equal(fault.stage, "load");
  assert.equal(fault.code, "NOT_JSON");
  assert.equal(fault.wording.where, "artifacts/x.json:7");
  assert.equal(fault.message, `${fault.wording.what} (artifacts/x.json:7)`);
});

test("a fault without a place says what happened alone", () => {
  const fault = new EngineFault("walk", "WF", "HOP_LIMIT", { limit: 5 });
  assert.equal(fault.message, fault.wording.what);
  assert.deepEqual([fault.stage, fault.category], ["walk", "WF"]);
});

test("a foreign cause is kept, and is no part of the message or the facts", () => {
  const cause = new Error("/home/somebody: secret detail");
  const fault = new EngineFault(
    "transform",
    "CT",
    "CAPABILITY_FAULT",
    { capability: "x::CT_X", reason: "threw" },
    { cause },
  );
  assert.equal(fault.cause, cause);
  assert.ok(!`${fault.message}${JSON.stringify(fault.facts)}`.includes("secret"));
});

test("a place in the payload names file, line and pointer, as far as there are any", () => {
  const facts = { file: "p.json", line: 3, repair: null, unit: "file" } as const;
  assert.equal(
    new PayloadFault("PAYLOAD_DUPLICATE_KEY", { ...facts, pointer: "/a" }).wording.where,
    "p.json:3 at /a",
  );
  assert.equal(new PayloadFault("PAYLOAD_NOT_JSON", { ...facts, pointer: null }).wording.where, "p.json:3");
});

test("a near name is suggested, and where none is near, the way to find one", () => {
  const facts = { given: "WF_X", wanted: "workflow", suggestion: "a::WF_X" } as const;
  assert.match(new NameFault("NOT_AN_FQDN", facts).wording.hint ?? "", /a::WF_X/);
  assert.match(new NameFault("NOT_AN_FQDN", { ...facts, suggestion: null }).wording.hint ?? "", /pgs list/);
});

test("a changed sealed file is placed on its line when the line is known", () => {
  const facts = { file: "x.json", sealed: "a".repeat(64), found: "b".repeat(64) };
  assert.equal(new SealFault("SEALED_FILE_CHANGED", { ...facts, line: 4 }).wording.where, "x.json:4");
  assert.equal(new SealFault("SEALED_FILE_CHANGED", { ...facts, line: null }).wording.where, "x.json");
});

test("a workflow that does not compile shows its first reason and counts the others", () => {
  const reason = {
    code: "NO_START",
    what: "start node X is not declared",
    file: "w.json",
    pointer: "/core",
    line: 2,
  };
  const one = new CompileFault("a::WF_X", [reason]);
  assert.equal(one.message, "a::WF_X does not compile: start node X is not declared (w.json:2 at /core)");
  assert.equal(one.wording.hint, undefined);
  const two = new CompileFault("a::WF_X", [{ ...reason, hint: "do" }, reason]);
  assert.match(two.message, /and 1 more/);
  assert.equal(two.wording.hint, "do");
  assert.equal(two.reasons.length, 2);
});

test("a recorded error has words again, unless it is not this build's", () => {
  const fault = new EngineFault("walk", "WF", "NO_TRANSITION", {
    outcome: "X",
    workflow: "a::WF_X",
    routed: [],
  });
  assert.deepEqual(wordingOf(fault.code, fault.facts), fault.wording);
  assert.equal(wordingOf("NEVER_HEARD_OF", {}), undefined);
  assert.equal(wordingOf("constructor", {}), undefined);
  assert.equal(wordingOf("OUTCOME_NOT_DECLARED", { declared: 1 }), undefined);
});

/** Facts that every row can be said with: texts, a number where one is wanted, and the error of the system. */
function factsOf(errno: string, isAsked: () => void): JsonObject {
  const facts = {
    effects: [],
    routed: [],
    declared: [],
    keyids: [],
    ids: [],
    suggestion: null,
    hint: null,
    wanted: "lock",
  };
  const of = (name: string) => {
    if (name !== "errno") return Object.hasOwn(facts, name) ? facts[name as keyof typeof facts] : "text";
    isAsked();
    return errno;
  };
  return new Proxy(facts, { get: (_, name) => of(String(name)) });
}

type Refuse = (code: never, facts: never) => Fault;

const REFUSALS: readonly (readonly [object, Refuse])[] = [
  [usageTable, (code, facts) => new UsageFault(code, facts)],
  [traceInputTable, (code, facts) => new TraceInputFault(code, facts)],
  [workspaceTable, (code, facts) => new WorkspaceFault(code, facts)],
  [scaffoldTable, (code, facts) => new ScaffoldFault(code, facts)],
  [systemTable, (code, facts) => new SystemFault(code, facts)],
  [fileTable, (code, facts) => new FileFault(code, facts)],
  [checkTable, (code, facts) => new CheckFault(code, facts)],
  [scenarioTable, (code, facts) => new ScenarioFault(code, facts)],
  [renderTable, (code, facts) => new RenderFault(code, facts)],
  [snapshotTable, (code, facts) => new SnapshotFault(code, facts)],
  [sealTable, (code, facts) => new SealFault(code, facts)],
  [runTable, (code, facts) => new EngineFault("effect", "CS", code, facts)],
  [traceTable, (code, facts) => new TraceFault(code, facts)],
];

for (const [errno, wanted] of [
  ["EMFILE", /ulimit -n \d+/],
  ["ENFILE", /other programs/],
] as const) {
  test(`whatever could not be opened for ${errno}, the hint is about the limit on open files`, () => {
    const codes: string[] = [];
    for (const [table, refuse] of REFUSALS) {
      for (const code of Object.keys(table)) {
        let isAsked = false;
        const facts = factsOf(errno, () => {
          isAsked = true;
        });
        (table as Record<string, (facts: JsonObject) => unknown>)[code]?.(facts);
        if (!isAsked) continue;
        codes.push(code);
        assert.match(refuse(code as never, facts as never).wording.hint ?? "", wanted, code);
      }
    }
    assert.ok(codes.length > 10 && codes.includes("ARTIFACT_UNREADABLE"), codes.join(" "));
    const reason = { code: "STORE_UNREADABLE", file: "a.jsonl", errno };
    assert.match(dataHint(reason) ?? "", wanted);
    assert.match(wordingOf("DATA_ROOT_UNUSABLE", { errno })?.hint ?? "", wanted);
  });
}

test("a trace that the limit on open files cut off says both how to raise it and what to do before a second run", () => {
  const effect = { run: "0", node: "N", step: "s", op: "append", store: null };
  const facts = { folder: "t", file: "t/t.jsonl", errno: "EMFILE", effects: [effect], more: 0 };
  const hint = new TraceFault("TRACE_UNWRITABLE", facts).wording.hint ?? "";
  assert.match(hint, /ulimit -n \d+; before you run the workflow again, type pgs examine t\/t\.jsonl/);
});

test("what to change in stored text is named by its pointer, in a run's hint as in an examination's", () => {
  const defects = [
    { code: "NUMBER_NOT_HELD", pointer: "/a/0/b" },
    { code: "DUPLICATE_KEY", pointer: "/a/0/b" },
  ] as const;
  for (const defect of defects) {
    const facts = { file: "s.jsonl", line: 3, ...storeDefect(defect) };
    const hint = wordingOf("STORE_CORRUPT", facts)?.hint ?? "";
    assert.match(hint, / at \/a\/0\/b in line 3 of s\.jsonl/);
    assert.equal(dataHint({ code: "STORE_CORRUPT", ...facts }), hint);
    const { pointer, ...old } = facts;
    assert.match(
      wordingOf("STORE_CORRUPT", old)?.hint ?? "",
      /in line 3 of s\.jsonl/,
      `${pointer} is not recorded`,
    );
  }
  assert.deepEqual(storeDefect({ code: "NUMBER_NOT_HELD", pointer: `/${"k".repeat(5000)}` }), {
    defect: "NUMBER_NOT_HELD",
  });
  assert.deepEqual(storeDefect({ code: "TOO_DEEP", pointer: "/a/a" }), { defect: "TOO_DEEP" });
});
