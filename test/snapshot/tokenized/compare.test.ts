/** A projection against its artifacts, in each form that releases have had: what agrees, and every place that is changed. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";
import { pointer } from "../../../src/json/pointer.ts";
import { isObject, type Json, type JsonObject, objectAt } from "../../../src/json/value.ts";
import { nodeFiles } from "../../../src/platform/node-ports.ts";
import { dispatchOf } from "../../../src/snapshot/build/projection/dispatch.ts";
import {
  type DomainArtifact,
  domainArtifact,
  domainModel,
} from "../../../src/snapshot/build/projection/domain-artifacts.ts";
import { handlersOf } from "../../../src/snapshot/build/projection/handlers.ts";
import { fqdnOfFile } from "../../../src/snapshot/fqdn.ts";
import { type Statement, statementsOf } from "../../../src/snapshot/tokenized/compare.ts";
import { type Projection, readProjections } from "../../../src/snapshot/tokenized/projection.ts";
import { unpacked } from "../../support/archive.ts";
import { portion, takingTurns } from "../../support/portion.ts";
import { sharedPath, skipWithout } from "../../support/shared.ts";

const it = takingTurns(import.meta.url);

type Lookup = ReadonlyMap<string, DomainArtifact>;

const envelope = (fqdn: string, frontmatter: object, more: object = {}): JsonObject =>
  ({
    fqdn_id: fqdn,
    namespace: fqdn.split("::")[0],
    artifact_type: /::([A-Z]+)_/.exec(fqdn)?.[1],
    frontmatter,
    ...more,
  }) as JsonObject;

/** Two nodes of one contract, of which one leads to the other. */
const NODES = {
  ASK: { type: "IN", code: "IN_X_V0", next: { ACK: "FIRST", NACK: "REFUSED" } },
  FIRST: {
    type: "CC",
    code: "CC_X_V0",
    inputs: { a: "$.payload.a", n: 1 },
    next: { SUCCESS: "SECOND", VIOLATION: "REFUSED" },
  },
  SECOND: {
    type: "CC",
    code: "CC_X_V0",
    inputs: { a: "$.results.FIRST.a", n: 2 },
    next: { SUCCESS: "DONE", VIOLATION: "REFUSED" },
  },
  DONE: { type: "EXIT", emit: ["test::EV_B_V0", "test::EV_A_V0"] },
  REFUSED: { type: "EXIT", emit: "test::EV_C_V0" },
};
const WORKFLOW = {
  runtime_binding: "test::RB_X_V0",
  core: { actor_context: "test::AC_X_V0", start_node: "ASK", nodes: NODES },
};
const EFFECT = "capability_side_effects::CS_APPEND_V0";
const STEP = {
  step: "write",
  side_effect: EFFECT,
  op: "APPEND",
  store: "LOG",
  inputs: { record: { a: "$.inputs.a" }, kind: "test::EV_A_V0" },
  outputs: { a: "$.inputs.a" },
  on_result: { SUCCESS: "exit" },
};

const SMALL: Lookup = new Map(
  [
    envelope("test::WF_X_V0", { ...WORKFLOW, consults: ["test::RB_Y_V0"] }),
    envelope("test::WF_V_V0", WORKFLOW),
    envelope("test::WF_W_V0", { ...WORKFLOW, superseded_by: ["test::WF_X_V0"] }),
    envelope("test::IN_X_V0", { core: { inputs: { a: { type: "string", required: true } } } }),
    envelope("test::CC_X_V0", {
      core: { pipeline: [STEP], result_status_contract: { allowed: ["SUCCESS", "VIOLATION"] } },
    }),
    ...["X", "Y"].map((name) =>
      envelope(`test::RB_${name}_V0`, {
        core: {
          storage_structure: "test::STRUCTURE_X_V0",
          bindings: { [EFFECT]: { policy: { precision: "s" } } },
        },
      }),
    ),
    envelope("test::STRUCTURE_X_V0", { core: { entity_stores: { LOG: { path: "log.jsonl" } } } }),
    envelope("test::EV_A_V0", { core: {} }),
    envelope(EFFECT, {}, { cs_ir: { handler_ref: { module: "m", callable: "c" } } }),
    envelope("test::CT_X_V0", {}, { ct_ir: { atom_stream: [{ atom: "a" }] } }),
  ].map((one) => [String(one["fqdn_id"]), domainArtifact(one)]),
);

const each = (value: Json | undefined, change: (one: Json, key: string) => Json): JsonObject =>
  Object.fromEntries(Object.entries(isObject(value) ? value : {}).map(([key, one]) => [key, change(one, key)]));

