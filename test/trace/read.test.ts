import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical } from "../../src/json/canonical.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { badMember } from "../../src/trace/read.ts";
import { EVENTS } from "../../src/trace/schema.ts";
import { fullRun, readBack, refusedRun } from "../render/trial-run.ts";
import { scanLine } from "./scan-line.ts";

const lines = readBack([...fullRun(), ...refusedRun()]) as unknown as readonly JsonObject[];

/** The first line of the type, with one member of its payload set to something else. */
function changed(type: string, member: string, value: JsonObject[string]): JsonObject {
  const line = lines.find(({ event_type }) => event_type === type) as JsonObject;
  return { ...line, payload: { ...(line["payload"] as JsonObject), [member]: value } };
}

test("every event of a run is one of the format", () => {
  assert.deepEqual(
    lines.map(badMember).filter((member) => member !== undefined),
    [],
  );
});

const BAD: readonly (readonly [type: string, member: string, value: JsonObject[string]])[] = [
  ["execution_start", "runtime", { name: "pgs" }],
  ["execution_start", "observed", [7]],
  ["execution_start", "actor", null],
  ["execution_start", "parent", { run: "0", node: "A" }],
  ["admission", "requires", [{ event: "x", where: {} }]],
  ["admission", "forbids", "none"],
  ["node_start", "node_type", "CT"],
  ["node_start", "inputs", []],
  ["violation", "field", 1],
  ["transform_end", "reason", "because"],
  ["side_effect_end", "change", { before: null }],
  ["side_effect_end", "change", { before: null, after: 1 }],
  ["error", "step", {}],
];

for (const [type, member, value] of BAD) {
  test(`${member} of ${type} is not ${JSON.stringify(value)}`, () => {
    assert.equal(badMember(changed(type, member, value)), `/payload/${member}`);
  });
}

test("the node of an event is named by a text, also where an event need not have one", () => {
  for (const line of lines)
    assert.equal(badMember({ ...line, node_id: [] }), "/node_id", String(line["event_type"]));
  const nodeless = lines.filter((line) => badMember({ ...line, node_id: "HERE" }) === undefined);
  assert.equal(nodeless.length, lines.length);
});

// ---- closed: no member and no word but those declared ----

/** The values that belong to the protocol: of these the format says nothing. */
const DATA =
  /\/(inputs|outputs|published|result|reason|facts|where|before|after|expected|actual|left|right|payload\/payload)$/;

/** Every object of the value that is not data, with its place. */
function declaredObjects(value: Json, at = ""): readonly (readonly [at: string, object: JsonObject])[] {
  if (typeof value !== "object" || value === null || DATA.test(at)) return [];
  const inside = Object.entries(value).flatMap(([key, item]) =>
    declaredObjects(item as Json, `${at}/${Array.isArray(value) ? "*" : key}`),
  );
  return Array.isArray(value) ? inside : [[at, value as JsonObject], ...inside];
}

/** Events with every member that one may have. */
const full: readonly JsonObject[] = lines.map((line) => {
  const payload = line["payload"] as JsonObject;
  const more: { readonly [type: string]: JsonObject } = {
    execution_start: { actor: "org::A_SOMEONE_V0", parent: { run: "0", node: "A", step: "b" } },
    side_effect_end: { change: { before: null, after: {} }, observed: [{ entropy: "00" }] },
    transform_end: { observed: [{ clock: "2026-01-31T09:00:00.000Z" }, { clock: { $suppressed: "sha256:" } }] },
  };
  return { ...line, payload: { ...payload, ...more[String(line["event_type"])] } };
});

test("no object of the format takes a member that is not declared, built or scanned", () => {
  const seen = new Set<string>();
  for (const line of full) {
    assert.equal(badMember(line), undefined);
    assert.notEqual(scanLine(canonical(line)), undefined);
    for (const [at] of declaredObjects(line)) {
      const copy = structuredClone(line) as JsonObject;
      const [, object] = declaredObjects(copy).find(([place]) => place === at) as readonly [string, JsonObject];
      (object as { [name: string]: Json })["extra"] = 1;
      seen.add(`${line["event_type"]}${at}`);
      assert.notEqual(badMember(copy), undefined, `${line["event_type"]}${at}`);
      assert.equal(scanLine(canonical(copy)), undefined, `${line["event_type"]}${at}`);
    }
  }
  for (const place of ["snapshot", "runtime", "observed/*", "parent"])
    assert.ok(seen.has(`execution_start/payload/${place}`), place);
  assert.ok(seen.has("side_effect_end/payload/change"));
  assert.ok(seen.has("admission/payload/requires/*"));
});

test("a list of words takes no other word, built or scanned", () => {
  const words: readonly (readonly [type: keyof typeof EVENTS, member: string])[] = [
    ["workflow_complete", "status"],
    ["admission", "result"],
    ["node_start", "node_type"],
    ["violation", "violation_code"],
    ["error", "node_category"],
    ["error", "stage"],
  ];
  for (const [type, member] of words) {
    const weird = changed(type, member, "WEIRD");
    assert.equal(badMember(weird), `/payload/${member}`);
    assert.equal(scanLine(canonical(weird)), undefined);
  }
});

test("every event and every member has its meaning said", () => {
  for (const [type, { meaning, members }] of Object.entries(EVENTS)) {
    assert.match(meaning, /\.$/, type);
    for (const [name, member] of Object.entries(members))
      assert.match(member.meaning, /[.`]$/, `${type} ${name}`);
  }
});
