/** The deepest payload that is allowed goes through every command that reads what a run left. */

import assert from "node:assert/strict";

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { DEPTH, SIZE } from "../../src/json/limits.ts";
import { PLAYS_ALL, takingTurns } from "../support/portion.ts";
import { assertHint, assertRefused, fixture, PROJECT, RELEASE, SNAPSHOT, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const deepest = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

it("the deepest payload that is allowed is run, examined, compared, rendered and exported", async (t) => {
  const place = workspace(t);
  const payload = readFileSync(fixture("wf-release-change/completed"), "utf8").replace(
    /\}\s*$/,
    `,"more":${deepest(DEPTH.payloadMost)}}`,
  );
  writeFileSync(place.path("payload.json"), payload);
  const argv = ["run", "--wf", RELEASE, "--payload", "payload.json", "--max-depth", String(DEPTH.payloadMost)];
  for (const _ of ["once", "again"]) assert.equal((await place.session(...argv)).code, 0);
  const [one = "", other = ""] = place.traces();
  for (const line of [
    ["examine", one, "--steps"],
    ["examine", one, "--json"],
    ["diff", one, other],
    ["render", one, "--html", "a.html", "--md", "a.md", "--svg", "a.svg"],
    ["export", one, "--format", "reference-v0", "--out", "b.jsonl"],
  ]) {
    const said = await place.session(...line);
    assert.ok([0, 7].includes(said.code), `${line[0]} ${said.code} ${said.err}`);
  }
  const scenario = {
    scenario: "S",
    steps: [{ name: "one", workflow: RELEASE, payload: { a: JSON.parse(deepest(DEPTH.payload - 1)) } }],
  };
  writeFileSync(place.path("a.scenario.json"), JSON.stringify(scenario));
  assert.equal((await place.session("test", "a.scenario.json", "--update")).code, 0);
  assert.equal((await place.session("test", "a.scenario.json")).code, 0);
});

test("no limit can be chosen that what comes behind it could not bear", async (t) => {
  const place = workspace(t);
  const most = { "--max-depth": DEPTH.payloadMost, "--max-bytes": SIZE.payloadMost };
  for (const [option, limit] of Object.entries(most)) {
    const refused = await place.session("run", "--wf", RELEASE, option, String(limit + 1));
    assertRefused(refused, 2, "BAD_USAGE");
    assertHint(refused, new RegExp(String(limit)));
  }
  writeFileSync(place.path("payload.json"), `{"a":${deepest(DEPTH.payloadMost + 50)}}`);
  const refused = await place.session("run", "--wf", RELEASE, "--payload", "payload.json");
  assertRefused(refused, 2, "PAYLOAD_TOO_DEEP");
  assertHint(refused, /^flatten it$/);
});

it("of very many violations the trace has all, and the reader is told as many as can be corrected at once", async (t) => {
  const place = workspace(t);
  const count = PLAYS_ALL ? 60_000 : 6_000;
  const bad = Array.from({ length: count }, () => ({ approver: "nobody", decision: "maybe" }));
  const payload = JSON.parse(readFileSync(fixture("wf-release-change/completed"), "utf8"));
  writeFileSync(place.path("payload.json"), JSON.stringify({ ...payload, approvals: bad }));
  const said = await place.session("run", "--wf", RELEASE, "--payload", "payload.json", "--no-png", "--no-md");
  assert.equal(said.code, 1);
  assert.ok(said.out.split("\n").length < 1100);
  assert.match(said.out, new RegExp(`\n {2}and ${2 * count - 1000} more, in the trace\n`));
  assert.ok(said.err.split("\n").length < 110);
  assert.match(
    said.err,
    new RegExp(`\nhint: correct these first; ${2 * count - 100} more violations are in the trace\n$`),
  );
  const [trace = ""] = place.traces();
  assert.equal(readFileSync(trace, "utf8").match(/"event_type":"violation"/g)?.length, 2 * count);
});

it("reading stops behind the limit, and a pipe in the place of a file is refused instead of waited for", async (t) => {
  const place = workspace(t);
  const argv = ["run", "--wf", RELEASE, "--max-bytes", "1000", "--payload"];
  assertRefused(await place.session(...argv, "/dev/zero"), 2, "PAYLOAD_TOO_LARGE");
  const piped = spawnSync(
    "sh",
    ["-c", `"${process.execPath}" "${PROJECT}/bin/pgs.js" ${argv.join(" ")} - < /dev/zero`],
    {
      cwd: place.folder,
      encoding: "utf8",
    },
  );
  assert.match(piped.stderr, /^pgs: PAYLOAD_TOO_LARGE /);
  cpSync(SNAPSHOT, place.path("copy"), { recursive: true });
  spawnSync("mkfifo", [place.path("copy/artifacts/x.json")]);
  const verified = await place.session("verify", "--snapshot", "copy");
  assert.equal(verified.code, 7);
  assert.match(verified.out + verified.err, /ARTIFACT_UNREADABLE .*no regular file/);
});

test("a payload that is given as text is not printed back, and the hint says where it belongs", async (t) => {
  const place = workspace(t);
  mkdirSync(place.path("ab"));
  for (const short of ["-x", "a"]) {
    const said = await place.session("run", "--wf", RELEASE, "--payload", short);
    assertRefused(said, 2, "FILE_MISSING");
    assert.doesNotMatch(said.err, /hint: type ab/);
  }
  for (const given of ['{"pin":"s3cr3t"}', `[${'"s3cr3t",'.repeat(100)}1]`, ' {"a": "s3cr3t/b"}']) {
    const said = await place.session("run", "--wf", RELEASE, "--payload", given);
    assertRefused(said, 2, "PAYLOAD_IS_TEXT");
    assertHint(said, /--payload -/);
    assert.doesNotMatch(said.err, /s3cr3t/);
  }
});
