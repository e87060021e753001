/** A secret of a run, or of the data, is in nothing that `test`, `certify` and `gate` print or write. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { portion, takingTurns } from "../support/portion.ts";
import { FIXTURES, PROJECT, RELEASE, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const ROLLBACK = "release_governance::WF_ROLLBACK_RELEASE_V0";
const AUDIT = "release_governance/release_audit.jsonl";

/** In the data before the run, under the suppressed name: one that a run would know by its value, and one too short. */
const LONG = "CONFIRMED_before_the_run";
const SHORT = "q7!";

/** Everything that must not be seen: the code of the payload, what a run makes of it, and the old ones. */
const SECRET = /417-309-582|CONFIRMED.{1,6}(?:[0-9a-f]{16}|before)|q7!/;

const REPORTS = ["--junit", "out/j.xml", "--summary", "out/s.md", "--sarif", "out/s.sarif"];

function withScenario(t: TestContext, expect: Json): Workspace {
  const place = workspace(t);
  cpSync(FIXTURES, place.path("fixtures"), { recursive: true });
  for (const folder of ["scenarios", "out"]) mkdirSync(place.path(folder));
  const fixture = (name: string) => JSON.parse(readFileSync(join(FIXTURES, name), "utf8")) as JsonObject;
  const old = [LONG, SHORT].map((confirmation_fingerprint, i) => ({
    record: { event_code: "EV_OTHER_V0", n: i, confirmation_fingerprint, note: `before ${LONG} after` },
  }));
  const steps = [
    { name: "release", workflow: RELEASE, payload: fixture("wf-release-change/completed.json") },
    { name: "rollback", workflow: ROLLBACK, payload: fixture("wf-rollback-release/completed.json") },
  ];
  const windows = fixture("data/release_governance/freeze_windows.json");
  const scenario = {
    scenario: "S",
    given: { data: { RELEASE_AUDIT: old, FREEZE_WINDOWS: windows } },
    steps: steps.map((step, i) => ({ ...step, expect: i === 0 ? { exit_reason: "COMPLETED" } : expect })),
  };
  writeFileSync(place.path("scenarios/s.scenario.json"), JSON.stringify(scenario, null, 2));
  return place;
}

/** Expectations of which each differs somewhere else, so that something with a secret in it is found there. */
const differing: Readonly<Record<string, Json>> = {
  "a list of another length": { stored: { RELEASE_AUDIT: [] } },
  "the value itself": {
    stored: { RELEASE_AUDIT: [{}, {}, {}, { record: { confirmation_fingerprint: "x" } }] },
  },
  "a value of the data before": {
    stored: { RELEASE_AUDIT: [{ record: { confirmation_fingerprint: 1 } }, {}, {}, {}] },
  },
  "a short one": { stored: { RELEASE_AUDIT: [{}, { record: { confirmation_fingerprint: null } }, {}, {}] } },
  "a record": { stored: { RELEASE_AUDIT: [{ record: 0 }, { record: 0 }, {}, { record: 0 }] } },
  "a text with one in it": { stored: { RELEASE_AUDIT: [{ record: { note: "" } }, {}, {}, {}] } },
  "the file as text": { stored: { [AUDIT]: "" } },
  "a set of records": { stored: { RELEASE_AUDIT: { $contains: [{ record: { n: 5 } }] } } },
  choices: { stored: { RELEASE_AUDIT: { $one_of: [[], 1] } } },
  "a record as it is": { stored: { RELEASE_AUDIT: { $exact: [1] } } },
  "the results": { results: { RECORD: 1 }, surface: { x: 1 }, events: [] },
  "an expected one": {
    stored: { RELEASE_AUDIT: [{}, { record: { confirmation_fingerprint: LONG } }, {}, {}] },
  },
};

const places = { name: "where data differ", diagnostic: console.log };
for (const [what, expect] of portion(places, Object.entries(differing), 1)) {
  it(`where ${what} differs, no secret is printed or written`, async (t) => {
    const place = withScenario(t, expect);
    const said = await place.session("test", ...REPORTS);
    assert.equal(said.code, 7, said.err);
    const json = await place.session("test", "--json");
    const github = await place.session("test", "--github");
    const gated = await place.session("gate", "--min", "0", "--json");
    const files = REPORTS.filter((one) => one.startsWith("out/")).map((one) =>
      readFileSync(place.path(one), "utf8"),
    );
    for (const text of [said.out, json.out, github.out, gated.out, ...files]) {
      assert.match(text, /rollback/);
      assert.doesNotMatch(text, SECRET);
    }
  });

  it(`where ${what} differs, an update writes no secret and is met without it`, async (t) => {
    const place = withScenario(t, expect);
    const file = place.path("scenarios/s.scenario.json");
    // What the author has written is the author's: the data before, and the payload.
    const authored = (text: string) => {
      const [{ expect: first }, { expect: second }] = (JSON.parse(text) as { steps: JsonObject[] }).steps as [
        JsonObject,
        JsonObject,
      ];
      return JSON.stringify([first, second]);
    };
    const before = authored(readFileSync(file, "utf8"));
    const said = await place.session("test", "--update");
    const after = authored(readFileSync(file, "utf8"));
    assert.doesNotMatch(`${said.out}${said.err}`, SECRET);
    assert.doesNotMatch(after, SECRET);
    if (after !== before) assert.equal((await place.session("test")).code, 0);
  });
}

it("an update writes for a secret that there is some value", async (t) => {
  const place = withScenario(t, differing["a list of another length"] as Json);
  assert.equal((await place.session("test", "--update")).code, 0);
  const written = readFileSync(place.path("scenarios/s.scenario.json"), "utf8");
  const expected = (JSON.parse(written) as { steps: { expect: { stored: { RELEASE_AUDIT: JsonObject[] } } }[] })
    .steps[1];
  assert.deepEqual(
    expected?.expect.stored.RELEASE_AUDIT.map(
      ({ record }) => (record as JsonObject)["confirmation_fingerprint"],
    ),
    [{ $any: true }, { $any: true }, undefined, { $any: true }],
  );
});

it("where a vector's data differ, certify prints and writes no secret", async (t) => {
  const place = workspace(t);
  mkdirSync(place.path("out"));
  const good = JSON.parse(
    readFileSync(join(PROJECT, "test/vectors/good/release-lifecycle.json"), "utf8"),
  ) as Record<string, Json>;
  for (const step of good["steps"] as unknown as { data_after: JsonObject }[]) step.data_after = {};
  const before = `{"record":{"confirmation_fingerprint":"${SHORT}"}}\n{"record":{"confirmation_fingerprint":"${LONG}"}}\n`;
  good["data_before"] = { ...(good["data_before"] as JsonObject), "notes/old.jsonl": before };
  const [first] = good["steps"] as unknown as { fs_before?: Json; data_after: JsonObject }[];
  if (first !== undefined) first.data_after = { "notes/old.jsonl": null };
  mkdirSync(place.path("vectors"));
  writeFileSync(place.path("vectors/v.json"), JSON.stringify(good));
  const said = await place.session("certify", "vectors", ...REPORTS);
  assert.equal(said.code, 7, said.err);
  const json = await place.session("certify", "vectors", "--json");
  const files = REPORTS.filter((one) => one.startsWith("out/")).map((one) =>
    readFileSync(place.path(one), "utf8"),
  );
  for (const text of [said.out, json.out, ...files]) assert.doesNotMatch(text, SECRET);
  assert.match(json.out, /\$suppressed/);
});
