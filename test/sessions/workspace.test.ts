/** Commands in a workspace that `pgs.json` describes: from any of its folders they work on the same things. */

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { OWN_PACKAGE } from "../support/own-package.ts";
import { takingTurns } from "../support/portion.ts";
import {
  assertHint,
  assertRefused,
  at,
  document,
  FIXTURES,
  fixture,
  RELEASE,
  SNAPSHOT,
  tracesIn,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const MEMBERS = {
  ...OWN_PACKAGE,
  snapshot: "build/snapshot",
  data_root: "var/data",
  traces: "var/traces",
  scenarios: "tests",
  vectors: "tests/vectors",
};

/** A workspace with nothing in its usual place, and command lines in a folder deep in it. */
function unusual(t: TestContext, members: object = MEMBERS) {
  const place = workspace(t, { snapshot: null });
  writeFileSync(place.path("pgs.json"), JSON.stringify(members));
  for (const folder of ["build", "tests"]) mkdirSync(place.path(folder));
  mkdirSync(place.path("a/b"), { recursive: true });
  symlinkSync(SNAPSHOT, place.path("build/snapshot"));
  cpSync(join(FIXTURES, "data"), place.path("var/data"), { recursive: true });
  const inside = (...argv: readonly string[]) => place.sessionIn({ cwd: place.path("a/b") }, ...argv);
  return { place, inside };
}

suite("a workspace", () => {
  it("every command works from a folder deep in it", async (t) => {
    const { place, inside } = unusual(t);
    const run = document(
      await inside("run", RELEASE, "--payload", fixture("wf-release-change/completed"), "--json", "--no-png"),
    );
    const [trace = ""] = tracesIn(place.path("var/traces"));
    assert.equal(at(run, "trace", "jsonl"), trace);
    const kept = await inside("test", "--from-trace", trace);
    assert.equal(kept.code, 0, kept.err);
    assert.ok(readdirSync(place.path("tests")).some((name) => name.includes("WF_RELEASE_CHANGE_V0")));
    for (const argv of [
      ["examine", trace],
      ["render", trace, "--md", place.path("run.md")],
      ["list"],
      ["show", RELEASE],
      ["plan", RELEASE],
      ["verify"],
      ["check"],
      ["conformance"],
      ["coverage", trace],
      ["test"],
      ["gate", "--min", "0"],
      ["data", "locks"],
    ]) {
      const said = await inside(...argv);
      assert.equal(said.code, 0, `${argv.join(" ")}: ${said.err}`);
      if (argv[0] === "data")
        assert.equal(document(await inside(...argv, "--json"))["data_root"], place.path("var/data"));
    }
    assert.ok(!existsSync(place.path("a/b/traces")) && !existsSync(place.path("data")));
  });

  test("certify runs the vectors that pgs.json names, and says so when it names none", async (t) => {
    const { place, inside } = unusual(t);
    assertRefused(await inside("certify"), 2, "VECTORS_MISSING");
    writeFileSync(place.path("pgs.json"), JSON.stringify({ ...MEMBERS, vectors: null }));
    const said = await inside("certify");
    assertRefused(said, 2, "BAD_USAGE");
    assertHint(said, /pgs\.json/);
  });

  test("options and the environment win over the file", async (t) => {
    const { place, inside } = unusual(t);
    const run = ["run", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png", "--no-md"];
    await inside(...run, "--traces", "here", "--data-root", "there");
    assert.equal(tracesIn(place.path("a/b/here")).length, 1);
    assert.ok(existsSync(place.path("a/b/there")));
    await place.sessionIn({ cwd: place.path("a/b"), env: { PGS_DATA_ROOT: "other" } }, ...run);
    assert.ok(existsSync(place.path("a/b/other")));
    assert.equal(tracesIn(place.path("var/traces")).length, 1);
    assertRefused(await inside("list", "--snapshot", "nowhere"), 3, "SNAPSHOT_MISSING");
  });

  test("a named folder is the workspace, and nothing above it is looked for", async (t) => {
    const { place, inside } = unusual(t);
    const none = await inside("list", "--workspace", ".");
    assertRefused(none, 3, "SNAPSHOT_MISSING");
    assert.doesNotMatch(none.err, /does not exist/);
    const gone = await inside("list", "--workspace", "nope");
    assertRefused(gone, 3, "SNAPSHOT_MISSING");
    assert.match(gone.err, /no protocol snapshot: the folder of the workspace does not exist/);
    assert.equal((await place.sessionIn({ cwd: "/" }, "list", "--workspace", place.folder)).code, 0);
    assert.equal((await place.sessionIn({ cwd: "/", env: { PGS_WORKSPACE: place.folder } }, "list")).code, 0);
  });

  test("the nearest of two is the one", async (t) => {
    const { place, inside } = unusual(t);
    writeFileSync(place.path("a/pgs.json"), '{"snapshot": "none"}');
    const said = await inside("list");
    assertRefused(said, 3, "SNAPSHOT_MISSING");
    assertHint(said, /--workspace|--snapshot/);
  });

  test("a trace beside another workspace is examined with that workspace's snapshot", async (t) => {
    const { place, inside } = unusual(t);
    await inside("run", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png", "--no-md");
    const [trace = ""] = tracesIn(place.path("var/traces"));
    const elsewhere = workspace(t, { snapshot: null });
    const found = document(await elsewhere.session("examine", trace, "--json"));
    assert.equal(at(found, "replayed", "ok"), true);
    writeFileSync(place.path("pgs.json"), "{");
    assertRefused(await elsewhere.session("examine", trace), 2, "WORKSPACE_FILE_UNREADABLE");
  });

  for (const foreign of ["pgs.json", "."]) {
    it(`a workspace whose ${foreign} is another user's counts only where it is named`, async (t) => {
      const { place } = unusual(t);
      const owned = place.path(foreign).replace(/\/\.$/, "");
      const isOfAnother = (path: string) => path === owned;
      const inside = { cwd: place.path("a/b"), isOfAnother };
      const refused = await place.sessionIn(inside, "list");
      assertRefused(refused, 2, "WORKSPACE_NOT_OWNED");
      const hinted = /^hint: type --workspace (\S+) if/m.exec(refused.err)?.[1] ?? "";
      assert.equal((await place.sessionIn(inside, "list", "--workspace", hinted)).code, 0);
      const env = { PGS_WORKSPACE: place.folder };
      assert.equal((await place.sessionIn({ ...inside, env }, "list")).code, 0);
      assert.match((await place.sessionIn({ isOfAnother }, "list")).err, /^hint: type --workspace \. if/m);
      assert.equal((await place.sessionIn(inside, "completion", "bash")).code, 0);
      const payload = ["--payload", fixture("wf-release-change/completed"), "--no-png", "--no-md"];
      await place.session("run", RELEASE, ...payload);
      const [trace = ""] = tracesIn(place.path("var/traces"));
      const elsewhere = workspace(t, { snapshot: null });
      const examined = await elsewhere.sessionIn({ isOfAnother }, "examine", trace);
      assertRefused(examined, 2, "WORKSPACE_NOT_OWNED");
      const named = ["--workspace", /--workspace (\S+)/.exec(examined.err)?.[1] ?? ""];
      assert.equal((await elsewhere.sessionIn({ isOfAnother }, "examine", trace, ...named)).code, 0);
    });
  }

  test("commands that need no workspace do not read its file", async (t) => {
    const { place, inside } = unusual(t, { oops: true });
    assertRefused(await inside("list"), 2, "WORKSPACE_MEMBER_UNKNOWN");
    assert.equal((await inside("completion", "bash")).code, 0);
    assert.equal((await inside("--version")).code, 0);
    assert.equal(document(await inside("list", "--json"))["error"] !== undefined, true);
    assert.ok(existsSync(place.path("pgs.json")));
  });

  it("the member check configures the check; with pgs-check.json beside it, neither is taken", async (t) => {
    const { place, inside } = unusual(t, { ...MEMBERS, check: { rules: { "outcome-not-ruoted": "note" } } });
    const unknown = await inside("check");
    assertRefused(unknown, 2, "UNKNOWN_RULE");
    assert.match(unknown.err, /pgs\.json:1 at \/check\/rules\/outcome-not-ruoted/);
    const members = {
      ...MEMBERS,
      check: { baseline: "known.json", rules: { "outcome-not-routed": { off: "by hand" } } },
    };
    writeFileSync(place.path("pgs.json"), JSON.stringify(members));
    assert.equal((await inside("check", "--update-baseline")).code, 0);
    assert.ok(existsSync(place.path("known.json")));
    assert.match((await inside("check")).out, /^outcome-not-routed is off: by hand$/m);
    writeFileSync(place.path("pgs-check.json"), "{}");
    assertRefused(await inside("check"), 2, "CHECK_CONFIG_TWICE");
    writeFileSync(place.path("pgs.json"), JSON.stringify(MEMBERS));
    const former = await inside("check");
    assert.match(
      former.err,
      /^notice: .*pgs-check\.json is read; it can be the member "check" of pgs\.json instead$/m,
    );
    assert.equal((await inside("check", "--quiet")).err, "");
  });

  test("the hint for a snapshot that pgs.json names elsewhere names it, too", async (t) => {
    const { place, inside } = unusual(t);
    renameSync(place.path("build/snapshot"), place.path("protocol_snapshot"));
    const said = await inside("list");
    assertRefused(said, 3, "SNAPSHOT_MISSING");
    const options = /hint: type (--.*)$/m.exec(said.err)?.[1]?.split(" ") ?? [];
    assert.equal((await inside("list", ...options)).code, 0, said.err);
  });
});
