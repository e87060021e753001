/** Every rule on a snapshot that keeps it, and on one that breaks it. */

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { check } from "../../src/check/check.ts";
import { RULES } from "../../src/check/rules.ts";
import type { Json } from "../../src/json/value.ts";
import { EXAMPLES } from "./examples.ts";
import { smallSnapshot, subjectFrom } from "./small-snapshot.ts";

suite("the rules of pgs check", () => {
  test("a snapshot that keeps them all gives no finding", async () => {
    assert.deepEqual(check(await subjectFrom(smallSnapshot()), RULES), []);
  });

  test("each rule has an example that breaks it, and each example is of a rule", () => {
    assert.deepEqual([...new Set(EXAMPLES.map(({ rule }) => rule))].sort(), RULES.map(({ id }) => id).sort());
  });

  for (const { rule, about, at, breach } of EXAMPLES) {
    test(`${rule}: ${about}`, async () => {
      const small = smallSnapshot();
      breach(small);
      const findings = check(await subjectFrom(small), RULES);
      const places = findings
        .filter((one) => one.rule === rule)
        .map(({ file, pointer }) => `${file} ${pointer}`);
      assert.ok(
        places.some((place) => place.endsWith(at)),
        `not at ${at}: ${JSON.stringify(findings, null, 1)}`,
      );
    });
  }

  test("rules are sorted by id, words with hyphens, and each says in one line what it holds and why", () => {
    const ids = RULES.map(({ id }) => id);
    assert.deepEqual(ids, [...ids].sort());
    for (const { id, about, hint } of RULES) {
      assert.match(id, /^[a-z]+(-[a-z]+)+$|^malformed$/);
      assert.match(about, /^[^\n]{30,160}[^.\n]$/, id);
      assert.match(hint, /^[a-z].*[^.]$/, id);
    }
  });

  test("a verdict that a later step publishes again under another name is read where that name is", async () => {
    const small = smallSnapshot();
    const core = small.blocks["test::CC_JUDGE_V0"]?.["core"] as unknown as {
      pipeline: { [field: string]: Json }[];
      evaluation: { judge: { condition: string } };
    };
    const [first] = core.pipeline as [{ [field: string]: Json }];
    core.pipeline.push({
      ...structuredClone(first),
      step: "again",
      outputs: { verdict: "$.results.compare.same" },
    });
    first["on_result"] = { SUCCESS: "continue", VIOLATION: "exit" };
    core.evaluation.judge.condition = "$.verdict == true";
    const unread = async () =>
      check(await subjectFrom(small), RULES).flatMap(({ rule, facts }) =>
        rule === "unused-boolean-result" ? [facts["step"]] : [],
      );
    assert.deepEqual(await unread(), ["again"]);
    core.evaluation.judge.condition = "$.answer == true";
    assert.deepEqual((await unread()).sort(), ["again", "compare"]);
  });

  test("an announced event need not be recorded, unless another path records it or admission asks for it", async () => {
    const small = smallSnapshot();
    const core = (name: string) =>
      small.blocks[name]?.["core"] as unknown as { [field: string]: { [field: string]: Json } };
    small.blocks["test::EV_Y_V0"] = structuredClone(small.blocks["test::EV_X_V0"] ?? {});
    small.blocks["test::EV_Y_V0"]["ev_code"] = "EV_Y_V0";
    const { nodes, admission } = core("test::WF_X_V0") as {
      nodes: { DONE?: Json };
      admission: { requires?: Json };
    };
    nodes.DONE = { type: "EXIT", reason: "COMPLETED", emit: ["test::EV_Y_V0"] };
    const missing = async () =>
      check(await subjectFrom(small), RULES).flatMap(({ rule, facts }) =>
        rule === "event-not-recorded" ? [facts["event"]] : [],
      );
    assert.deepEqual(await missing(), []);
    admission.requires = ["EV_Y_V0"];
    assert.deepEqual(await missing(), ["test::EV_Y_V0"]);
  });

  test("the place of a finding is its line in the file, and its line in the authored Markdown", async () => {
    const small = smallSnapshot();
    EXAMPLES.find(({ rule }) => rule === "outcome-not-routed")?.breach(small);
    const subject = await subjectFrom(small);
    const found = check(subject, RULES).find(({ rule }) => rule === "outcome-not-routed");
    const entry = subject.entries.get(String(found?.artifact));
    assert.match(String(entry?.text.split("\n")[(found?.line ?? 0) - 1]), /"next": \{/);
    assert.match(String(entry?.content.split("\n")[(found?.markdown ?? 0) - 1]), /"next": \{/);
  });

  test("the same breach keeps its fingerprint when a step is put before it", async () => {
    const small = smallSnapshot();
    EXAMPLES.find(({ rule }) => rule === "outcome-not-handled")?.breach(small);
    const prints = async () =>
      check(await subjectFrom(small), RULES)
        .filter(({ rule }) => rule === "outcome-not-handled")
        .map(({ fingerprint }) => fingerprint);
    const before = await prints();
    const core = small.blocks["test::CC_WRITE_V0"]?.["core"] as unknown as { pipeline: object[] };
    core.pipeline.unshift({ ...core.pipeline[0], step: "before", outputs: {} });
    assert.equal(before.length, 1);
    assert.ok((await prints()).includes(before[0] as string));
  });
});
