/** `pgs check` as a session: what is found, what counts, what is known already. */

import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { RULES } from "../../src/check/rules.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { takingTurns } from "../support/portion.ts";
import { reauthor } from "./reauthor.ts";
import {
  assertHint,
  assertRefused,
  at,
  document,
  PROJECT,
  SNAPSHOT,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const GRANT = "agent_governance::WF_GRANT_TOOL_V0";

/** All of the project's snapshot but its seal. */
function copyTo(folder: string): void {
  cpSync(SNAPSHOT, folder, { recursive: true, filter: (path) => !path.endsWith("seal.json") });
}

/** The project's snapshot with one route taken out: one error, at a known place. */
function broken(place: Workspace): void {
  copyTo(place.path("protocol_snapshot"));
  reauthor(place.path("protocol_snapshot"), GRANT, (markdown) =>
    markdown.replace("        NOT_ON_SURFACE: DENY_TOOL\n", ""),
  );
}

suite("pgs check", () => {
  it("the project's own snapshot has no finding", async (t) => {
    const said = await workspace(t).session("check", "--fail-on", "note");
    assert.match(said.out, /^66 artifacts, \d+ rules: 0 errors, 0 warnings, 0 notes\n$/);
    assert.deepEqual([said.code, said.err], [0, ""]);
  });

  it("a finding is told below its artifact: line, severity, rule, sentence, place, hint", async (t) => {
    const place = workspace(t, { snapshot: null });
    broken(place);
    const said = await place.session("check");
    assert.equal(said.code, 7);
    const [head, line, sentence, where, hint] = said.out.split("\n");
    assert.equal(head, GRANT);
    assert.match(
      String(line),
      /^ {2}artifacts\/workflows\/agent_governance__WF_GRANT_TOOL_V0.json:\d+ {2}error {2}outcome-not-routed$/,
    );
    assert.match(String(sentence), /CHECK_TOOL_SURFACE can end with NOT_ON_SURFACE/);
    assert.match(
      String(where),
      /at \/frontmatter\/core\/nodes\/CHECK_TOOL_SURFACE\/next \(Markdown line \d+\)/,
    );
    assert.match(
      String(hint),
      /^ {4}hint: add \/frontmatter\/core\/nodes\/CHECK_TOOL_SURFACE\/next\/NOT_ON_SURFACE: "DENY_TOOL"$/,
    );
  });

  it("with --json a finding has all that another tool needs, and its lines are the right ones", async (t) => {
    const place = workspace(t, { snapshot: null });
    broken(place);
    const said = document(await place.session("check", "--json"));
    const [finding] = (said["findings"] as JsonObject[]).filter(({ rule }) => rule === "outcome-not-routed");
    assert.equal(said["ok"], false);
    const { file, line, markdown, facts } = finding as unknown as {
      file: string;
      line: number;
      markdown: number;
      facts: JsonObject;
    };
    assert.deepEqual(facts, { node: "CHECK_TOOL_SURFACE", outcome: "NOT_ON_SURFACE" });
    const text = readFileSync(place.path(`protocol_snapshot/${file}`), "utf8");
    const envelope = JSON.parse(text) as { content: string };
    assert.match(String(text.split("\n")[line - 1]), /"next"/);
    assert.match(String(envelope.content.split("\n")[markdown - 1]), /^ {6}next:/);
    assert.deepEqual(
      (said["rules"] as JsonObject[]).map(({ id }) => id),
      RULES.map(({ id }) => id),
    );
  });

  it("what cannot be read and what does not compile are findings beside the others", async (t) => {
    const place = workspace(t, { snapshot: null });
    broken(place);
    const snapshot = place.path("protocol_snapshot");
    reauthor(snapshot, "release_governance::CC_REGISTER_RELEASE_V0", (markdown) =>
      markdown.replace("store: RELEASES", "store: NOWHERE"),
    );
    writeFileSync(join(snapshot, "artifacts/actors/agent_governance__AC_AGENT_V0.json"), "{");
    const said = document(await place.session("check", "--json"));
    const rules = new Set((said["findings"] as JsonObject[]).map(({ rule }) => rule));
    for (const rule of ["corrupt-file", "store-undeclared", "outcome-not-routed"])
      assert.ok(rules.has(rule), rule);
  });

  it("a baseline takes what is found out of the count, and tells what is gone", async (t) => {
    const place = workspace(t, { snapshot: null });
    broken(place);
    const recorded = await place.session("check", "--baseline", "known.json", "--update-baseline");
    assert.match(recorded.out, /^known\.json: \d+ findings recorded\n$/);
    const again = await place.session("check", "--baseline", "known.json");
    assert.equal(again.code, 0, again.out);
    assert.match(again.out, /\d+ in the baseline/);
    reauthor(place.path("protocol_snapshot"), GRANT, (markdown) =>
      markdown.replace("        NACK: EXIT_REJECTED\n", ""),
    );
    const worse = await place.session("check", "--baseline", "known.json", "--json");
    assert.equal(worse.code, 7);
    const fresh = (document(worse)["findings"] as JsonObject[]).filter(({ severity }) => severity === "error");
    assert.deepEqual(
      fresh.map(({ facts }) => (facts as JsonObject)["outcome"]),
      ["NACK"],
    );
    copyTo(place.path("mended"));
    const mended = await place.session("check", "--snapshot", "mended", "--baseline", "known.json");
    assert.match(mended.out, /of the baseline no longer found: write a new one with --update-baseline/);
  });

  it("pgs-check.json changes severities, switches rules off with a reason, and names the baseline", async (t) => {
    const place = workspace(t, { snapshot: null });
    broken(place);
    const config = (value: unknown) =>
      writeFileSync(place.path("pgs-check.json"), JSON.stringify(value, null, 2));
    config({ rules: { "outcome-not-routed": "warning" } });
    assert.equal((await place.session("check")).code, 0);
    assert.equal((await place.session("check", "--fail-on", "warning")).code, 7);
    config({ rules: { "outcome-not-routed": "warning" }, fail_on: "warning" });
    assert.equal((await place.session("check")).code, 7);
    config({ rules: { "outcome-not-routed": { off: "routed by hand" } } });
    assert.match((await place.session("check")).out, /^outcome-not-routed is off: routed by hand$/m);
    config({ baseline: "known.json" });
    await place.session("check", "--update-baseline");
    assert.ok(existsSync(place.path("known.json")));
    assert.equal((await place.session("check")).code, 0);
  });

  it("a configuration that does not fit its schema is refused with code and place", async (t) => {
    const place = workspace(t);
    for (const [text, code, where] of [
      ['{"rules": {"outcome-not-ruoted": "note"}}', "UNKNOWN_RULE", "/rules/outcome-not-ruoted"],
      ['{"rules": {"outcome-not-routed": "fatal"}}', "CHECK_CONFIG_MALFORMED", "/rules/outcome-not-routed"],
      [
        '{"rules": {"outcome-not-routed": {"off": " "}}}',
        "CHECK_CONFIG_MALFORMED",
        "/rules/outcome-not-routed",
      ],
      ['{"baselines": "x"}', "CHECK_CONFIG_MALFORMED", "/baselines"],
      ['{"fail_on": "never"}', "CHECK_CONFIG_MALFORMED", "/fail_on"],
      ['{"fail_on": "note", "fail_on": "error"}', "CHECK_FILE_UNREADABLE", "DUPLICATE_KEY"],
    ] as const) {
      writeFileSync(place.path("given.json"), text);
      const said = await place.session("check", "--config", "given.json");
      assertRefused(said, 2, code);
      assert.ok(said.err.includes(where), said.err);
    }
    writeFileSync(place.path("given.json"), '{"rules": {"outcome-not-ruoted": "note"}}');
    assertHint(await place.session("check", "--config", "given.json"), /did you mean outcome-not-routed\?/);
  });

  it("a baseline that is none, is not there, or cannot be written is refused", async (t) => {
    const place = workspace(t);
    assertRefused(await place.session("check", "--baseline", "none.json"), 2, "FILE_MISSING");
    writeFileSync(place.path("odd.json"), '{"schema": "pgs.check-baseline/1", "findings": [{"rule": "x"}]}');
    const said = await place.session("check", "--baseline", "odd.json");
    assertRefused(said, 2, "BASELINE_MALFORMED");
    assert.match(said.err, /\/findings\/0/);
    assertRefused(await place.session("check", "--update-baseline"), 2, "BAD_USAGE");
    const unwritable = await place.session("check", "--baseline", "no/such/folder.json", "--update-baseline");
    assertRefused(unwritable, 2, "BASELINE_UNWRITABLE");
  });

  it("--coverage says of each invariant of the snapshot who holds it", async (t) => {
    const said = document(await workspace(t).session("check", "--coverage", "--json"));
    assert.deepEqual(said["counts"], { checked: 3, elsewhere: 0, not: 0 });
    assert.deepEqual(at(said, "invariants", 0, "rules"), ["outcome-not-handled", "outcome-not-routed"]);
    assert.match((await workspace(t).session("check", "--coverage")).out, /3 invariants: 3 checked/);
  });

  test("a folder that is no snapshot is refused", async (t) => {
    assertRefused(await workspace(t, { snapshot: null }).session("check"), 3, "SNAPSHOT_MISSING");
  });

  test("the page of rules lists each rule as it is", () => {
    const page = readFileSync(join(PROJECT, "docs/check.md"), "utf8");
    for (const { id, severity, about } of RULES)
      assert.ok(page.includes(`| \`${id}\` | ${severity} | ${about} |`), id);
    assert.equal(page.match(/^\| `[a-z-]+` \| (?:error|warning|note) \| .* \|$/gm)?.length, RULES.length);
  });
});
