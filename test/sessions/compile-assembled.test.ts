/** `pgs compile` of the successor's Markdown: an assembled snapshot, sealed by its manifest, that runs. */

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { authoredIn, SUBSET, subsetTexts } from "../snapshot/build/successor.ts";
import { unpacked } from "../support/archive.ts";
import { LENDING } from "../support/lending-domain.ts";
import { takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { edit } from "./reauthor.ts";
import { document, PROJECT, tree, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

function put(place: Workspace, texts: Iterable<readonly [path: string, text: string]>): void {
  for (const [path, text] of texts) {
    mkdirSync(dirname(place.path(path)), { recursive: true });
    writeFileSync(place.path(path), text);
  }
}

function lending(t: TestContext): Workspace {
  const place = workspace(t, { snapshot: null });
  put(
    place,
    [...LENDING].map(([path, text]) => [`protocol/${path}`, text]),
  );
  put(place, [
    ["payload.json", '{ "item": "atlas", "reader": "ann" }'],
    ["data/lending/members.json", '{ "ann": { "name": "Ann" } }'],
  ]);
  return place;
}

const RUN = ["run", "lending::WF_LEND_ITEM_V1", "--payload", "payload.json", "--no-png"];

it("a domain is compiled, verified and run; its manifest is its seal", async (t) => {
  const place = lending(t);
  const compiled = await place.session("compile");
  assert.equal(compiled.code, 0, compiled.out);
  assert.match(compiled.out, /^16 artifacts: 0 errors, 0 warnings$/m);
  assert.match((await place.session("compile", "--check")).out, /the snapshot is up to date$/m);
  const verified = await place.session("verify", "--json");
  assert.equal(verified.code, 0, verified.out);
  const { root } = document(verified);
  const manifest = JSON.parse(readFileSync(place.path("protocol_snapshot/manifest.json"), "utf8")) as object;
  assert.deepEqual(Object.entries(manifest)[1], ["snapshot_id", root]);
  const ran = document(await place.session(...RUN, "--json"));
  assert.deepEqual([ran["status"], ran["outcome"]], ["SUCCESS", "SUCCESS"], JSON.stringify(ran));
  assert.deepEqual(JSON.parse(readFileSync(place.path("data/lending/loans.json"), "utf8")), {
    atlas: { item: "atlas", reader: "ann" },
  });
  const superseded = await place.session("run", "lending::WF_LEND_ITEM_V0", "--payload", "payload.json");
  assert.match(superseded.err, /WORKFLOW_SUPERSEDED/);
});

test("a plan is compared with the projection that was made beside it", async (t) => {
  const place = lending(t);
  await place.session("compile");
  const plan = ["plan", "lending::WF_LEND_ITEM_V1", "--witness", "tokenized"];
  const same = await place.session(...plan);
  assert.equal(same.code, 0);
  assert.match(same.out, /^tokenized\/lending: nothing that it says differs from the plan$/m);
  assert.match(same.out, /^ {2}exit\.reason +2 +reasons of ends$/m);
  // The first workflow is superseded: that of the last is changed.
  edit(place.path("protocol_snapshot/tokenized/lending/dispatch.json"), (text) =>
    text.replace(/([\s\S]*)"exit": "EXIT_LENT"/, '$1"exit": "EXIT_ERROR"'),
  );
  const differs = await place.session(...plan);
  assert.equal(differs.code, 7);
  assert.match(differs.out, /^tokenized\/lending: 1 place differs or is missing$/m);
  assert.match(differs.out, /^ {2}artifact {4}.*EXIT_LENT.* \(protocol\/\S+WF_LEND_ITEM_V1\.md:\d+\)$/m);
  assert.match(differs.out, /^ {2}projection {2}.*EXIT_ERROR/m);
  const said = document(await place.session(...plan, "--json"));
  assert.equal(said["ok"], false);
});

test("without a projection there is no witness, and the hint says what to add", async (t) => {
  const place = workspace(t);
  const said = await place.session(
    "plan",
    "release_governance::WF_RELEASE_CHANGE_V0",
    "--witness",
    "tokenized",
  );
  assert.equal(said.code, 3);
  assert.match(said.err, /WITNESS_MISSING/);
});

it("a change of the prose alone changes the artifact and the root; a signature goes with it", async (t) => {
  const place = lending(t);
  await place.session("compile");
  writeFileSync(place.path("protocol_snapshot/signature.json"), "{}");
  const before = tree(place.folder);
  edit(place.path("protocol/lending/registry/desk/AC_CLERK_V0.md"), (text) =>
    text.replace("For tests.", "Another text."),
  );
  const said = document(await place.session("compile", "--json"));
  assert.deepEqual(
    [said["written"], said["seal_removed"]],
    [
      [
        "canonical/lending/actors/lending__AC_CLERK_V0.json",
        "canonical/lending/metadata.json",
        "manifest.json",
      ],
      true,
    ],
  );
  assert.ok(!existsSync(place.path("protocol_snapshot/signature.json")));
  assert.equal(tree(place.folder).length, before.length - 1);
});

it("what a domain no longer has goes, and so does what is left of a snapshot of another form", async (t) => {
  const place = lending(t);
  put(place, [
    ["protocol_snapshot/artifacts/events/lending__EV_OLD_V0.json", "{}"],
    ["protocol_snapshot/artifact_index/index.json", "{}"],
    ["protocol_snapshot/seal.json", "{}"],
    ["protocol_snapshot/tokenized/gone/dispatch.json", "{}"],
    ["protocol_snapshot/behavior_logic/gone/WF_GONE_V0/WF_GONE_V0.graph.json", "{}"],
  ]);
  const said = document(await place.session("compile", "--json"));
  assert.equal((said["removed"] as readonly string[]).length, 4);
  assert.equal((await place.session("verify")).code, 0);
});

it("build compiles, checks and verifies an assembled snapshot", async (t) => {
  const place = lending(t);
  const built = document(await place.session("build", "--json"));
  assert.equal(built["ok"], true, JSON.stringify(built));
  assert.equal((await place.session("build", "--check")).code, 0);
});

test("a snapshot of another form is none to build upon, whichever is which", async (t) => {
  const place = lending(t);
  await place.session("compile");
  put(place, [["own/events/lending__EV_DONE_V0.md", "# EV_DONE_V0\n"]]);
  const own = ["--authored", "own", "--onto", "protocol_snapshot", "--snapshot", "other"];
  for (const sources of [own, ["--onto", join(PROJECT, "protocol_snapshot")]]) {
    const said = document(await place.session("compile", ...sources, "--json"));
    const [problem, ...others] = said["problems"] as readonly JsonObject[];
    assert.deepEqual([problem?.["code"], others], ["OTHER_FORM", []]);
  }
});

it("the successor's domains, compiled onto their platform, carry out all recorded scenarios", {
  skip: skipWithout(SUBSET),
}, async (t) => {
  const place = workspace(t, { snapshot: null });
  put(
    place,
    authoredIn(subsetTexts(), (domain) => domain !== "platform").map(
      ({ path, text }) => [`protocol/${path}`, text] as const,
    ),
  );
  cpSync(join(unpacked(SUBSET), "subset"), place.path("base"), { recursive: true });
  put(place, [["pgs.json", '{ "onto": "base" }']]);
  const compiled = await place.session("compile");
  assert.match(compiled.out, /^121 artifacts: 0 errors, /m);
  assert.equal((await place.session("verify")).code, 0);
  const certified = await place.session("certify", sharedPath("assembled/vectors"));
  assert.match(certified.out, /^12 scenarios, 109 steps, 109 equal, 0 different$/m);
});
