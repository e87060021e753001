/** What every answer is held to: places that are there, nothing of the machine, nothing left out. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePointer } from "../../src/json/pointer.ts";
import { isObject, type Json, type JsonObject, own } from "../../src/json/value.ts";
import { openQueryModel, type QueryModel } from "../../src/query/model.ts";
import { QUERIES, type Question } from "../../src/query/questions.ts";
import { toSnapshotQuery } from "../../src/query/snapshot-query.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { SEAL_FILE } from "../../src/snapshot/seal.ts";
import { contentsOf, FOLDER, memoryFiles, OWN_SNAPSHOT } from "../snapshot/memory-files.ts";
import { ownRegistry } from "../support/own-registry.ts";
import { portion, takingTurns } from "../support/portion.ts";
import { asked, OWN, SNAPSHOTS } from "./asked.ts";

const it = takingTurns(import.meta.url);

/** Questions of every kind: all that have no subject, and for each artifact those that it can be asked about. */
function questionsFor(model: QueryModel): readonly Question[] {
  const [first = ""] = model.artifacts.keys();
  const each = [...model.artifacts.values()].flatMap(({ fqdn, word }): readonly Question[] => [
    { query: "refs", artifact: fqdn },
    { query: "deps", artifact: fqdn, transitive: true },
    { query: "impact", artifact: fqdn },
    { query: "path", from: fqdn, to: first },
    ...(word === "WF"
      ? ([
          { query: "outcomes", workflow: fqdn },
          { query: "explain", workflow: fqdn },
        ] as const)
      : []),
    ...(word === "EV" ? ([{ query: "events", event: fqdn }] as const) : []),
  ]);
  const texts = ["release", "SUCCESS", "the"].map((text): Question => ({ query: "search", text }));
  return [{ query: "stores" }, { query: "events" }, { query: "actors" }, ...texts, ...each];
}

/** Every object of a value that names a place. */
function* placesIn(value: Json): Generator<JsonObject> {
  if (Array.isArray(value)) for (const item of value) yield* placesIn(item);
  if (!isObject(value)) return;
  if (typeof own(value, "pointer") === "string") yield value;
  for (const member of Object.values(value)) yield* placesIn(member);
}

function valueAt(root: Json, pointer: string): Json | undefined {
  return parsePointer(pointer).reduce<Json | undefined>((value, name) => {
    if (Array.isArray(value)) return value[Number(name)] as Json | undefined;
    return isObject(value) ? own(value, name) : undefined;
  }, root);
}

for (const { name, folder, skip, model: open } of SNAPSHOTS) {
  it(`${name}: every place of every answer is there, and no answer names a folder of the machine`, {
    skip,
  }, async (t) => {
    const model = await open();
    const files = new Map<string, JsonObject>();
    let count = 0;
    for (const question of portion(t, questionsFor(model), 60)) {
      const answer = await answered(question, model);
      if (answer === null) continue;
      assert.ok(!JSON.stringify(answer).includes(folder()));
      for (const place of placesIn(answer)) {
        const [file, pointer, line] = [
          String(own(place, "file")),
          String(own(place, "pointer")),
          own(place, "line"),
        ];
        const whole = files.get(file) ?? model.snapshot.document(file)?.value;
        assert.ok(whole !== undefined, file);
        files.set(file, whole);
        assert.notEqual(valueAt(whole, pointer), undefined, `${file} ${pointer}`);
        const content = String(own(whole, "content") ?? "").split("\n");
        assert.ok(
          line === null || (typeof line === "number" && line >= 1 && line <= content.length),
          `${file} ${line}`,
        );
        count++;
      }
    }
    assert.ok(count > 0);
  });

  test(`${name}: every store that a step uses, and every event that a workflow names, is answered`, {
    skip,
  }, async () => {
    const model = await open();
    const { workflows } = await model.compiled();
    const [{ stores }, { events }] = [
      await asked({ query: "stores" }, model),
      await asked({ query: "events" }, model),
    ];
    const uses = stores.flatMap(({ path, reads, writes }) =>
      [...reads, ...writes].map((use) => ({ path, ...use })),
    );
    const named = (codes: readonly { readonly workflow: string | null }[], workflow: string) =>
      codes.some((one) => one.workflow === workflow);
    for (const { artifact, plan, table } of workflows) {
      for (const node of plan?.nodes.values() ?? []) {
        for (const step of node.type === "CC" ? node.contract.steps : []) {
          if (step.kind !== "effect" || step.path === null) continue;
          const found = uses.filter(
            (use) => use.workflow === artifact.fqdn && use.node === node.key && use.step === step.name,
          );
          assert.deepEqual(
            found.map(({ path, op }) => [path, op]),
            [[step.path, step.op]],
          );
        }
      }
      const code = (event: string) =>
        events.filter((one) => one.event.endsWith(event.split("::").at(-1) ?? ""));
      for (const event of table.requires)
        assert.ok(
          code(event).some(({ required }) => named(required, artifact.fqdn)),
          event,
        );
      for (const event of table.forbids)
        assert.ok(
          code(event).some(({ forbidden }) => named(forbidden, artifact.fqdn)),
          event,
        );
      for (const { emit } of table.nodes.filter(({ type }) => type === "EXIT"))
        for (const { name: event } of emit)
          assert.ok(
            code(event).some(({ announced }) => named(announced, artifact.fqdn)),
            event,
          );
    }
  });

  test(`${name}: an explanation names every field, node, store and ending of its workflow`, {
    skip,
  }, async () => {
    const model = await open();
    const { workflows } = await model.compiled();
    for (const { artifact, plan } of workflows) {
      if (plan === null) continue;
      const { parts } = await asked({ query: "explain", workflow: artifact.fqdn }, model);
      const textOf = (topic: string) =>
        parts
          .flatMap((part) => (part.topic === topic ? part.sentences.map(({ text }) => text) : []))
          .join("\n");
      for (const node of plan.nodes.values()) {
        if (node.type === "EXIT") assert.ok(textOf("endings").includes(`${node.key}:`), node.key);
        if (node.type === "IN" && node.key === plan.start)
          for (const field of Object.keys(node.intent?.spec ?? {}))
            assert.ok(textOf("asked").includes(`${field} (`), field);
        if (node.type !== "CC") continue;
        assert.ok(textOf("done").includes(`${node.key}:`), node.key);
        for (const step of node.contract.steps)
          if (step.kind === "effect" && step.path !== null)
            assert.ok(textOf("written").includes(step.path), step.path);
      }
      for (const { text } of parts.flatMap(({ sentences }) => sentences)) assert.match(text, /\.$/);
    }
  });

  it(`${name}: every artifact is found by its name, and each excerpt has the text`, { skip }, async (t) => {
    const model = await open();
    for (const artifact of portion(t, [...model.artifacts.keys()], 8)) {
      const { hits } = await asked({ query: "search", text: artifact.toLowerCase() }, model);
      assert.equal(hits[0]?.artifact, artifact);
      for (const { excerpt } of hits)
        assert.ok(excerpt.toLowerCase().includes(artifact.toLowerCase()), excerpt);
    }
  });
}

