/** `pgs compile`, `pgs build`, and what the other commands say of a snapshot that is not what its Markdown makes. */

import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { OWN_PACKAGE } from "../support/own-package.ts";
import { takingTurns } from "../support/portion.ts";
import { edit } from "./reauthor.ts";
import {
  assertHint,
  assertRefused,
  at,
  document,
  fixture,
  nextChange,
  PROJECT,
  tree,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const RELEASE = "workflows/release_governance__WF_RELEASE_CHANGE_V0.md";
const EVENT = "events/release_governance__EV_RELEASE_DENIED_V0.md";

/** A workspace with the project's Markdown and its snapshot. */
function authored(t: TestContext, { snapshot = true } = {}): Workspace {
  const place = workspace(t, { snapshot: null, data: join(PROJECT, "fixtures/data") });
  cpSync(join(PROJECT, "protocol"), place.path("protocol"), { recursive: true });
  if (snapshot)
    cpSync(join(PROJECT, "protocol_snapshot"), place.path("protocol_snapshot"), { recursive: true });
  return place;
}

const text = (place: Workspace, file: string) => readFileSync(place.path(file), "utf8");

it("an empty workspace compiles to the project's snapshot, and is sealed to its root", async (t) => {
  const place = authored(t, { snapshot: false });
  const said = await place.session("build", "--json");
  assert.equal(said.code, 0, said.out);
  const built = document(said);
  const names = tree(join(PROJECT, "protocol_snapshot"));
  assert.deepEqual(tree(place.path("protocol_snapshot")), names);
  for (const name of names.filter((one) => one.endsWith(".json") && one !== "seal.json"))
    assert.equal(
      text(place, `protocol_snapshot/${name}`),
      readFileSync(join(PROJECT, "protocol_snapshot", name), "utf8"),
    );
  const { root } = JSON.parse(
    readFileSync(join(PROJECT, "protocol_snapshot/seal.json"), "utf8").split("\n").join(""),
  ) as { root: string };
  assert.equal(at(built, "seal", "root"), root);
  assert.equal((await place.session("build", "--check")).code, 0);
});

it("errors of several files are listed with their places, and the snapshot stays as it is", async (t) => {
  const place = authored(t);
  const before = tree(place.folder);
  edit(place.path(`protocol/${RELEASE}`), (markdown) => markdown.replace("start_node:", "start_nod:"));
  edit(place.path(`protocol/${EVENT}`), (markdown) => markdown.replace("version: v0", "version: 0"));
  const said = await place.session("compile");
  assert.equal(said.code, 3);
  assert.match(
    said.out,
    /^protocol\/events\/release_governance__EV_RELEASE_DENIED_V0\.md:\d+:10 {2}error {2}WRONG_TYPE$/m,
  );
  assert.match(
    said.out,
    /^protocol\/workflows\/release_governance__WF_RELEASE_CHANGE_V0\.md:\d+:3 {2}error {2}UNKNOWN_KEY$/m,
  );
  assert.match(said.out, /^ {2}hint: rename \/core\/start_nod to "start_node"$/m);
  assert.match(said.out, /^66 artifacts: 2 errors, 0 warnings\nthe snapshot stays as it is$/m);
  assert.deepEqual(tree(place.folder), before);
  const json = document(await place.session("compile", "--json"));
  assert.deepEqual(
    [json["ok"], at(json, "counts", "error"), at(json, "problems", 0, "at")],
    [false, 2, "/version"],
  );
  const github = await place.session("compile", "--github");
  assert.match(github.out, /^::error file=protocol\/events\/\S+,line=\d+,col=10,title=pgs WRONG_TYPE::/m);
  const sarif = JSON.parse((await place.session("compile", "--sarif", "-")).out) as object;
  const region = at(sarif, "runs", 0, "results", 0, "locations", 0, "physicalLocation", "region");
  assert.deepEqual(region, { startLine: at(json, "problems", 0, "line"), startColumn: 10 });
});

it("--check tells a stale snapshot and changes nothing; a change removes the seal and keeps what others put there", async (t) => {
  const place = authored(t);
  assert.equal((await place.session("compile", "--check")).code, 0);
  edit(place.path(`protocol/${EVENT}`), (markdown) =>
    markdown.replace(/^ {2}summary: .*$/m, "  summary: Changed"),
  );
  rmSync(place.path("protocol/actors/agent_governance__AC_AGENT_V0.md"));
  writeFileSync(place.path("protocol_snapshot/artifacts/mine.txt"), "mine");
  const before = tree(place.folder);
  const checked = await place.session("compile", "--check");
  assert.equal(checked.code, 7, checked.out);
  assert.match(checked.out, /the snapshot is stale: \d+ files to write, 1 to remove\nhint: type pgs compile$/m);
  assert.deepEqual(tree(place.folder), before);
  const said = document(await place.session("compile", "--json"));
  assert.deepEqual([said["ok"], said["seal_removed"]], [true, true]);
  assert.deepEqual(said["removed"], ["artifacts/actors/agent_governance__AC_AGENT_V0.json"]);
  assert.ok(!existsSync(place.path("protocol_snapshot/seal.json")));
  assert.equal(text(place, "protocol_snapshot/artifacts/mine.txt"), "mine");
  assert.match((await place.session("compile")).out, /^65 artifacts.*\nthe snapshot is up to date$/m);
});

it("a capability that nobody authored gets its artifact from its declaration, and the workflow runs", async (t) => {
  const place = authored(t);
  rmSync(place.path("protocol/capability_transforms"), { recursive: true });
  rmSync(place.path("protocol/capability_side_effects"), { recursive: true });
  const said = document(await place.session("compile", "--json"));
  assert.equal(said["ok"], true, JSON.stringify(said["problems"]));
  assert.equal((said["generated"] as readonly string[]).length, 11);
  const payload = ["--payload", fixture("wf-release-change/completed")];
  assert.equal(
    (await place.session("run", "release_governance::WF_RELEASE_CHANGE_V0", ...payload, "--no-png")).code,
    0,
  );
  assert.match((await place.session("check")).out, /0 errors/);
});

it("check, verify, seal and gate tell a snapshot that is not what its Markdown makes; another snapshot is none of theirs", async (t) => {
  const place = authored(t);
  edit(place.path(`protocol/${EVENT}`), (markdown) =>
    markdown.replace(/^ {2}summary: .*$/m, "  summary: Changed"),
  );
  const line = text(place, `protocol/${EVENT}`).split("\n").indexOf("  summary: Changed") + 1;
  const source = { file: `protocol/${EVENT}`, line };
  const checked = document(await place.session("check", "--json"));
  const found = at(checked, "findings") as readonly unknown[];
  assert.deepEqual(
    found.map((_, i) => [at(found, i, "rule"), at(found, i, "authored")]),
    [["authored-differs", source]],
  );
  assert.match(
    (await place.session("check")).out,
    new RegExp(`^  protocol/${EVENT}:${line}  error  authored-differs$`, "m"),
  );
  for (const argv of [["verify"], ["seal"]]) {
    const said = await place.session(...argv);
    assert.match(said.err, new RegExp(`AUTHORED_DIFFERS .*\\(protocol/${EVENT}:${line}\\)`));
    assertHint(said, /pgs compile/);
    assert.equal(said.code, argv[0] === "seal" ? 3 : 7);
  }
  const annotated = (await place.session("gate", "--github")).out;
  const places = [...annotated.matchAll(/^::error file=(protocol[^,]*),line=(\d+)/gm)];
  assert.deepEqual(
    places.map(([, file, at]) => [file, Number(at)]),
    [[source.file, line]],
  );
  assert.equal((await place.session("verify", "--snapshot", "protocol_snapshot")).code, 0);
  assert.equal((await place.session("build")).code, 0);
  assert.equal((await place.session("verify")).code, 0);
});

it("what the check says of a snapshot is not said by compiling it, too", async (t) => {
  const place = authored(t);
  edit(place.path(`protocol/${RELEASE}`), (markdown) => markdown.replace(/^ +VIOLATION: EXIT_ERROR\n/m, ""));
  const once = /names no route|has no route|no route/g;
  const compiled = (await place.session("compile")).out;
  assert.equal(compiled.match(once)?.length, 1, compiled);
  const built = await place.session("build");
  assert.equal(built.out.match(once)?.length, 1, built.out);
  assert.match(built.out, new RegExp(`^  protocol/${RELEASE}:\\d+  error  outcome-not-routed$`, "m"));
  const reported = (await place.session("build", "--github")).out;
  assert.equal(reported.match(/^::\w+ .*route/gm)?.length, 1, reported);
  const said = document(await place.session("build", "--json"));
  assert.deepEqual([at(said, "compile", "problems"), at(said, "check", "ok")], [[], false]);
});

it("run says that the snapshot is older than a changed file, and --compile compiles first", async (t) => {
  const place = authored(t);
  const run = [
    "run",
    "release_governance::WF_RELEASE_CHANGE_V0",
    "--payload",
    fixture("wf-release-change/completed"),
    "--no-png",
  ];
  const index = place.path("protocol_snapshot/artifact_index/index.json");
  const past = new Date("2026-01-01T00:00:00Z");
  utimesSync(index, past, past);
  assert.equal((await place.session(...run)).err, "", "the same text, written later, is no change");
  edit(place.path(`protocol/${EVENT}`), (markdown) =>
    markdown.replace(/^ {2}summary: .*$/m, "  summary: Changed"),
  );
  assert.match(
    (await place.session(...run)).err,
    /^notice: the snapshot is older than protocol\/events\/\S+: --compile compiles first$/m,
  );
  const compiled = await place.session(...run, "--compile");
  assert.match(
    compiled.err,
    /^notice: the snapshot is compiled: 1 file changed; seal\.json is removed: pgs build makes a new one$/m,
  );
  assert.equal((await place.session(...run)).err, "");
  edit(place.path(`protocol/${EVENT}`), (markdown) => markdown.replace("version: v0", "version: 0"));
  const refused = await place.session(...run, "--compile");
  assert.match(refused.err, /WRONG_TYPE[\s\S]*^pgs: AUTHORED_INVALID /m);
  assert.equal(refused.code, 3);
});

it("artifacts of another snapshot become part of what mentions them", async (t) => {
  const place = authored(t, { snapshot: false });
  for (const folder of ["capability_transforms", "capability_side_effects", "governance"])
    rmSync(place.path(`protocol/${folder}`), { recursive: true });
  cpSync(join(PROJECT, "protocol_snapshot"), place.path("base"), { recursive: true });
  const without = document(await place.session("compile", "--json"));
  assert.ok(JSON.stringify(without["problems"]).includes("governance::CONSTITUTION_BEHAVIOUR_V0"));
  const said = document(await place.session("compile", "--onto", "base", "--json"));
  assert.deepEqual([said["ok"], said["generated"]], [true, []], JSON.stringify(said["problems"]));
  const file = "artifacts/capability_side_effects/capability_side_effects__CS_REGISTRY_V0.json";
  assert.equal(text(place, `protocol_snapshot/${file}`), text(place, `base/${file}`));
  assert.equal((await place.session("compile", "--onto", "base", "--check")).code, 0);
  writeFileSync(place.path("pgs.json"), JSON.stringify({ onto: "base", ...OWN_PACKAGE }));
  assert.match((await place.session("check")).out, /0 errors/);
});

test("a folder that is not there, is empty, or would be replaced with its sources is refused", async (t) => {
  const place = workspace(t);
  assertRefused(await place.session("compile"), 3, "AUTHORED_NOT_NAMED");
  assertRefused(await place.session("compile", "--authored", "nowhere"), 3, "AUTHORED_MISSING");
  const other = authored(t);
  assertRefused(await other.session("compile", "--snapshot", "."), 3, "SNAPSHOT_HOLDS_SOURCES");
  rmSync(other.path("protocol"), { recursive: true });
  cpSync(join(PROJECT, "fixtures/data"), other.path("protocol/data"), { recursive: true });
  const said = await other.session("compile");
  assert.match(said.out, /STRAY_FILE/);
  assert.equal(said.code, 3);
});

it("while it watches, a change is compiled, checked, and tested where scenarios are about it", async (t) => {
  const place = authored(t);
  cpSync(join(PROJECT, "scenarios"), place.path("scenarios"), { recursive: true });
  cpSync(join(PROJECT, "fixtures"), place.path("fixtures"), { recursive: true });
  const change = (file: string, from: RegExp | string, to: string) => () =>
    edit(place.path(`protocol/${file}`), (markdown) => markdown.replace(from, to));
  const changes = [
    change(EVENT, /^ {2}summary: .*$/m, "  summary: Changed"),
    change(EVENT, "version: v0", "version: 0"),
    change(EVENT, "version: 0", "version: v0"),
    change("actors/agent_governance__AC_AGENT_V0.md", /^ {2}summary: .*$/m, "  summary: Changed"),
  ];
  const said = await place.sessionIn({ awaitChange: () => nextChange(changes.shift()) }, "compile", "--watch");
  const rounds = said.out.split(/(?=^66 artifacts: \d error|^protocol\/events)/m).slice(0);
  const compiled = rounds.map(
    (round) => /^(?:the snapshot is up to date|the snapshot stays as it is|1 file written)$/m.exec(round)?.[0],
  );
  assert.deepEqual(
    compiled.filter((one) => one !== undefined),
    [
      "the snapshot is up to date",
      "1 file written",
      "the snapshot stays as it is",
      "the snapshot is up to date",
      "1 file written",
    ],
    said.out,
  );
  const [first = "", second = ""] = rounds;
  assert.match(first, /^66 artifacts, \d+ rules: 0 errors/m);
  const played = (round: string) => Number(/^(\d+) scenarios?, /m.exec(round)?.[1]);
  assert.ok(played(second) > 0 && played(second) < played(first), said.out);
  assert.match(said.out, /no scenario is about the change\n$/);
  assert.equal(said.err.match(/^watching protocol, scenarios, own-capabilities; \^C ends it$/gm)?.length, 5);
});
