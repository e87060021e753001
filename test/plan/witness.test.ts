/** What tokenized projections say of plans: the same, something else, or nothing. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { capabilityMarkdown } from "../../src/capabilities/markdown.ts";
import { registry } from "../../src/capabilities/registry.ts";
import { parsePointer } from "../../src/json/pointer.ts";
import { valueAt } from "../../src/json/text.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { compile } from "../../src/plan/compile.ts";
import { type Witness, witnessesOf } from "../../src/plan/witness.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import type { Files } from "../../src/ports.ts";
import { buildSnapshot } from "../../src/snapshot/build/build.ts";
import type { Fqdn } from "../../src/snapshot/fqdn.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { SUBSET } from "../snapshot/build/successor.ts";
import { FOLDER, memoryFiles } from "../snapshot/memory-files.ts";
import { unpacked } from "../support/archive.ts";
import { LENDING } from "../support/lending-domain.ts";
import { takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";

const it = takingTurns(import.meta.url);

const WORKFLOW = "lending::WF_LEND_ITEM_V1" as Fqdn;

/** Of one workflow, or of all that a snapshot has. */
async function witnessesIn(
  folder: string,
  files: Files,
  only?: Fqdn,
): Promise<readonly (readonly Witness[])[]> {
  const snapshot = await openSnapshot(folder, files);
  const found = [];
  for (const name of only === undefined ? snapshot.names("WF") : [only]) {
    const artifact = snapshot.artifact(name) ?? assert.fail(name);
    found.push(witnessesOf(await compile(artifact, snapshot, registry), snapshot, files));
  }
  return found;
}

function lending(): Map<string, string> {
  const built = buildSnapshot(
    [...LENDING].map(([path, text]) => ({ path, text })),
    {
      standard(name, form) {
        const capability = registry.capability(name);
        return capability === undefined ? null : capabilityMarkdown(capability, name, form);
      },
    },
  );
  assert.deepEqual(built.problems, []);
  return new Map(built.files);
}

const filesOf = (texts: ReadonlyMap<string, string>) =>
  memoryFiles(new Map([...texts].map(([path, text]) => [path, Buffer.from(text)])));

/** How often each verdict is given for a field. */
function sumOf(witnesses: readonly Witness[], field: string) {
  const sum = { same: 0, differs: 0, missing: 0, silent: 0 };
  for (const { fields } of witnesses)
    for (const one of fields.filter((candidate) => candidate.field === field))
      for (const verdict of Object.keys(sum) as (keyof typeof sum)[]) sum[verdict] += one[verdict];
  return sum;
}

test("a projection that was made with the artifacts says nothing else than they do", async () => {
  const [witnesses = []] = await witnessesIn(FOLDER, filesOf(lending()), WORKFLOW);
  const [witness, ...others] = witnesses;
  assert.deepEqual([witness?.projection, witness?.differences, others], ["tokenized/lending", [], []]);
  assert.deepEqual(sumOf(witnesses, "terminal"), { same: 7, differs: 0, missing: 0, silent: 0 });
  // Reasons of ends are in no form of projection.
  assert.deepEqual(sumOf(witnesses, "exit.reason"), { same: 0, differs: 0, missing: 0, silent: 2 });
});

/** The value at a path, and a change of it. */
type Change = (projection: JsonObject) => Json;

const CHANGES: readonly (readonly [field: string, file: string, change: Change])[] = [
  ["entry.start_key", "dispatch", (of) => changed(of, "entry", "start_key", () => "CC_FIND_READER")],
  ["entry.rb", "dispatch", (of) => changed(of, "entry", "rb", () => 0)],
  ["entry.actor", "dispatch", (of) => changed(of, "entry", "actor", () => "lending::AC_OTHER_V0")],
  ["admission", "dispatch", (of) => changed(of, "admission", "required", () => false)],
  ["routing", "dispatch", (of) => changed(of, "routing", "key", () => "CC_RECORD_LOAN")],
  ["terminal", "dispatch", (of) => changed(of, "terminal", "exit", () => "EXIT_LENT")],
  ["emits", "dispatch", (of) => changed(of, "emits", "SUCCESS", () => ["lending::EV_ITEM_LENT_V0"])],
  ["bindings", "dispatch", (of) => changed(of, "bindings", "reader", () => "$.payload.item")],
  ["pipeline.step_id", "dispatch", (of) => changed(of, "pipeline", "step_id", () => "other")],
  ["pipeline.op", "dispatch", (of) => changed(of, "pipeline", "op", () => "EXISTS")],
  ["pipeline.inputs", "dispatch", (of) => changed(of, "pipeline", "__store__", () => "OTHER")],
  ["pipeline.outputs", "dispatch", (of) => changed(of, "pipeline", "outputs", () => ({}))],
  ["pipeline.on_result", "dispatch", (of) => changed(of, "pipeline", "VIOLATION", () => "continue")],
  ["ct", "handlers", (of) => changed(of, "ct", "callable", () => "other")],
  ["cs", "handlers", (of) => changed(of, "cs", "callable", () => "other")],
  ["rb_policy", "handlers", (of) => changed(of, "rb_policy", "path", () => "elsewhere.json")],
  ["wf_storage", "handlers", (of) => changed(of, "wf_storage", "reach", () => "owned")],
];

