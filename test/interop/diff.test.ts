/** Comparing accounts: what both traces record is compared, what only one does is said. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Account, accountOfExternal, type PathEntry } from "../../src/interop/account.ts";
import { diffAccounts } from "../../src/interop/diff.ts";
import { readExternal } from "../../src/interop/read.ts";

const passage = (node: string, contract: string | null, outcome: string | null): PathEntry => {
  return { node, contract, outcome };
};

const brewed: Account = {
  format: "reference-v0.2",
  workflow: "WF_TEA_V0",
  passages: [
    passage("ASK", null, "ACK"),
    passage("BREW", "CC_BREW_V0", "TOO_WEAK"),
    passage("AGAIN", "CC_BREW_V0", "SUCCESS"),
    passage("SERVED", null, null),
  ],
  hasNodes: true,
  ending: { status: "SUCCESS", reason: "COMPLETED" },
  class: null,
  isStructural: false,
  errors: [],
};

/** The same run as v0.3 tells it. */
const bare: Account = {
  ...brewed,
  format: "reference-v0.3",
  workflow: "tea::WF_TEA_V0",
  passages: brewed.passages.flatMap((one) => (one.contract === null ? [] : [{ ...one, node: null }])),
  hasNodes: false,
  ending: { status: "SUCCESS", reason: null },
  class: undefined,
};

const places = (a: Account, b: Account) => diffAccounts(a, b).differences.map(({ at }) => at);
const withLast = (account: Account, index: number, outcome: string | null): Account => ({
  ...account,
  passages: account.passages.map((one, i) => (i === index ? { ...one, outcome } : one)),
});

test("the same run in two formats is equal in what both record, and the rest is said", () => {
  assert.deepEqual(diffAccounts(brewed, brewed), { differences: [], incomparable: ["VALUES"] });
  assert.deepEqual(diffAccounts(brewed, bare), {
    differences: [],
    incomparable: ["VALUES", "DOMAIN", "NODES", "REASONS", "CLASS"],
  });
  assert.deepEqual(places(brewed, { ...brewed, workflow: null }), []);
  assert.ok(diffAccounts(brewed, { ...brewed, workflow: null }).incomparable.includes("WORKFLOW"));
});

test("a difference is placed by node where both record nodes, else by contract and its turn", () => {
  const other = { ...brewed, format: "pgs.trace/1" } as const;
  assert.deepEqual(places(brewed, withLast(other, 2, "TOO_HOT")), ["/0/AGAIN/outcome"]);
  assert.deepEqual(places(brewed, withLast(bare, 1, "TOO_HOT")), ["/0/CC_BREW_V0#2/outcome"]);
});

test("what only one went through is one difference of the path", () => {
  const shorter = { ...brewed, passages: brewed.passages.filter(({ node }) => node !== "AGAIN") };
  assert.deepEqual(diffAccounts(brewed, shorter).differences, [
    { group: "path", at: "/0/path/2", a: [{ node: "AGAIN", outcome: "SUCCESS", next: null }] },
  ]);
  assert.deepEqual(places(shorter, brewed), ["/0/path/2"]);
});

test("a status that only says that a node ended is no other outcome, but one that it did not is", () => {
  const only = withLast(brewed, 2, "completed");
  assert.deepEqual(diffAccounts(brewed, only), { differences: [], incomparable: ["VALUES", "OUTCOMES"] });
  assert.deepEqual(places(withLast(brewed, 2, null), only), ["/0/AGAIN/outcome"]);
  assert.deepEqual(places(withLast(brewed, 2, "failed"), only), ["/0/AGAIN/outcome"]);
});

test("endings are compared by class and by whether the run failed, in one format also by its words", () => {
  const rejected = { ...brewed, ending: { status: "FAILED", reason: "EXIT_REJECTED" } };
  const violated = { ...brewed, ending: { status: "FAILED", reason: "EXIT_VIOLATION" } };
  assert.deepEqual(places(rejected, violated), ["/0/ending"]);
  assert.deepEqual(places(rejected, { ...violated, format: "pgs.trace/1" }), []);
  assert.deepEqual(places(brewed, { ...brewed, class: "BUSINESS_VIOLATION" }), ["/0/class"]);
  assert.deepEqual(places(bare, { ...bare, isStructural: true }), ["/0/structural"]);
  assert.deepEqual(places(bare, { ...bare, ending: null, isStructural: null }), ["/0/ended", "/0/ending"]);
  const failed = (message: string) => ({ ...bare, errors: [{ message }] });
  assert.deepEqual(places(failed("no tea"), failed("no milk")), ["/0/errors/0/message"]);
});

test("workflows of two domains differ, one whose domain is not on record does not", () => {
  const other = { ...bare, workflow: "coffee::WF_TEA_V0" };
  assert.deepEqual(places(bare, other), ["/0/workflow"]);
  assert.deepEqual(places(brewed, other), []);
  assert.deepEqual(places(brewed, { ...other, workflow: "coffee::WF_COFFEE_V0" }), ["/0/workflow"]);
});

test("transitions are told as the nodes they join, the last one entered included", () => {
  const event = (event_type: string, result_status: string | null, detail: object) =>
    JSON.stringify({
      ...{ trace_schema_version: "v2", trace_id: "T1", domain: "tea", wf_addr: 7, snapshot_id: "s" },
      ...{ event_type, result_status, detail },
    });
  const lines = [
    event("trace_classification", null, {}),
    event("WF_START", null, { wf_fqdn: "tea::WF_TEA_V0" }),
    event("WF_ROUTE", "ACK", { from_node: "ASK", to_node: "BREW" }),
    event("CC_START", null, { cc_fqdn: "tea::CC_BREW_V0", node: "BREW" }),
    event("WF_ROUTE", "TOO_HOT", { from_node: "BREW", to_node: "SPILT" }),
    event("WF_COMPLETE", "TOO_HOT", {}),
  ];
  const account = (some: readonly string[]) =>
    accountOfExternal(readExternal("trace-event-v2", Buffer.from(some.join("\n"))));
  const entered = [passage("ASK", null, "ACK"), passage("BREW", "CC_BREW_V0", "TOO_HOT")];
  assert.deepEqual(account(lines).passages, [...entered, passage("SPILT", null, null)]);
  assert.deepEqual(account(lines.slice(0, -1)).passages, entered);
});
