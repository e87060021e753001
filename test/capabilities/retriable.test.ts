/** Which operations may be tried again, and after which ends: nothing is ever done twice. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Operation, targetOf } from "../../src/capabilities/effect.ts";
import { registry } from "../../src/capabilities/registry.ts";
import type { RemoteSemantics } from "../../src/capabilities/remote-effect.ts";
import type { Performed } from "../../src/capabilities/target.ts";
import { hostOperation } from "../../src/capabilities/targets/host.ts";
import { httpOperation } from "../../src/capabilities/targets/http.ts";

function rulesOf(operation: Operation | undefined) {
  const target = operation && targetOf(operation);
  assert.ok(operation && target?.answers === "recorded");
  return {
    retriable: target.retriable(operation),
    canRetry: (end: Partial<Performed>) => target.canRetry(operation, { outcome: "BACKEND_ERROR", ...end }),
    isVisible: target.isVisible(operation),
  };
}

const operationOf = (code: string, op: string) =>
  registry.effect(`capability_side_effects::${code}`)?.operations[op];

const CHANGE = { before: { lines: 0 }, after: { lines: 1 } };
const SENT = { method: "POST", url: "http://localhost/", sent: true };

test("a store that failed is as it was, and one that was written to is not added to again", () => {
  const append = rulesOf(operationOf("CS_APPENDONLY_JSONL_V0", "APPEND"));
  assert.deepEqual(append.retriable, ["VIOLATION", "BACKEND_ERROR"]);
  assert.deepEqual([append.canRetry({}), append.canRetry({ change: CHANGE })], [true, false]);
  const write = rulesOf(operationOf("CS_MUTABLE_JSON_V0", "WRITE"));
  assert.ok(write.canRetry({ change: CHANGE }), "to write the same again changes nothing");
  const read = rulesOf(operationOf("CS_MUTABLE_JSON_V0", "READ"));
  assert.ok(read.retriable.includes("NOT_FOUND"));
  assert.deepEqual(
    [append, write, read].map(({ isVisible }) => isVisible),
    [true, true, false],
  );
});

test("a letter is sent again only where the server refused it", () => {
  const send = rulesOf(operationOf("CS_SEND_EMAIL_V0", "SEND"));
  assert.deepEqual([send.retriable, send.isVisible], [["BACKEND_ERROR"], false]);
  const replied = (reply?: number) =>
    send.canRetry({ reason: { code: "SMTP_X", ...(reply === undefined ? {} : { reply }) } });
  assert.deepEqual([replied(451), replied(550), replied(250), replied()], [true, true, false, false]);
  assert.equal(send.canRetry({}), false);
});

const declared = (semantics: RemoteSemantics) =>
  ({
    about: "of this test",
    input: {},
    outcomes: ["SUCCESS", "GONE", "BACKEND_ERROR"],
    semantics,
    run: async () => ({ outcome: "SUCCESS" }) as const,
    probe: null,
  }) as const;

test("a request that counts every time is sent again only where nothing was sent", () => {
  for (const semantics of ["reads", "idempotent", "repeats"] as const) {
    const rules = rulesOf(httpOperation("CALL", declared(semantics)));
    assert.deepEqual(rules.retriable, ["GONE", "BACKEND_ERROR"]);
    assert.ok(rules.canRetry({}) && rules.canRetry({ requests: [{ ...SENT, sent: false }] }));
    assert.equal(rules.canRetry({ requests: [{ ...SENT, sent: false }, SENT] }), semantics !== "repeats");
    assert.equal(rules.canRetry({ reason: { code: "POLICY_INVALID" } }), false, "it would fail alike");
  }
});

test("code of the host is called again only where that changes nothing", () => {
  for (const semantics of ["reads", "idempotent", "repeats"] as const) {
    const rules = rulesOf(hostOperation("CALL", {}, declared(semantics)));
    const repeats = semantics === "repeats";
    assert.deepEqual(rules.retriable, repeats ? [] : ["GONE", "BACKEND_ERROR"]);
    assert.equal(rules.canRetry({ reason: { code: "TIME_LIMIT" } }), !repeats);
    assert.equal(rules.canRetry({ reason: { code: "POLICY_INVALID" } }), false);
  }
});