/** With each member of that name, below a member of the projection, changed. */
function changed(projection: JsonObject, member: string, name: string, to: () => Json): Json {
  let count = 0;
  const walk = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value as JsonObject).map(([key, one]) => {
        if (key !== name) return [key, walk(one)];
        count++;
        return [key, to()];
      }),
    );
  };
  const after = { ...projection, [member]: walk(projection[member] ?? null) };
  assert.ok(count > 0, `there is no ${name}`);
  return after;
}

for (const [field, file, change] of CHANGES) {
  test(`a change of ${field} is found with both values and both places`, async () => {
    const texts = lending();
    const path = `tokenized/lending/${file}.json`;
    const projection = JSON.parse(texts.get(path) ?? "{}") as JsonObject;
    texts.set(path, JSON.stringify(change(projection)));
    const [witnesses = []] = await witnessesIn(FOLDER, filesOf(texts), WORKFLOW);
    const [{ differences } = assert.fail("no witness")] = witnesses;
    assert.ok(differences.length > 0);
    for (const one of differences) {
      assert.deepEqual([one.field, one.projection], [field, path]);
      assert.notDeepEqual(one.declared, one.projected);
      const artifact = JSON.parse(texts.get(one.file) ?? "{}") as JsonObject;
      // What the projection says may be declared nowhere: its holder is there.
      assert.notEqual(valueAt(artifact, parsePointer(one.pointer).slice(0, -1)), undefined, one.pointer);
      const changedProjection = JSON.parse(texts.get(path) ?? "{}") as JsonObject;
      // A list may be too short for the place at which it differs.
      assert.notEqual(valueAt(changedProjection, parsePointer(one.at).slice(0, -1)), undefined, one.at);
    }
  });
}

test("what a projection says of others and not of this one is missing", async () => {
  const texts = lending();
  const path = "tokenized/lending/dispatch.json";
  const dispatch = JSON.parse(texts.get(path) ?? "{}") as { readonly pipeline: JsonObject };
  const [, ...kept] = Object.entries(dispatch.pipeline);
  texts.set(path, JSON.stringify({ ...dispatch, pipeline: Object.fromEntries(kept) }));
  const [witnesses = []] = await witnessesIn(FOLDER, filesOf(texts), WORKFLOW);
  assert.equal(sumOf(witnesses, "pipeline.addr").missing, 1);
  assert.equal(witnesses[0]?.differences[0]?.projected, null);
});

test("a snapshot without a projection is no witness", async () => {
  const files = filesOf(new Map([...lending()].filter(([path]) => !path.startsWith("tokenized/"))));
  await assert.rejects(witnessesIn(FOLDER, files, WORKFLOW), { code: "WITNESS_MISSING" });
});

it("the published projections say 120 of 400 routes, and nothing else than the artifacts", {
  skip: skipWithout("published"),
}, async () => {
  const all = await witnessesIn(sharedPath("published/protocol_snapshot"), nodeFiles);
  // Two workflows that begin with no intent are in three scopes, which none of them can begin.
  const [several, single] = [true, false].map((isSeveral) =>
    all.filter((one) => one.length > 1 === isSeveral).flat(),
  ) as [Witness[], Witness[]];
  assert.deepEqual([single.length, several.length], [27, 6]);
  assert.deepEqual(sumOf(single, "routing"), { same: 120, differs: 0, missing: 0, silent: 0 });
  assert.deepEqual(sumOf(single, "terminal"), { same: 0, differs: 0, missing: 0, silent: 280 });
  assert.deepEqual(
    single.flatMap(({ differences }) => differences),
    [],
  );
  const fields = new Set(several.flatMap(({ differences }) => differences.map(({ field }) => field)));
  assert.deepEqual([...fields].sort(), ["entry.start", "routing"]);
});

it("the successor's projections say all routes, and nothing else than the artifacts", {
  skip: skipWithout(SUBSET),
}, async () => {
  const all = (await witnessesIn(join(unpacked(SUBSET), "subset"), nodeFiles)).flat();
  assert.deepEqual([all.length, all.flatMap(({ differences }) => differences)], [17, []]);
  for (const field of ["routing", "terminal", "emits", "admission"]) {
    const { same, silent } = sumOf(all, field);
    assert.ok(same > 0 && silent === 0, field);
  }
});
