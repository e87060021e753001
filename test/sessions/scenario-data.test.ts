/** The data folder and the payload file of a scenario: what may be named, and what becomes of one that cannot be copied. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { SCENARIO_DATA } from "../../src/json/limits.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { PLAYS_ALL, takingTurns } from "../support/portion.ts";
import { assertXml } from "../support/xml.ts";
import {
  assertHint,
  assertNothingLeft,
  assertRefused,
  at,
  document,
  FIXTURES,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

/** A grant on the data, with the payload file. */
const grant = (data: string, payload = "../fixtures/wf-grant-tool/completed.json") => `scenario: On ${data}
given: { data: ${data} }
steps:
  - name: grant
    workflow: agent_governance::WF_GRANT_TOOL_V0
    payload_file: ${payload}
    expect: { exit_reason: COMPLETED }
  - name: again
    workflow: agent_governance::WF_GRANT_TOOL_V0
    payload_file: ../fixtures/wf-grant-tool/completed.json
    expect: { exit_reason: COMPLETED }
`;

function withScenarios(t: TestContext, scenarios: Readonly<Record<string, string>>): Workspace {
  const place = workspace(t);
  cpSync(FIXTURES, place.path("fixtures"), { recursive: true });
  for (const [name, text] of Object.entries(scenarios)) {
    const file = place.path(`scenarios/${name}.scenario.yaml`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return place;
}

/** A folder outside every workspace, with a payload and data in it. */
function outside(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "pgs-outside-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(FIXTURES, folder, { recursive: true });
  return folder;
}

it("data and payloads are taken from the workspace alone, whatever links lead out of it", async (t) => {
  const elsewhere = outside(t);
  const place = withScenarios(t, { a: grant("../fixtures/data") });
  symlinkSync(elsewhere, place.path("scenarios/link"));
  symlinkSync(place.path("fixtures"), place.path("scenarios/inner"));
  const file = place.path("scenarios/a.scenario.yaml");
  const payload = "wf-grant-tool/completed.json";
  const leaving = [
    [elsewhere, undefined, "/given/data"],
    ["/", undefined, "/given/data"],
    ["/usr", undefined, "/given/data"],
    ["link", undefined, "/given/data"],
    ["link/data", undefined, "/given/data"],
    ["../..", undefined, "/given/data"],
    ["../fixtures/data", `${elsewhere}/${payload}`, "/steps/0/payload_file"],
    ["../fixtures/data", `link/${payload}`, "/steps/0/payload_file"],
  ] as const;
  for (const [data, payloadFile, pointer] of leaving) {
    writeFileSync(file, grant(data, payloadFile));
    const said = await place.session("test");
    assertRefused(said, 2, "SCENARIO_MALFORMED");
    assert.match(said.err, new RegExp(`${pointer} should be a path in the workspace`));
    assertHint(said, /--workspace/);
  }
  writeFileSync(file, grant("inner/data", `inner/${payload}`));
  assert.equal((await place.session("test")).code, 7, "the second step is denied");
  assertNothingLeft(place);
});

it("a scenario outside the command's workspace reads from its own", async (t) => {
  const other = withScenarios(t, { a: grant("../fixtures/data").split("  - name: again")[0] as string });
  const place = workspace(t);
  assert.equal((await place.session("test", other.path("scenarios"))).code, 0);
});

/** What may be in a data folder and cannot be copied, and what the system calls it. */
const uncopied: readonly (readonly [string, (path: string, t: TestContext) => Promise<void> | void, string])[] =
  [
    ["a pipe", (path) => void execFileSync("mkfifo", [path]), "ENXIO"],
    [
      "a socket",
      async (path, t) => {
        const server = createServer();
        t.after(() => server.close());
        await new Promise<void>((ready) => server.listen(path, ready));
      },
      "ENXIO",
    ],
    ...(process.getuid?.() === 0
      ? []
      : ([
          [
            "an unreadable file",
            (path: string) => {
              writeFileSync(path, "");
              chmodSync(path, 0);
            },
            "EACCES",
          ],
          ["an unreadable folder", (path: string) => mkdirSync(path, { mode: 0o300 }), "EACCES"],
        ] as const)),
  ];

for (const [what, make, errno] of uncopied) {
  it(`${what} in a data folder fails its scenario; the others run and every report is written`, async (t) => {
    const place = withScenarios(t, {
      a: grant("data"),
      b: grant("../fixtures/data").split("  - name: again")[0] as string,
    });
    mkdirSync(place.path("scenarios/data/below"), { recursive: true });
    await make(place.path("scenarios/data/below/x"), t);
    const reports = ["--junit", "j.xml", "--summary", "s.md", "--sarif", "s.sarif"];
    const said = await place.session("test", "--json", ...reports);
    assert.equal(said.code, 7, said.err);
    const report = document(said);
    assert.deepEqual(report["steps"], { total: 3, equal: 1, different: 2 });
    for (const step of at(report, "scenarios", "0", "steps") as readonly JsonObject[]) {
      assert.deepEqual(at(step, "differences"), [
        { at: "/given/data", expected: "data that can be prepared", found: `data/below/x: ${errno}` },
      ]);
    }
    assertXml(readFileSync(place.path("j.xml"), "utf8"));
    for (const file of ["j.xml", "s.md", "s.sarif"])
      assert.match(readFileSync(place.path(file), "utf8"), /data\/below\/x/, file);
    const gated = await place.session("gate", "--min", "0", "--json");
    const parts = document(gated)["parts"] as readonly JsonObject[];
    assert.deepEqual([gated.code, parts.find(({ part }) => part === "test")?.["state"]], [7, "failed"]);
    assertNothingLeft(place);
  });
}

it("data that cannot be prepared before a later step fails from that step on, also in another thread", async (t) => {
  const later = `${grant("../fixtures/data")}    given: { data: { a.json: x, a.json/b.json: y } }\n`;
  const place = withScenarios(t, { a: later, b: later });
  const here = await place.session("test");
  assert.equal(here.code, 7, here.err);
  assert.match(here.out, /^ {2}\/steps\/1\/given\/data\n {4}expected {2}.*\n {4}found {5}"a\.json\/b\.json: /m);
  assert.match(here.out, /2 scenarios, 4 steps, 2 equal, 2 different/);
  assert.deepEqual(await place.binary("test", "--jobs", "2"), here);
});

test("more data than a scenario may have fails it before the disk is full of copies", {
  skip: PLAYS_ALL ? false : "it writes ten thousand files; PGS_TEST_ALL=1 runs it",
}, async (t) => {
  const place = withScenarios(t, { large: grant("large"), many: grant("many") });
  for (const name of ["large", "many"]) mkdirSync(place.path(`scenarios/${name}`));
  // Sparse: only what is copied takes room.
  writeFileSync(place.path("scenarios/large/x.json"), "");
  truncateSync(place.path("scenarios/large/x.json"), SCENARIO_DATA.bytes + 1);
  for (let i = 0; i <= SCENARIO_DATA.files; i++) writeFileSync(place.path(`scenarios/many/${i}`), "");
  const said = await place.session("test", "--json");
  assert.equal(said.code, 7, said.err);
  const scenarios = document(said)["scenarios"] as readonly JsonObject[];
  const found = scenarios.map((one) => at((one["steps"] as JsonObject[])[0] as JsonObject, "differences"));
  assert.deepEqual(
    found.flatMap((one) => (one as JsonObject[]).map((difference) => difference["found"])),
    ["large: SCENARIO_DATA_LIMIT", "many: SCENARIO_DATA_LIMIT"],
  );
});
