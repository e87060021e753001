/** What is a mention and what is none, and stores that share a name: in a workflow small enough to see at a glance. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../src/json/value.ts";
import { openQueryModel, type QueryModel } from "../../src/query/model.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { APPEND, asSnapshot, EQUAL, smallWorkflow } from "../plan/small-workflow.ts";
import { FOLDER, memoryFiles } from "../snapshot/memory-files.ts";
import { ownRegistry } from "../support/own-registry.ts";
import { asked } from "./asked.ts";

type Blocks = { [name: string]: Json };

async function modelOf(blocks: Blocks): Promise<QueryModel> {
  return openQueryModel(await openSnapshot(FOLDER, memoryFiles(asSnapshot(blocks))), ownRegistry);
}

/** Where the artifact is mentioned, as `FQDN pointer`. */
async function mentions(artifact: string, model: QueryModel): Promise<readonly string[]> {
  const { mentions: all } = await asked({ query: "refs", artifact }, model);
  return all.map(({ from, pointer }) => `${from} ${pointer.replace("/frontmatter", "")}`);
}

/** An artifact that says only what is given here. */
const noting = (core: Json): Json => ({ core });

test("a node that is called like its contract is no mention of the contract", async () => {
  const blocks = smallWorkflow();
  const { ASK, DO, ...rest } = blocks["test::WF_X_V0"].core.nodes;
  const nodes = { ...rest, CC_X_V0: DO, IN_X_V0: { ...ASK, next: { ACK: "CC_X_V0", NACK: "OUT" } } };
  const core = { ...blocks["test::WF_X_V0"].core, start_node: "IN_X_V0", nodes };
  const model = await modelOf({ ...blocks, "test::WF_X_V0": { ...blocks["test::WF_X_V0"], core } });
  assert.deepEqual(await mentions("test::CC_X_V0", model), ["test::WF_X_V0 /core/nodes/CC_X_V0/code"]);
  assert.deepEqual(await mentions("test::IN_X_V0", model), ["test::WF_X_V0 /core/nodes/IN_X_V0/code"]);
  const { workflows } = await asked({ query: "impact", artifact: "CC_X_V0" }, model);
  assert.deepEqual(
    workflows.map(({ nodes: met, outcomes }) => [met, outcomes]),
    [[["CC_X_V0"], ["END", "OUT"]]],
  );
});

test("a name is mentioned as a value and as the name of a member, and not in a sentence", async () => {
  const model = await modelOf(smallWorkflow());
  assert.deepEqual(await mentions(APPEND, model), [
    "test::CC_X_V0 /core/pipeline/1/side_effect",
    `test::RB_X_V0 /core/bindings/${APPEND}`,
  ]);
  const said = await modelOf({
    ...smallWorkflow(),
    "test::EV_X_V0": noting({ summary: `Written by ${EQUAL}` }),
  });
  assert.deepEqual(await mentions(EQUAL, said), ["test::CC_X_V0 /core/pipeline/0/transform"]);
});

test("a code means the artifact of the same domain, else the only one that has it", async () => {
  const one = await modelOf({ ...smallWorkflow(), "b::EV_Y_V0": noting({ like: ["CC_X_V0"] }) });
  assert.ok((await mentions("test::CC_X_V0", one)).includes("b::EV_Y_V0 /core/like/0"));
  const two = await modelOf({
    ...smallWorkflow(),
    "a::EV_X_V0": noting({}),
    "b::EV_X_V0": noting({}),
    "b::EV_Y_V0": noting({ like: "EV_X_V0" }),
    "c::EV_Y_V0": noting({ like: "EV_X_V0" }),
  });
  assert.deepEqual(await mentions("b::EV_X_V0", two), ["b::EV_Y_V0 /core/like"]);
  assert.deepEqual(await mentions("a::EV_X_V0", two), []);
  await assert.rejects(mentions("EV_X_V0", two), { code: "NAME_AMBIGUOUS" });
});

test("a full name that the snapshot lacks is a mention; an artifact's name in itself is none", async () => {
  const block = noting({ like: "x::CC_GONE_V0", self: "test::EV_X_V0", text: "x::lower" });
  const model = await modelOf({ ...smallWorkflow(), "test::EV_X_V0": block });
  const { mentions: all } = await asked({ query: "deps", artifact: "EV_X_V0" }, model);
  assert.deepEqual(
    all.map(({ to, known }) => [to, known]),
    [["x::CC_GONE_V0", false]],
  );
  assert.deepEqual(await mentions("CC_GONE_V0", model), ["test::EV_X_V0 /core/like"]);
});

test("stores of one name in two structures are told apart by their files", async () => {
  const structure = (path: string) => ({
    structure_code: "STRUCTURE_Y_V0",
    core: { entity_stores: { LOG: { path: `{{module_data_root}}/${path}` } } },
  });
  const model = await modelOf({ ...smallWorkflow(), "test::STRUCTURE_Y_V0": structure("other.jsonl") });
  const { stores } = await asked({ query: "stores" }, model);
  assert.deepEqual(
    stores.map(({ store, writes }) => [store, writes.length]),
    [
      ["log.jsonl", 1],
      ["other.jsonl", 0],
    ],
  );
  await assert.rejects(asked({ query: "stores", store: "LOG" }, model), { code: "NAME_AMBIGUOUS" });
  const again = await modelOf({ ...smallWorkflow(), "test::STRUCTURE_Y_V0": structure("log.jsonl") });
  const [only, ...others] = (await asked({ query: "stores", store: "LOG" }, again)).stores;
  assert.deepEqual([only?.store, only?.declared.length, others], ["test::LOG", 2, []]);
});

test("only what uses a structure's own stores is reached by its change", async () => {
  const model = await modelOf(smallWorkflow());
  const nodesFor = async (artifact: string) =>
    (await asked({ query: "impact", artifact }, model)).workflows.flatMap(({ nodes }) => nodes);
  assert.deepEqual(await nodesFor("STRUCTURE_X_V0"), ["DO"]);
  assert.deepEqual(await nodesFor("RB_X_V0"), ["DO"]);
  assert.deepEqual(await nodesFor("IN_X_V0"), ["ASK"]);
  assert.deepEqual(await nodesFor(APPEND), ["DO"]);
});
