/** Mentions, whichever side they are looked at from. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mention } from "../../src/query/references.ts";
import { portion, takingTurns } from "../support/portion.ts";
import { asked, OWN, SNAPSHOTS } from "./asked.ts";

const it = takingTurns(import.meta.url);

const key = ({ from, to, pointer }: Mention) => `${from} ${pointer} ${to}`;
const keys = (mentions: readonly Mention[]) => mentions.map(key).sort();

for (const { name, skip, model: open } of SNAPSHOTS) {
  it(`${name}: what an artifact mentions is mentioned by it, and the other way round`, {
    skip,
  }, async (t) => {
    const model = await open();
    for (const artifact of portion(t, [...model.artifacts.keys()], 40)) {
      const deps = await asked({ query: "deps", artifact }, model);
      for (const one of deps.mentions) {
        assert.equal(one.from, artifact);
        assert.equal(one.known, model.artifacts.has(one.to));
        const { mentions, known } = await asked({ query: "refs", artifact: one.to }, model);
        assert.equal(known, one.known);
        assert.ok(keys(mentions).includes(key(one)), key(one));
      }
      for (const one of (await asked({ query: "refs", artifact }, model)).mentions) {
        assert.equal(one.to, artifact);
        const { mentions } = await asked({ query: "deps", artifact: one.from }, model);
        assert.ok(keys(mentions).includes(key(one)), key(one));
      }
    }
    const { mentions } = await asked({ query: "deps", artifact: model.snapshot.names("WF")[0] ?? "" }, model);
    assert.ok(mentions.length > 0);
  });

  test(`${name}: a path is a chain of mentions, as short as its depth, and is there where dependencies reach`, {
    skip,
  }, async (t) => {
    const model = await open();
    const all = [...model.artifacts.keys()];
    const goals = portion(t, all, 25);
    for (const from of portion(t, all, 8)) {
      const deps = await asked({ query: "deps", artifact: from, transitive: true }, model);
      const depths = new Map(deps.mentions.map(({ to, depth }) => [to, depth]));
      assert.equal(depths.size, deps.mentions.length, "each artifact once");
      for (const to of goals) {
        const path = await asked({ query: "path", from, to }, model);
        assert.equal(path.found, from === to || depths.has(to), `${from} ${to}`);
        assert.equal(path.steps.length, from === to ? 0 : (depths.get(to) ?? 0));
        const [first] = path.steps;
        if (first === undefined) continue;
        assert.deepEqual([first.from, path.steps.at(-1)?.to], [from, to]);
        for (const [i, step] of path.steps.entries()) {
          const refs = await asked({ query: "refs", artifact: step.to }, model);
          assert.ok(keys(refs.mentions).includes(key(step)), key(step));
          if (i > 0) assert.equal(step.from, path.steps[i - 1]?.to);
        }
      }
    }
  });

  test(`${name}: the impact of an artifact has every workflow that mentions it`, { skip }, async (t) => {
    const model = await open();
    for (const artifact of portion(t, [...model.artifacts.keys()], 40)) {
      const { mentions } = await asked({ query: "refs", artifact }, model);
      const direct = mentions.flatMap(({ from }) => (model.artifacts.get(from)?.word === "WF" ? [from] : []));
      const { workflows, readers } = await asked({ query: "impact", artifact }, model);
      const names = workflows.map(({ workflow }) => workflow);
      assert.deepEqual(
        direct.filter((one) => !names.includes(one)),
        [],
        artifact,
      );
      assert.equal(new Set(names).size, names.length);
      for (const { workflow, executed, steps, nodes, outcomes } of workflows) {
        assert.equal(steps.at(-1)?.to ?? workflow, artifact);
        assert.equal(steps[0]?.from ?? artifact, workflow);
        if (!executed) assert.deepEqual([nodes, outcomes], [[], []]);
      }
      const executing = new Set(workflows.filter((one) => one.executed).map(({ workflow }) => workflow));
      assert.deepEqual(
        readers.filter((one) => executing.has(one.workflow)),
        [],
      );
    }
  });
}

test("what is executed begins at the node that runs it, and what lies before cannot change", async () => {
  const model = await OWN.model();
  const { workflows } = await asked({ query: "impact", artifact: "CC_RECORD_GRANT_V0" }, model);
  const [only, ...others] = workflows;
  assert.deepEqual(others, []);
  assert.deepEqual(only?.nodes, ["RECORD_GRANT"]);
  assert.deepEqual(only?.outcomes, ["EXIT_ERROR", "EXIT_GRANTED"]);
  const whole = await asked({ query: "impact", artifact: "WF_GRANT_TOOL_V0" }, model);
  const reached = whole.workflows.flatMap(({ outcomes }) => outcomes);
  assert.ok(reached.includes("EXIT_DENIED"));
});

test("what only governs is mentioned, and no run executes it", async () => {
  const model = await OWN.model();
  const { workflows } = await asked({ query: "impact", artifact: "CONSTITUTION_BEHAVIOUR_V0" }, model);
  assert.equal(workflows.length, model.snapshot.names("WF").length);
  assert.deepEqual(
    workflows.filter(({ executed }) => executed),
    [],
  );
});