function without(value: JsonObject, ...keys: string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/** The projection of the small domain, as an assembled snapshot of today has it. */
function newest(): Projection {
  const model = domainModel("test", [...SMALL.values()]);
  const names = new Map(model.addresses.all.map(([name, address]) => [address, name]));
  const addresses = Object.fromEntries(model.addresses.all);
  const places = { folder: "tokenized/test", vocabulary: "vocabulary/test" };
  return { ...places, dispatch: dispatchOf(model), handlers: handlersOf(model), names, addresses };
}

/** Of nodes with one contract, the last is in the table. */
function byAddress(table: Json | undefined): JsonObject {
  const { addresses } = newest();
  const code = (key: string) => String(addresses[key === "ASK" ? "test::IN_X_V0" : "test::CC_X_V0"]);
  return each(table, (nodes) =>
    Object.fromEntries(Object.entries(nodes as JsonObject).map(([key, one]) => [code(key), one])),
  );
}

/** As releases before knew nodes: routes and announcements by the number of the contract, then everything. */
function olderForms(): ReadonlyMap<string, Projection> {
  const now = newest();
  const { dispatch, handlers } = now;
  const routing = byAddress(dispatch["routing"]);
  const release9 = {
    ...without(dispatch, "terminal", "admission"),
    routing,
    emits: byAddress(dispatch["emits"]),
  };
  const published = {
    ...without(release9, "emits"),
    entry: each(dispatch["entry"], (one) => without(one as JsonObject, "actor")),
  };
  const oldest = {
    ...published,
    bindings: byAddress(dispatch["bindings"]),
    entry: each(published.entry, (one) => without(one as JsonObject, "start_key")),
    routing: each(routing, (nodes) =>
      each(nodes, (routes) => each(routes, (to) => (to as { addr: number }).addr)),
    ),
  };
  const older = without(handlers, "wf_storage");
  return new Map([
    ["of today", now],
    ["of release 9", { ...now, dispatch: release9 }],
    ["of the published workspace", { ...now, dispatch: published, handlers: older }],
    ["of releases 0.3 and 0.4", { ...now, dispatch: oldest, handlers: older }],
  ]);
}

const wrong = (projection: Projection, artifacts: Lookup) =>
  [...statementsOf(projection, (name) => artifacts.get(name))].filter(
    ({ verdict }) => verdict === "differs" || verdict === "missing",
  );

const placeOf = ({ file, path }: Pick<Statement, "file" | "path">) => `${file}${pointer(path)}`;

/** Each value that has no members, and each empty object or list. */
function* placesIn(value: Json, path: readonly string[] = []): Generator<readonly string[]> {
  const entries = Object.entries(typeof value === "object" && value !== null ? value : {});
  if (entries.length === 0) return yield path;
  for (const [key, child] of entries) yield* placesIn(child as Json, [...path, key]);
}

/** The value with another one at the place, or without it. */
function replacedAt(value: Json, [key, ...rest]: readonly string[], to: Json | undefined): Json {
  if (key === undefined) return to ?? null;
  const changed = (old: Json) => (rest.length === 0 ? to : replacedAt(old, rest, to));
  if (Array.isArray(value))
    return value
      .map((old: Json, i) => (String(i) === key ? changed(old) : old))
      .filter((one) => one !== undefined);
  const entries = Object.entries(value as JsonObject).map(
    ([name, old]) => [name, name === key ? changed(old) : old] as const,
  );
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined)) as JsonObject;
}

/** Of many, evenly spread. */
function atMost<T>(most: number, all: readonly T[]): readonly T[] {
  const step = Math.max(all.length / most, 1);
  return Array.from({ length: Math.min(most, all.length) }, (_, i) => all[Math.floor(i * step)] as T);
}

function assertEachIsFound(
  t: { diagnostic(text: string): void; name: string },
  one: Projection,
  all: Lookup,
  most: number,
) {
  const places = (["dispatch", "handlers"] as const).flatMap((file) =>
    [...placesIn(without(one[file], "projection_class"))].map((path) => ({ file, path })),
  );
  for (const { file, path } of portion(t, atMost(150, places), most)) {
    const place = placeOf({ file, path });
    const changed = replacedAt(one[file], path, "changed") as JsonObject;
    const found = wrong({ ...one, [file]: changed }, all).map(placeOf);
    // What was said of a value is said of it, or of what is around it.
    assert.ok(
      found.some((at) => place.startsWith(at)),
      `${place} is not found: ${found.join(" ")}`,
    );
    const removed = replacedAt(one[file], path, undefined) as JsonObject;
    const lost = wrong({ ...one, [file]: removed }, all);
    assert.ok(isNothing(valueAt(one[file], path)) || lost.length > 0, `${place} may be left out`);
  }
}

function isNothing(value: Json | undefined): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

/** The value with each of its members, at every depth, replaced by each of the others. */
function* replacements(value: Json, by: readonly Json[]): Generator<Json> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    for (const one of [...by, ...replacements(child as Json, by)])
      yield Array.isArray(value)
        ? value.map((old: Json, i) => (String(i) === key ? one : old))
        : { ...(value as JsonObject), [key]: one };
  }
}

function valueAt(value: Json, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((at, key) => (at as JsonObject | undefined)?.[key], value);
}