/** Null for a workflow that does not compile. */
async function answered(question: Question, model: QueryModel): Promise<Json | null> {
  try {
    return await asked(question, model);
  } catch (error) {
    assert.equal((error as { code?: string }).code, "WORKFLOW_DOES_NOT_COMPILE");
    return null;
  }
}

it("the same question has the same answer, asked of the snapshot opened anew", async () => {
  const model = await OWN.model();
  const port = toSnapshotQuery(model.snapshot, ownRegistry);
  assert.deepEqual(port.questions, QUERIES);
  for (const question of [{ query: "stores" }, { query: "impact", artifact: "CS_REGISTRY_V0" }] as const)
    assert.deepEqual(await port.ask(question), { answer: await asked(question, model) });
});

test("what is no question, and a name that nothing has, are refused with the facts", async () => {
  const port = toSnapshotQuery((await OWN.model()).snapshot, ownRegistry);
  const refused = async (question: JsonObject) => own((await port.ask(question)) as JsonObject, "refused");
  for (const question of [
    {},
    { query: "who" },
    { query: "refs" },
    { query: "refs", artifact: 1 },
    { query: "refs", artifact: "CS_REGISTRY_V0", more: true },
    { query: "deps", artifact: "CS_REGISTRY_V0", transitive: "yes" },
    { query: "actors", artifact: "CS_REGISTRY_V0" },
    { query: "search", text: " " },
  ])
    assert.equal(await refused(question), "BAD_QUESTION", JSON.stringify(question));
  for (const question of [
    { query: "refs", artifact: "CC_NOTHING_V0" },
    { query: "outcomes", workflow: "CS_REGISTRY_V0" },
    { query: "stores", store: "NOTHING" },
    { query: "events", event: "EV_NOTHING_V0" },
  ])
    assert.equal(await refused(question), "UNKNOWN_NAME", JSON.stringify(question));
});

it("of a workflow that does not compile, what its own artifact says is answered, and the rest is said to be unknown", async () => {
  const whole = await OWN.model();
  const contents = contentsOf(OWN_SNAPSHOT);
  contents.delete(SEAL_FILE);
  contents.delete("artifacts/capability_contracts/agent_governance__CC_RECORD_GRANT_V0.json");
  const model = await openQueryModel(await openSnapshot(FOLDER, memoryFiles(contents)), ownRegistry);
  const workflow = "agent_governance::WF_GRANT_TOOL_V0";
  const { compiles, ...without } = await asked({ query: "outcomes", workflow }, model);
  assert.deepEqual({ ...without, compiles: true }, await asked({ query: "outcomes", workflow }, whole));
  assert.equal(compiles, false);
  assert.deepEqual((await asked({ query: "stores" }, model)).uncompiled, [workflow]);
  assert.deepEqual((await asked({ query: "events" }, model)).uncompiled, [workflow]);
  const impact = await asked({ query: "impact", artifact: "CC_REGISTER_GRANT_V0" }, model);
  assert.deepEqual(
    impact.workflows.map((one) => [one.workflow, one.compiles, one.nodes]),
    [[workflow, false, ["REGISTER_GRANT"]]],
  );
  const missing = await asked({ query: "refs", artifact: "CC_RECORD_GRANT_V0" }, model);
  assert.deepEqual([missing.known, missing.mentions.map(({ from }) => from)], [false, [workflow]]);
  await assert.rejects(asked({ query: "explain", workflow }, model), { code: "WORKFLOW_DOES_NOT_COMPILE" });
});
