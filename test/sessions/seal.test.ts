/** Sealing, and what verify says about a snapshot that is not what its seal says. */

import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { IoError } from "../../src/ports.ts";
import { contentsOf, sealed } from "../snapshot/memory-files.ts";
import { takingTurns } from "../support/portion.ts";
import { artifactFile, edit, unsealedCopy } from "./reauthor.ts";
import {
  assertHint,
  assertNothingLeft,
  assertRefused,
  at,
  document,
  fixture,
  RELEASE,
  SNAPSHOT,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const completed = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png"];
const CONTRACT = "release_governance::CC_REGISTER_RELEASE_V0";
const CONTRACT_FILE = "artifacts/capability_contracts/release_governance__CC_REGISTER_RELEASE_V0.json";

function codesByFile(report: JsonObject): readonly string[] {
  const findings = report["findings"] as JsonObject[];
  return findings.map((one) => `${one["code"]} ${at(one, "facts", "file")}`).sort();
}

it("sealing again gives the same root and the same bytes", async (t) => {
  const place = workspace(t, { snapshot: null });
  const seal = place.path("protocol_snapshot/seal.json");
  unsealedCopy(place.path("protocol_snapshot"));
  const first = document(await place.session("seal", "--json"));
  const bytes = readFileSync(seal, "utf8");
  const second = document(await place.session("seal", "--json"));
  assert.deepEqual([second, readFileSync(seal, "utf8")], [first, bytes]);
  assert.equal(first["seal"], seal);

  rmSync(seal);
  assert.match((await place.session("seal")).out, new RegExp(`^root ${first["root"]}$`, "m"));
  const verified = document(await place.session("verify", "--json"));
  assert.deepEqual([verified["ok"], verified["seal"], verified["root"]], [true, "sealed", first["root"]]);
});

it("the root does not depend on when, where or by which version a snapshot is sealed", async (t) => {
  const place = workspace(t, { snapshot: null });
  cpSync(SNAPSHOT, place.path("protocol_snapshot"), { recursive: true });
  rmSync(place.path("protocol_snapshot/seal.json"));
  const shipped = document(await place.session("verify", "--snapshot", SNAPSHOT, "--json"));
  const sealed = document(await place.session("seal", "--json"));
  assert.equal(sealed["root"], shipped["root"]);
});

/** The commands that read a whole snapshot and end well on the project's own. */
const opening: readonly (readonly string[])[] = [
  ["plan", "--wf", RELEASE],
  ["list"],
  ["show", RELEASE],
  ["check"],
  ["diff", SNAPSHOT, SNAPSHOT],
  ["conformance"],
];

it("an expected seal admits its root alone, and never an unsealed snapshot", async (t) => {
  const place = workspace(t);
  const { root } = document(await place.session("verify", "--json")) as { root: string };
  const env = { PGS_EXPECT_SEAL: "0".repeat(64) };
  const other = ["--expect-seal", "0".repeat(64)];

  assertRefused(await place.session(...completed, ...other), 3, "SEAL_UNEXPECTED_ROOT");
  assertRefused(await place.sessionIn({ env }, ...completed), 3, "SEAL_UNEXPECTED_ROOT");
  for (const command of opening) {
    assertRefused(await place.sessionIn({ env }, ...command), 3, "SEAL_UNEXPECTED_ROOT");
    const pinned = await place.sessionIn({ env: { PGS_EXPECT_SEAL: root } }, ...command);
    assert.equal(pinned.code, 0, `${command.join(" ")}: ${pinned.err}`);
  }
  assertRefused(await place.session("check", ...other), 3, "SEAL_UNEXPECTED_ROOT");
  assertRefused(await place.session("diff", SNAPSHOT, SNAPSHOT, ...other), 3, "SEAL_UNEXPECTED_ROOT");
  assertNothingLeft(place);
  const verified = await place.session("verify", ...other, "--json");
  assert.deepEqual([verified.code, codesByFile(document(verified))], [7, ["SEAL_UNEXPECTED_ROOT seal.json"]]);
  const said = await place.sessionIn({ env }, ...completed, "--expect-seal", root);
  assert.notEqual(said.code, 3, "the option goes before the environment");

  const unsealed = workspace(t, { snapshot: null });
  unsealedCopy(unsealed.path("protocol_snapshot"));
  const refused = await unsealed.session(...completed, "--expect-seal", root);
  assertRefused(refused, 3, "SEAL_ABSENT");
  assertHint(refused, /pgs seal/);
  assert.equal((await unsealed.session("verify", "--expect-seal", root)).code, 7);
  assertRefused(await unsealed.session("check", "--expect-seal", root), 3, "SEAL_ABSENT");
  const beside = await place.sessionIn(
    { env: { PGS_EXPECT_SEAL: root } },
    ...["diff", SNAPSHOT, unsealed.path("protocol_snapshot")],
  );
  assertRefused(beside, 3, "SEAL_ABSENT");
  assertNothingLeft(unsealed);
});

test("verify finds a changed file, an unlisted one and a missing one, all at once", async (t) => {
  const place = workspace(t, { snapshot: null });
  const folder = place.path("protocol_snapshot");
  cpSync(SNAPSHOT, folder, { recursive: true });
  const missing = "behavior_logic/WF_REVOKE_GRANT_V0/WF_REVOKE_GRANT_V0.graph.json";
  edit(artifactFile(folder, CONTRACT), (text) => `${text} `);
  writeFileSync(`${folder}/notes.txt`, "mine");
  rmSync(`${folder}/${missing}`);

  const said = await place.session("verify", "--json");
  const report = document(said);
  assert.deepEqual([said.code, report["ok"]], [7, false]);
  assert.deepEqual(codesByFile(report), [
    "FILE_NOT_SEALED notes.txt",
    `SEALED_FILE_CHANGED ${CONTRACT_FILE}`,
    `SEALED_FILE_MISSING ${missing}`,
  ]);
  const text = await place.session("verify");
  assert.deepEqual([text.code, text.out], [7, ""]);
  for (const name of ["notes.txt", CONTRACT_FILE, missing]) assert.ok(text.err.includes(name), text.err);
});

test("verify of an unsealed snapshot finds what its own text does not say; seal writes nothing then", async (t) => {
  const place = workspace(t, { snapshot: null });
  const folder = place.path("protocol_snapshot");
  unsealedCopy(folder);
  edit(artifactFile(folder, CONTRACT), (text) => text.replace('"op": "REGISTER"', '"op": "DEREGISTER"'));
  const verified = await place.session("verify", "--json");
  assert.equal(verified.code, 7);
  assert.deepEqual(codesByFile(document(verified)), [`EXECUTED_FIELD_DIFFERS ${CONTRACT_FILE}`]);
  const sealed = await place.session("seal");
  assert.deepEqual([sealed.code, sealed.out], [3, ""]);
  const refused = document(await place.session("seal", "--json"));
  assert.deepEqual(refused, { ...document(verified), root: null });
  assert.throws(() => readFileSync(`${folder}/seal.json`), /ENOENT/);
});

it("a seal that was tampered with is refused, whatever was changed in it", async (t) => {
  const place = workspace(t, { snapshot: null });
  const folder = place.path("protocol_snapshot");
  cpSync(SNAPSHOT, folder, { recursive: true });
  const seal = `${folder}/seal.json`;
  const sealed = readFileSync(seal, "utf8");
  const spoil: Readonly<Record<string, (text: string) => string>> = {
    "a size": (text) => text.replace(/"size":(\d)/, (_, digit) => `"size":${(Number(digit) % 9) + 1}`),
    "the root": (text) => text.replace(/"root":"(.)/, (_, digit) => `"root":"${digit === "0" ? "1" : "0"}`),
    "the last byte": (text) => text.slice(0, -2),
    "white space": (text) => text.replace('":"', '": "'),
    "a line left out": (text) => text.replace(/\n\{.*\n/, "\n"),
  };
  for (const [what, change] of Object.entries(spoil)) {
    writeFileSync(seal, change(sealed));
    assert.notEqual(readFileSync(seal, "utf8"), sealed, what);
    const said = await place.session(...completed);
    assert.deepEqual(
      [said.code, /^pgs: SEAL_\w+ .*seal\.json/.test(said.err)],
      [3, true],
      `${what}: ${said.err}`,
    );
    assert.equal((await place.session("verify")).code, 7, what);
  }
  assertNothingLeft(place);
});

test("a seal that cannot be written is refused with the system's own code", async (t) => {
  const place = workspace(t, { snapshot: null });
  unsealedCopy(place.path("protocol_snapshot"));
  const replaceFile = () => {
    throw new IoError("EROFS", null);
  };
  const said = await place.sessionIn({ replaceFile }, "seal");
  assertRefused(said, 3, "SEAL_UNWRITABLE");
  assert.match(said.err, /EROFS/);
});

test("a seal written by hand over changed executed fields lets nothing run; an expected root says who answers for it", async (t) => {
  const place = workspace(t, { snapshot: null });
  const snapshot = place.path("protocol_snapshot");
  unsealedCopy(snapshot);
  edit(artifactFile(snapshot, CONTRACT), (text) => text.replace('"SUCCESS": "continue"', '"SUCCESS": "exit"'));
  const files = contentsOf(snapshot);
  writeFileSync(place.path("protocol_snapshot/seal.json"), sealed(files).get("seal.json") as Uint8Array);
  const { root } = document(await place.session("verify", "--json")) as { root: string };
  const env = { XDG_CACHE_HOME: place.path("cache") };
  for (let i = 0; i < 2; i++) {
    const said = await place.sessionIn({ env }, ...completed, "--json");
    assert.deepEqual([said.code, at(document(said), "error", "code")], [3, "EXECUTED_FIELD_DIFFERS"]);
  }
  for (const command of [
    ["plan", "--wf", RELEASE],
    ["show", CONTRACT],
  ])
    assert.equal((await place.sessionIn({ env }, ...command)).code, 3, command.join(" "));
  assert.match((await place.session("verify")).err, /^pgs: EXECUTED_FIELD_DIFFERS /m);
  const pinned = await place.session("plan", "--wf", RELEASE, "--expect-seal", root);
  assert.equal(pinned.code, 0, pinned.err);
});
