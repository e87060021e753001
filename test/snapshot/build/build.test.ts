import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { LOCK_FILE } from "../../../src/capabilities/packages/locked-provider.ts";
import { readAuthored } from "../../../src/check/authored/read-authored.ts";
import { differencesOf } from "../../../src/check/authored/snapshot-change.ts";
import { sha256 } from "../../../src/json/canonical.ts";
import { deepFreeze, isObject, type Json, type JsonObject } from "../../../src/json/value.ts";
import { nodeFiles } from "../../../src/platform/node-ports.ts";
import { buildSnapshot } from "../../../src/snapshot/build/build.ts";
import { ownLock, ownRegistry } from "../../support/own-registry.ts";
import { takingTurns } from "../../support/portion.ts";
import { FOLDER, memoryFiles } from "../memory-files.ts";

const it = takingTurns(import.meta.url);

const project = join(import.meta.dirname, "../../..");
const { files: authored, problems: unread } = readAuthored(join(project, "protocol"), nodeFiles);
const { files: made, problems } = buildSnapshot(authored);
const parsed = new Map([...made].map(([path, text]) => [path, JSON.parse(text) as JsonObject]));
const artifacts = [...parsed]
  .filter(([path]) => /^(governance\/)?artifacts\//.test(path))
  .map(([, value]) => value);
const ofType = (type: string) => artifacts.filter((artifact) => artifact["artifact_type"] === type);
const nameOf = (artifact: JsonObject) => String(artifact["fqdn_id"]);
const named = (name: Json | undefined) => artifacts.find((artifact) => artifact["fqdn_id"] === name);

/** The value at a path of keys in an artifact's Machine block. */
function at(artifact: JsonObject | undefined, ...keys: readonly string[]): Json | undefined {
  return keys.reduce<Json | undefined>(
    (found, key) => (isObject(found) ? found[key] : undefined),
    artifact?.["frontmatter"],
  );
}
const entries = (value: Json | undefined) => (isObject(value) ? Object.entries(value) : []);
const list = (value: Json | undefined) => (Array.isArray(value) ? (value as readonly Json[]) : []);
const sorted = (value: readonly Json[]) => value.map(String).sort();
const steps = (contract: JsonObject) => list(at(contract, "core", "pipeline")).filter(isObject);

test("the snapshot on disk is what its Markdown gives", () => {
  assert.deepEqual([...unread, ...problems], []);
  const snapshot = join(project, "protocol_snapshot");
  const files = new Map([...made, [LOCK_FILE, ownLock]]);
  assert.deepEqual(differencesOf({ files, form: "own", sources: new Map() }, snapshot, nodeFiles), []);
});

test("every content_hash is the hash of its content, and content is the authored text", () => {
  const texts = new Set(authored.map(({ text }) => text));
  assert.equal(artifacts.length, authored.length);
  for (const artifact of artifacts) {
    assert.equal(artifact["content_hash"], sha256(String(artifact["content"])), nameOf(artifact));
    assert.ok(texts.has(String(artifact["content"])), nameOf(artifact));
  }
});

test("every reference resolves, and every artifact but the root is governed by another", () => {
  const names = new Set(artifacts.map(nameOf));
  for (const artifact of artifacts) {
    for (const name of list(artifact["references"]))
      assert.ok(names.has(String(name)), `${nameOf(artifact)} -> ${name}`);
    const isRoot = artifact["artifact_code"] === "CONSTITUTION_PROTOCOL_V0";
    assert.equal(at(artifact, "governed_by") === artifact["fqdn_id"], isRoot, nameOf(artifact));
  }
});

it("one changed byte of an authored file changes that file's artifact, and shows", () => {
  for (const file of authored.filter((_, i) => i % 4 === 0)) {
    const changed = authored.map((one) => (one === file ? { ...one, text: `${one.text.slice(0, -1)} ` } : one));
    const anew = buildSnapshot(changed).files;
    const artifact = file.path.replace(/^(governance\/)?(.+)\.md$/, "$1artifacts/$2.json");
    const differing = [...anew].filter(([path, text]) => made.get(path) !== text).map(([path]) => path);
    assert.deepEqual([differing, anew.size], [[artifact], made.size], file.path);
  }
});

test("a file nobody makes any more and a file that is not there yet are named", () => {
  const [first] = made.keys();
  const found = new Map([
    ...made,
    ["artifacts/events/test__EV_OLD_V0.json", "{}"],
    ["artifacts/notes.json", "{}"],
  ]);
  found.delete(String(first));
  const files = memoryFiles(new Map([...found].map(([path, text]) => [path, Buffer.from(text)])));
  assert.deepEqual(differencesOf({ files: made, form: "own", sources: new Map() }, FOLDER, files), [
    { path: first, what: "missing", source: null },
    { path: "artifacts/events/test__EV_OLD_V0.json", what: "stale", source: null },
  ]);
});

test("the order of the authored files does not matter", () => {
  assert.deepEqual([...buildSnapshot([...authored].reverse()).files], [...made]);
});

test("every conformance case is answered by the bound transform as it says", async () => {
  const cases = [...parsed].filter(([path]) => path.startsWith("conformance/"));
  assert.deepEqual(new Set(cases.map(([, one]) => one["ct_fqdn"])), new Set(ofType("CT").map(nameOf)));
  for (const [path, one] of cases) {
    const inputs = (one["ct_ir"] as JsonObject)["inputs"] as JsonObject;
    const draw = {
      clock: () => assert.fail("a clock was read"),
      entropy: () => assert.fail("entropy was drawn"),
    };
    const bound = ownRegistry.transform(String(one["ct_fqdn"])) ?? assert.fail(path);
    await bound.prepare?.();
    const answer = bound.answer(deepFreeze(inputs), draw);
    assert.equal("result" in answer ? "SUCCESS" : "VIOLATION", one["expected_outcome"], path);
    if ("result" in answer) assert.deepEqual(answer.result, one["expected"], path);
  }
});

test("every step routes exactly what its capability can answer", () => {
  for (const contract of ofType("CC")) {
    for (const step of steps(contract)) {
      const place = `${nameOf(contract)} ${step["step"]}`;
      const renamed = isObject(step["on_ct_result"]) ? step["on_ct_result"] : {};
      const operations = at(
        named(step["side_effect"]),
        "core",
        "operations",
        String(step["op"]),
        "result_status_values",
      );
      const possible =
        step["transform"] === undefined
          ? list(operations)
          : [renamed["on_success"] ?? "SUCCESS", renamed["on_failure"] ?? "VIOLATION"];
      assert.deepEqual(sorted(entries(step["on_result"]).map(([outcome]) => outcome)), sorted(possible), place);
      assert.deepEqual(sorted(list(step["result_surface"])), sorted(possible), place);
    }
  }
});

test("every node routes exactly what its contract allows, and the intent's two answers", () => {
  for (const workflow of ofType("WF")) {
    for (const [key, node] of entries(at(workflow, "core", "nodes"))) {
      if (!isObject(node) || node["type"] === "EXIT") continue;
      const allowed = list(at(named(node["fqdn_id"]), "core", "result_status_contract", "allowed"));
      const routed = entries(node["next"]).map(([outcome]) => outcome);
      assert.deepEqual(sorted(routed), sorted(node["type"] === "IN" ? ["ACK", "NACK"] : allowed), key);
    }
  }
});

test("every yes or no that a contract publishes decides one of its outcomes", () => {
  let verdicts = 0;
  for (const contract of ofType("CC")) {
    const conditions = entries(at(contract, "core", "evaluation")).map(
      ([, one]) => (one as JsonObject)["condition"],
    );
    for (const [name, spec] of entries(at(contract, "core", "outputs"))) {
      if (!isObject(spec) || spec["type"] !== "boolean") continue;
      verdicts++;
      assert.ok(
        conditions.some((text) => String(text).startsWith(`$.${name} `)),
        `${nameOf(contract)} ${name}`,
      );
    }
  }
  assert.ok(verdicts >= 3);
});

test("every record carries at its top level what the event of its code requires", () => {
  const written = ofType("CC").flatMap((contract) =>
    steps(contract).flatMap((step) => {
      const record = isObject(step["inputs"]) ? step["inputs"]["record"] : undefined;
      return isObject(record) ? [{ record, event: `${contract["namespace"]}::${record["event_code"]}` }] : [];
    }),
  );
  assert.deepEqual(new Set(written.map(({ event }) => event)), new Set(ofType("EV").map(nameOf)));
  for (const { record, event } of written) {
    const required = entries(at(named(event), "core", "schema")).filter(
      ([, spec]) => (spec as JsonObject)["required"],
    );
    for (const [field] of required) assert.ok(field in record, `${event} ${field}`);
  }
});

test("every event that an admission asks for or an exit announces is declared", () => {
  for (const workflow of ofType("WF")) {
    const exits = entries(at(workflow, "core", "nodes")).map(([, node]) => (node as JsonObject)["emit"]);
    const rules = ["requires", "forbids"].flatMap((rule) => list(at(workflow, "core", "admission", rule)));
    for (const code of [...exits, ...rules].filter((one) => one !== undefined)) {
      assert.ok(named(`${workflow["namespace"]}::${code}`), `${nameOf(workflow)} ${code}`);
    }
  }
});

test("every published output is used: by a later step, by an evaluation, or by a node", () => {
  const uses = JSON.stringify(ofType("WF").map((workflow) => workflow["frontmatter"]));
  for (const contract of ofType("CC")) {
    const own = JSON.stringify(contract["frontmatter"]);
    const declared = entries(at(contract, "core", "outputs")).map(([name]) => name);
    const mapped = steps(contract).flatMap((step) => entries(step["outputs"]).map(([name]) => name));
    assert.deepEqual(sorted([...new Set(mapped)]), sorted(declared), nameOf(contract));
    for (const name of mapped) {
      const isUsed = new RegExp(`\\$\\.results\\.\\w+\\.${name}"|"condition":"\\$\\.${name} `).test(own + uses);
      assert.ok(isUsed, `${nameOf(contract)} ${name}`);
    }
  }
});

test("the paths of a graph begin at its entry, follow its edges and end in an exit", () => {
  for (const workflow of ofType("WF")) {
    const code = workflow["artifact_code"];
    const graph = parsed.get(`behavior_logic/${code}/${code}.graph.json`) as JsonObject;
    const edges = new Set(
      list(graph["edges"]).map((edge) => `${(edge as JsonObject)["from"]} ${(edge as JsonObject)["to"]}`),
    );
    const exits = new Set(
      list(graph["nodes"])
        .filter((node) => (node as JsonObject)["type"] === "EXIT")
        .map((node) => (node as JsonObject)["id"]),
    );
    const walked = new Set<string>();
    for (const path of list(graph["execution_paths"]) as readonly string[][]) {
      assert.equal(path[0], graph["entry"]);
      assert.ok(exits.has(path.at(-1) as string));
      for (const [i, key] of path.slice(1).entries()) walked.add(`${path[i]} ${key}`);
    }
    assert.deepEqual(walked, edges);
  }
});

test("every store is used, and the index says by whom", () => {
  const stores = (parsed.get("artifact_index/stores.json") as JsonObject)["stores"];
  assert.equal(entries(stores).length, 7);
  for (const [name, store] of entries(stores)) {
    for (const declaration of list((store as JsonObject)["declarations"])) {
      const users = list((declaration as JsonObject)["bindings"]).flatMap((one) =>
        list((one as JsonObject)["workflows"]),
      );
      assert.ok(users.length > 0, name);
    }
  }
});
