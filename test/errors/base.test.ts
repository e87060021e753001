import assert from "node:assert/strict";
import { test } from "node:test";
import { PayloadFault } from "../../src/cli/errors.ts";
import { EngineFault, wordingOf } from "../../src/engine/errors.ts";
import { Fault } from "../../src/errors/base.ts";
import { CompileFault } from "../../src/plan/errors.ts";
import { NameFault, SealFault, SnapshotFault } from "../../src/snapshot/errors.ts";

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
  const facts = { file: "p.json", line: 3, repair: null };
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
