/** The schemas of what is kept beside traces, and what the program says of it. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isObject, type Json, type JsonObject } from "../../src/json/value.ts";
import { OPENING_LINE, RUN_LINE, traceName } from "../../src/ledger/line.ts";
import { count, type Kind, type Members, text } from "../../src/trace/field-check.ts";
import { digest, instant, waits } from "../../src/trace/schema.ts";
import { checkDocument } from "../sessions/documents.ts";
import { at, FIXTURES, fixture, lines, RELEASE, workspace } from "../sessions/world.ts";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const SCHEMAS = join(import.meta.dirname, "../../schemas");
const schemaOf = (name: string) =>
  JSON.parse(readFileSync(join(SCHEMAS, `${name}.schema.json`), "utf8")) as JsonObject;

const common = (name: string) => ({ $ref: `common.schema.json#/definitions/${name}` });

const KINDS: readonly (readonly [Kind<unknown>, JsonObject])[] = [
  [text, { type: "string" }],
  [traceName, { type: "string" }],
  [count, { type: "integer", minimum: 0 }],
  [digest, { allOf: [common("digest")] }],
  [instant, { allOf: [common("instant")] }],
  [waits, { type: "array", items: common("waitEntry") }],
];

/** What a schema says of values of the kind. */
function shapeOf(kind: Kind<unknown>): JsonObject {
  const [, known] = KINDS.find(([one]) => one === kind) ?? [];
  if (known !== undefined) return known;
  if (kind.members !== undefined) return objectOf(kind.members);
  if (kind.description === "list of text") return { type: "array", items: { type: "string" } };
  const words = kind.description.split(" | ").map((word) => JSON.parse(word) as Json);
  return words.length === 1 ? { const: words[0] as Json } : { enum: words };
}

function objectOf(members: Members): JsonObject {
  const entries = Object.entries(members);
  return {
    type: "object",
    required: entries.filter(([, { isOptional }]) => !isOptional).map(([name]) => name),
    additionalProperties: false,
    properties: Object.fromEntries(
      entries.map(([name, { kind, meaning }]) => [name, { ...shapeOf(kind), description: meaning }]),
    ),
  };
}

test("the schema of a ledger's lines has the members of the tables, and no others", () => {
  const definitions = schemaOf("ledger-line")["definitions"] as Readonly<Record<string, JsonObject>>;
  const said = Object.entries(definitions).map(([name, { description: _, ...rest }]) => [name, rest]);
  assert.deepEqual(Object.fromEntries(said), { run: objectOf(RUN_LINE), opening: objectOf(OPENING_LINE) });
});

it("what runs leave in a ledger and in a kept protocol is what the schemas have", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const payload = ["--payload", fixture("wf-release-change/completed"), "--no-png", "--no-md"];
  await place.session("run", RELEASE, ...payload);
  const [trace = ""] = place.traces();
  await place.session("mark", trace, "look", "--about", "why", "--tag", "x", "--at", "3");
  for (const line of lines(place.path("traces/ledger.jsonl"))) checkDocument("ledger-line", line);
  await place.session("runs", "rebuild");
  const rebuilt = lines(place.path("traces/ledger.jsonl"));
  for (const line of rebuilt) checkDocument("ledger-line", line);
  assert.deepEqual([rebuilt[0]?.["opening"], rebuilt.at(-1)?.["mark"] !== undefined], ["REBUILT", true]);
  const kept = readdirSync(place.path("traces/protocols"));
  assert.equal(kept.length, 1);
  const [protocol] = lines(place.path(`traces/protocols/${kept[0]}`));
  checkDocument("protocol", protocol);
  // Each member that the schema has is there, and says something.
  const { required, properties } = schemaOf("protocol") as { required: string[]; properties: JsonObject };
  assert.deepEqual(Object.keys(protocol ?? {}), required);
  assert.deepEqual(Object.keys(properties), required);
  assert.ok((at(protocol, "files") as readonly Json[]).length > 0);
  assert.ok((at(protocol, "packages") as readonly Json[]).every((one) => isObject(one)));
  const spoilt = [
    { ...protocol, more: 1 },
    { ...protocol, seal: 1 },
    { ...protocol, closure_root: "x" },
  ];
  for (const one of spoilt) assert.throws(() => checkDocument("protocol", one));
});
