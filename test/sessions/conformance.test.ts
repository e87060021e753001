/** `pgs conformance`: the project's own cases, published ones, and cases that this build does not pass. */

import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { assertXml, elementsOf } from "../support/xml.ts";
import { edit, unsealedCopy } from "./reauthor.ts";
import { assertHint, assertRefused, at, document, SNAPSHOT, tree, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const CASE = "capability_transforms::CT_PURE_LOOKUP_V0::a_quorum_by_environment";
const FILE = "conformance/capability_transforms__CT_PURE_LOOKUP_V0__a_quorum_by_environment.json";

function copyUnsealed(place: Workspace): void {
  unsealedCopy(place.path("protocol_snapshot"));
  cpSync(join(SNAPSHOT, "conformance"), place.path("protocol_snapshot/conformance"), { recursive: true });
}

/** A copy of the project's snapshot without its seal, one of its cases changed. */
function withCase(place: Workspace, change: (declared: JsonObject) => JsonObject): void {
  copyUnsealed(place);
  edit(place.path(`protocol_snapshot/${FILE}`), (text) =>
    JSON.stringify(change(JSON.parse(text) as JsonObject), null, 2),
  );
}

it("every case of the project's own snapshot is passed", async (t) => {
  const place = workspace(t);
  const said = await place.session("conformance");
  const cases = tree(place.path("protocol_snapshot/conformance")).length;
  assert.deepEqual([said.code, said.err], [0, ""]);
  assert.equal(said.out, `${cases} cases, ${cases} passed, 0 failed\n`);
  const report = document(await place.session("conformance", "--json"));
  assert.deepEqual(
    [report["ok"], report["total"], report["passed"], report["failed"]],
    [true, cases, cases, 0],
  );
  assert.equal((report["cases"] as JsonObject[]).length, cases);
  assert.deepEqual(Object.keys(at(report, "cases", 0) as JsonObject), [
    ...["case", "ct", "file", "expected_outcome", "outcome", "passed"],
  ]);
});

test("a case that is not passed says where, in text, JSON and JUnit XML", async (t) => {
  const place = workspace(t, { snapshot: null });
  withCase(place, (declared) => ({ ...declared, expected: { result: "other", more: [1] } }));
  const said = await place.session("conformance", "--junit", "out.xml");
  assert.deepEqual([said.code, said.err], [7, ""]);
  assert.match(said.out, new RegExp(`^FAILED  ${CASE}: different outputs\n  in ${FILE}\n`));
  assert.match(said.out, /\n {2}\/outputs\/result\n {4}expected {2}"other"\n {4}found {5}/);
  assert.match(said.out, /\n {2}\/outputs\/more\n {4}expected {2}\[1\]\n {4}found {5}nothing\n/);
  assert.match(said.out, /cases, \d+ passed, 1 failed\n$/);

  const report = document(await place.session("conformance", "--json"));
  const [failed, ...others] = (report["cases"] as JsonObject[]).filter(({ passed }) => passed === false);
  assert.deepEqual([others, failed?.["case"], failed?.["outcome"]], [[], CASE, "SUCCESS"]);
  const differences = failed?.["differences"] as JsonObject[] | undefined;
  assert.deepEqual(
    differences?.map((one) => one["at"]),
    ["/outputs/result", "/outputs/more"],
  );

  const xml = readFileSync(place.path("out.xml"), "utf8");
  assertXml(xml);
  assert.equal(elementsOf(xml, "testsuite").filter(({ failures }) => failures === "1").length, 1);
  assert.deepEqual(elementsOf(xml, "failure"), [{ message: `${CASE}: different outputs`, type: "failure" }]);
});

test("a violation where a result was expected says why, and the other way round", async (t) => {
  const place = workspace(t, { snapshot: null });
  withCase(place, (declared) => ({
    ...declared,
    ct_ir: { ...(declared["ct_ir"] as JsonObject), inputs: { key: "moon" } },
  }));
  const said = await place.session("conformance", "--case", "a_quorum_by");
  assert.equal(said.code, 7);
  assert.match(said.out, /: VIOLATION instead of SUCCESS\n.*\n {2}because \{"code":"INPUT_MISSING","field":/);
  assert.match(said.out, /1 case, 0 passed, 1 failed\n$/);
});

test("a transform this build does not have fails its cases", async (t) => {
  const place = workspace(t, { snapshot: null });
  copyUnsealed(place);
  const declared = JSON.parse(readFileSync(place.path(`protocol_snapshot/${FILE}`), "utf8")) as JsonObject;
  const other = { ...declared, ct_fqdn: "trial::CT_NOWHERE_V0", fqdn: "trial::CT_NOWHERE_V0::one" };
  const file = "protocol_snapshot/conformance/trial__CT_NOWHERE_V0__one.json";
  writeFileSync(place.path(file), JSON.stringify(other));
  const said = await place.session("conformance", "--json", "--case", "trial::");
  assert.equal(said.code, 7);
  assert.equal(at(document(said), "cases", 0, "outcome"), "NO_IMPLEMENTATION");
});

test("--case chooses cases by name; a text in none of them is refused", async (t) => {
  const place = workspace(t);
  const report = document(await place.session("conformance", "--case", "CT_PURE_LOOKUP", "--json"));
  assert.deepEqual([report["total"], report["ok"]], [2, true]);
  const said = await place.session("conformance", "--case", "CT_PURE_LOKUP");
  assertRefused(said, 2, "NO_SUCH_CASE");
  assertHint(said, /--json/);
});

test("a snapshot that is missing, has no cases, or has other bytes than sealed is refused", async (t) => {
  assertRefused(await workspace(t, { snapshot: null }).session("conformance"), 3, "SNAPSHOT_MISSING");
  const without = workspace(t, { snapshot: null });
  unsealedCopy(without.path("protocol_snapshot"));
  assertRefused(await without.session("conformance"), 3, "NO_CONFORMANCE_CASES");
  const place = workspace(t, { snapshot: null });
  withCase(place, ({ fqdn, ...rest }) => rest);
  const malformed = await place.session("conformance");
  assertRefused(malformed, 3, "MALFORMED_ARTIFACT");
  assert.match(malformed.err, /\/fqdn/);
  const sealed = await place.session("conformance", "--expect-seal", "0".repeat(64));
  assertRefused(sealed, 3, "SEAL_ABSENT");
});

test("--junit - prints the XML alone, and not beside a JSON document", async (t) => {
  const place = workspace(t);
  const said = await place.session("conformance", "--junit", "-");
  assert.deepEqual([said.code, said.err], [0, ""]);
  assertXml(said.out);
  assertRefusedAsJson(await place.session("conformance", "--junit", "-", "--json"));
  assertRefused(await place.session("conformance", "--junit", "no/such/folder/x.xml"), 2, "REPORT_UNWRITABLE");
  assert.equal((await place.session("conformance", "--quiet")).out, "");
});

function assertRefusedAsJson(said: Awaited<ReturnType<Workspace["session"]>>): void {
  assert.equal(said.code, 2);
  assert.equal(at(document(said), "error", "code"), "BAD_USAGE");
}

const skip = skipWithout("published/protocol_snapshot");

it("all published cases are passed", { skip }, async (t) => {
  const place = workspace(t, { snapshot: sharedPath("published/protocol_snapshot") });
  const report = document(await place.session("conformance", "--json"));
  const failed = (report["cases"] as JsonObject[]).filter(({ passed }) => passed === false);
  assert.deepEqual([report["total"], report["passed"], failed], [77, 77, []]);
});
