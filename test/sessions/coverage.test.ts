/** `pgs coverage`: what the runs of some traces never took, and which traces are not counted. */

import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { assertElements } from "../support/cobertura.ts";
import { takingTurns } from "../support/portion.ts";
import {
  assertHint,
  assertRefused,
  at,
  document,
  fixture,
  PROJECT,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const REVOKE = "agent_governance::WF_REVOKE_GRANT_V0";
const ARTIFACT = "protocol_snapshot/artifacts/workflows/agent_governance__WF_REVOKE_GRANT_V0.json";

/** A workspace in which a grant that nobody holds was revoked twice, and a malformed revocation turned down. */
async function revoked(t: TestContext): Promise<Workspace> {
  const place = workspace(t);
  for (const payload of ["not-found", "not-found", "nack-everything-wrong"]) {
    await place.session(
      "run",
      "--wf",
      REVOKE,
      "--payload",
      fixture(`wf-revoke-grant/${payload}`),
      "--no-png",
      "--no-md",
    );
  }
  return place;
}

const ofRevoke = (report: JsonObject) =>
  (report["workflows"] as JsonObject[]).find(({ workflow }) => workflow === REVOKE) as JsonObject;

it("edges are counted as often as they were taken, and those never taken are listed", async (t) => {
  const place = await revoked(t);
  const said = await place.session("coverage", "traces", "--json");
  assert.deepEqual([said.code, said.err], [0, ""]);
  const report = document(said);
  assert.deepEqual(report["traces"], { counted: 3, interrupted: [], left_out: [] });
  const { percent, edges } = ofRevoke(report);
  assert.equal(percent, 33.3);
  const taken = (edges as JsonObject[]).filter(({ count }) => count !== 0);
  assert.deepEqual(
    taken.map(({ from, outcome, count }) => [from, outcome, count]),
    [
      ["IN_REVOCATION_REQUESTED", "ACK", 2],
      ["IN_REVOCATION_REQUESTED", "NACK", 1],
      ["WITHDRAW_GRANT", "NOT_FOUND", 2],
    ],
  );
  const text = await place.session("coverage", "traces", "--untaken");
  assert.match(text.out, new RegExp(`\\n {2}${REVOKE} +3/9 +33\\.3 % +3/9 +-\\n`));
  assert.match(text.out, /\n {2}WITHDRAW_GRANT --SUCCESS--> RECORD_REVOCATION\n/);
  assert.doesNotMatch(text.out, /IN_REVOCATION_REQUESTED --ACK-->/);
  assert.match(text.out, /\n {2}admission DENIED\n/);
  assert.match(text.out, /\n3 traces counted\n$/);
});

it("a workflow below the share that is asked for is something found", async (t) => {
  const place = await revoked(t);
  const said = await place.session("coverage", "traces", "--min", "34");
  assert.equal(said.code, 7);
  assert.match(said.out, new RegExp(`\\nBELOW 34 % {2}${REVOKE}: 33\\.3 % of its edges\\n`));
  assert.equal((await place.session("coverage", "traces", "--min", "0")).code, 0);
  assertRefused(await place.session("coverage", "traces", "--min", "many"), 2, "BAD_USAGE");
});

it("a trace that was changed is found and not counted; one of another snapshot is said, and not counted", async (t) => {
  const place = await revoked(t);
  const [first = ""] = place.traces();
  writeFileSync(place.path("changed.jsonl"), readFileSync(first, "utf8").replace("NOT_FOUND", "SUCCESS"));
  const changed = await place.session("coverage", "changed.jsonl");
  assert.equal(changed.code, 7);
  assert.match(changed.out, /^NOT COUNTED {2}changed\.jsonl: BAD_HASH in line \d+: /);
  assert.match(changed.out, /\n0 traces counted\n$/);

  const other = workspace(t);
  const source = join(PROJECT, "traces/example");
  const example = readdirSync(source).find((name) => name.endsWith(".jsonl")) as string;
  mkdirSync(other.path("old"));
  copyFileSync(join(source, example), other.path("old/a.jsonl"));
  const elsewhere = await other.session("coverage", "old", "--snapshot", changedSnapshot(other), "--json");
  assert.equal(elsewhere.code, 0);
  assert.equal(at(document(elsewhere), "traces", "left_out", 0, "code"), "OTHER_SNAPSHOT");
});

test("a run that was interrupted is counted up to where it got, and said; a torn trace is not counted", async (t) => {
  const place = workspace(t);
  await place.session("run", REVOKE, "--payload", fixture("wf-revoke-grant/not-found"), "--no-png", "--no-md");
  const [trace = ""] = place.traces();
  const events = readFileSync(trace, "utf8").trimEnd().split("\n");
  const ends = events.map((line) => String(at(JSON.parse(line), "event_type")));
  const covered = async (text: string) => {
    writeFileSync(trace, text);
    const report = await place.session("coverage", "traces", "--json");
    const { edges } = ofRevoke(document(report));
    const taken = (edges as JsonObject[]).flatMap(({ outcome, count }) => (count === 0 ? [] : [outcome]));
    return { code: report.code, traces: document(report)["traces"] as JsonObject, taken };
  };
  for (const [lines, edges] of [
    [1, []],
    [ends.indexOf("node_end") + 1, ["ACK"]],
    [events.length - 1, ["ACK", "NOT_FOUND"]],
  ] as const) {
    const { code, traces, taken } = await covered(`${events.slice(0, lines).join("\n")}\n`);
    assert.deepEqual([code, traces["counted"], taken], [0, 1, edges]);
    assert.equal((traces["interrupted"] as unknown[]).length, 1);
    const text = await place.session("coverage", "traces");
    assert.match(text.out, /^INTERRUPTED {2}traces\/\S+\.jsonl: the run has no end; /);
  }
  const torn = await covered(`${events.slice(0, -1).join("\n")}\n${events.at(-1)?.slice(0, 40)}`);
  assert.deepEqual([torn.code, torn.traces["counted"], torn.traces["interrupted"]], [7, 0, []]);
  assert.equal(at(torn.traces, "left_out", 0, "code"), "NOT_INTACT");
});

/** The project's own snapshot without its seal: what is known of it is another root. */
function changedSnapshot(place: Workspace): string {
  cpSync(join(PROJECT, "protocol_snapshot/artifacts"), place.path("other/artifacts"), { recursive: true });
  return "other";
}

test("a trace that another runtime wrote is refused where it is named, with the way to one that counts", async (t) => {
  const place = workspace(t);
  writeFileSync(place.path("foreign.jsonl"), '{"trace_schema_version":"v1","sequence":1}\n');
  const said = await place.session("coverage", "foreign.jsonl");
  assertRefused(said, 2, "TRACE_FOREIGN");
  assertHint(said, /pgs run/);
  assertRefused(await place.session("coverage", "nowhere.jsonl"), 2, "FILE_MISSING");
  mkdirSync(place.path("empty"));
  assertRefused(await place.session("coverage", "empty"), 2, "TRACES_MISSING");
});

it("LCOV and Cobertura name the line of every edge in the workflow's artifact", async (t) => {
  const place = await revoked(t);
  const said = await place.session("coverage", "traces", "--lcov", "c.lcov", "--cobertura", "c.xml");
  assert.equal(said.code, 0, said.err);
  const artifact = readFileSync(join(PROJECT, ARTIFACT), "utf8").split("\n");
  const records = readFileSync(place.path("c.lcov"), "utf8").split("end_of_record\n");
  const record = records.find((one) => one.includes(`SF:${ARTIFACT}\n`)) ?? "";
  const hits = [...record.matchAll(/^DA:(\d+),(\d+)$/gm)].map(
    ([, line, count]) => [Number(line), Number(count)] as const,
  );
  const hitsOf = (text: string) =>
    hits.filter(([line]) => artifact[line - 1]?.includes(text)).map(([, count]) => count);
  assert.deepEqual(hitsOf('"NACK": "EXIT_REJECTED"'), [1]);
  assert.deepEqual(hitsOf('"NOT_FOUND": "EXIT_UNKNOWN_GRANT"'), [2]);
  assert.deepEqual(hitsOf('"SUCCESS": "RECORD_REVOCATION"'), [0]);
  assert.match(record, /^BRF:9\nBRH:3$/m);

  const classes = assertElements(readFileSync(place.path("c.xml"), "utf8"));
  const own = classes.find(({ name }) => name === "WF_REVOKE_GRANT_V0");
  assert.equal(own?.filename, ARTIFACT.replace("protocol_snapshot/", ""));
  assert.deepEqual(own?.lines, hits);
});

it("the picture marks what was never exercised", async (t) => {
  const place = await revoked(t);
  assert.equal((await place.session("coverage", "traces", "--svg", "c.svg")).code, 0);
  const svg = readFileSync(place.path("c.svg"), "utf8");
  assert.match(svg, />NACK ×1</);
  assert.match(svg, />3 of 9 edges</);
  const unwritable = await place.session("coverage", "traces", "--svg", "no/folder/c.svg");
  assertRefused(unwritable, 2, "COVERAGE_UNWRITABLE");
});