suite("a tokenized projection", () => {
  for (const [form, projection] of olderForms()) {
    test(`${form} agrees with the artifacts that it was made from`, () => {
      assert.deepEqual(wrong(projection, SMALL), []);
    });

    test(`${form}: every changed place is found there`, (t) => {
      assertEachIsFound(t, projection, SMALL, 50);
    });
  }

  test("a form that does not say something is silent of it, and another that leaves it out misses it", () => {
    const verdicts = (projection: Projection, member: string) =>
      new Set(
        [...statementsOf(projection, (name) => SMALL.get(name))].flatMap(({ path, verdict }) =>
          path[0] === member ? [verdict] : [],
        ),
      );
    const now = newest();
    assert.deepEqual(verdicts(now, "terminal"), new Set(["same"]));
    const { dispatch } = now;
    const silent = { ...now, dispatch: without(dispatch, "terminal") };
    assert.deepEqual(verdicts(silent, "terminal"), new Set(["silent"]));
    assert.deepEqual(
      verdicts({ ...now, dispatch: { ...dispatch, terminal: {} } }, "terminal"),
      new Set(["missing"]),
    );
  });

  test("whatever stands at a place of a projection or of an artifact, the comparison ends", (t) => {
    const odd: readonly Json[] = [null, 0, "", "$.results.", [], [[]], {}, { x: {} }];
    const now = newest();
    const projections = (["dispatch", "handlers"] as const).flatMap((file) =>
      [...replacements(now[file], odd)].map((value) => ({ ...now, [file]: value as JsonObject })),
    );
    for (const one of portion(t, atMost(400, projections), 100)) wrong(one, SMALL);
    const artifacts = [...SMALL.values()].flatMap(({ fqdn, envelope, frontmatter }) =>
      [...replacements(frontmatter, odd)].map(
        (value) => [fqdn, domainArtifact({ ...envelope, frontmatter: value })] as const,
      ),
    );
    for (const one of portion(t, atMost(400, artifacts), 100)) wrong(now, new Map([...SMALL, one]));
  });

  test("the entry of a workflow that another took the place of is found", () => {
    const now = newest();
    const entry = objectAt(now.dispatch, "entry");
    const [address] = Object.entries(now.addresses).find(([name]) => name === "test::WF_W_V0") as [
      string,
      Json,
    ];
    const old = String(now.addresses[address]);
    assert.ok(!Object.hasOwn(entry, old));
    const dispatch = { ...now.dispatch, entry: { ...entry, [old]: Object.values(entry)[0] as Json } };
    assert.deepEqual(wrong({ ...now, dispatch }, SMALL).map(placeOf), [`dispatch/entry/${old}`]);
  });
});

/** Where each published one is, and by workflow or artifact what it says otherwise than its artifacts. */
const PUBLISHED: readonly (readonly [archive: string, snapshot: string, differing: readonly string[]])[] = [
  // No node of these two that has a number is their start, so no form has an entry for them.
  ...(
    [
      ["published", ""],
      ["older-snapshots/33c85bb.tar.xz", ""],
      ["older-snapshots/420bbe3.tar.xz", ""],
      ["older-snapshots/f1cc26f.tar.xz", ""],
    ] as const
  ).map(([archive]) => [archive, "protocol_snapshot", ["WF_LOOKUP_NAME_V0", "WF_REGISTER_NAME_V0"]] as const),
  // Release 9 still ran what others supersede.
  ["assembled/release9-snapshot.tar.xz", "snapshot", ["WF_RECORD_VERIFICATION_DECISION_V0"]],
  ["assembled/v5-subset.tar.xz", "subset", []],
];

suite("the published tokenized projections", () => {
  for (const [archive, snapshot, differing] of PUBLISHED) {
    it(`${archive}: all is as its artifacts declare, but what is listed, and every change is found`, {
      skip: skipWithout(archive),
    }, (t) => {
      const folder = join(archive.endsWith(".xz") ? unpacked(archive) : sharedPath(archive), snapshot);
      const artifacts = artifactsIn(folder);
      const projections = readProjections(folder, nodeFiles);
      assert.ok(projections.length >= 3);
      const found = projections.flatMap((one) =>
        wrong(one, artifacts).map(({ about }) => about.split("::")[1]),
      );
      assert.deepEqual([...new Set(found)].sort(), differing);
      const largest = projections.toSorted((a, b) => b.names.size - a.names.size)[0] as Projection;
      assertEachIsFound(t, largest, artifacts, 8);
    });
  }
});

/** Each artifact by its name; where a domain has a copy, its owner. */
function artifactsIn(folder: string): Lookup {
  const found = new Map<string, DomainArtifact>();
  for (const { path } of nodeFiles.list(folder)) {
    if (!/^(?:governance\/)?artifacts\/|^canonical\//.test(path) || fqdnOfFile(path) === undefined) continue;
    const read = JSON.parse(Buffer.from(nodeFiles.read(join(folder, path)) ?? []).toString()) as JsonObject;
    const one = domainArtifact(read);
    if (read["content"] !== "" || !found.has(one.fqdn)) found.set(one.fqdn, one);
  }
  return found;
}
