/** Examining traces as they lie on disk: cut, changed, away from their snapshot. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { type EditableLine, forge, underName } from "../examine/examination.ts";
import { takingTurns } from "../support/portion.ts";
import { reauthor, unsealedCopy } from "./reauthor.ts";
import {
  assertRefused,
  assertSound,
  at,
  document,
  FIXTURES,
  fixture,
  forgetProtocols,
  lines,
  RELEASE,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const completed = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png"];

interface Run {
  readonly trace: string;
  readonly head: string;
}

async function runOnce(place: Workspace): Promise<Run> {
  const report = document(await place.session(...completed, "--json"));
  return { trace: at(report, "trace", "jsonl") as string, head: report["head"] as string };
}

async function codesOf(place: Workspace, ...argv: readonly string[]): Promise<readonly string[]> {
  const said = await place.session("examine", ...argv, "--json");
  const found = document(said);
  const codes = (found["errors"] as { code: string }[]).map(({ code }) => code);
  assert.equal(said.code, codes.length === 0 ? 0 : 7, said.out);
  assert.equal(found["ok"], codes.length === 0);
  return codes;
}

it("the head that run printed anchors the trace; a cut at a line end is found, and another head", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const { trace, head } = await runOnce(place);
  assert.deepEqual(await codesOf(place, trace, "--head", head), []);
  assert.deepEqual(await codesOf(place, trace, "--head", "0".repeat(64)), ["HEAD_MISMATCH"]);

  const text = readFileSync(trace, "utf8");
  const cut = place.path("cut.jsonl");
  const all = text.trimEnd().split("\n");
  for (const kept of [1, 7, all.length - 1]) {
    writeFileSync(cut, `${all.slice(0, kept).join("\n")}\n`);
    assert.deepEqual(await codesOf(place, cut), ["NO_END"]);
    assert.deepEqual(await codesOf(place, cut, "--head", head), ["NO_END", "HEAD_MISMATCH"]);
  }
  writeFileSync(cut, text.slice(0, -30));
  assert.deepEqual(await codesOf(place, cut), ["TORN_LINE", "NO_END"]);
});

it("a changed byte is found on its line, with place and reason", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const { trace } = await runOnce(place);
  const changed = place.path("changed.jsonl");
  const text = readFileSync(trace, "utf8");
  const line = text.split("\n").findIndex((one) => one.includes('"QUORUM') || one.includes('"approvers"')) + 1;
  assert.ok(line > 0);
  const spoilt = text
    .split("\n")
    .map((one, i) => (i === line - 1 ? one.replace('"SUCCESS"', '"SUCCESs"') : one));
  writeFileSync(changed, spoilt.join("\n"));
  assert.notEqual(readFileSync(changed, "utf8"), text);
  const said = await place.session("examine", changed, "--json");
  const [first] = document(said)["errors"] as object[];
  assert.deepEqual([said.code, at(first, "line"), at(first, "code")], [7, line, "BAD_HASH"]);
  assert.match(
    (await place.session("examine", changed)).out,
    new RegExp(`BAD_HASH .*changed\\.jsonl:${line} {2}\\(intact\\)$`, "m"),
  );
});

test("examining changes nothing, and needs no data root", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const { trace } = await runOnce(place);
  const before = readFileSync(trace);
  const said = await place.session("examine", trace, "--data-root", "nowhere");
  assert.deepEqual([said.code, said.err], [0, ""]);
  assert.match(said.out, /^VALID /);
  assert.deepEqual(readFileSync(trace), before);
});

test("a trace finds the snapshot beside it from anywhere; without one it is not vouched for", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const elsewhere = workspace(t, { snapshot: null });
  const { trace } = await runOnce(place);
  await assertSound(elsewhere, trace);

  cpSync(trace, elsewhere.path("copied.jsonl"));
  const said = await elsewhere.session("examine", "copied.jsonl", "--json");
  const found = document(said);
  assert.deepEqual([said.code, found["intact"]], [7, true]);
  assert.equal(at(found, "allowed", "findings", 0, "code"), "NO_SNAPSHOT");
  const named = await elsewhere.session(
    "examine",
    "copied.jsonl",
    "--snapshot",
    place.path("protocol_snapshot"),
  );
  assert.equal(named.code, 0, named.out);
});

it("a trace under another file's or folder's name is as sound, and the other name is reported", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const { trace } = await runOnce(place);
  const text = readFileSync(trace);
  const id = at(lines(trace)[0], "execution_id") as string;
  const others: [string, string[]][] = [
    [`traces/${id}/${id}.jsonl`, []],
    [`flat/${id}.jsonl`, []],
    [`traces/${id}/copied.jsonl`, ["file copied.jsonl"]],
    [`traces/${id}_2/${id}.jsonl`, [`folder ${id}_2`]],
    [`traces/${id}_2/${id}_2.jsonl`, [`file ${id}_2.jsonl`, `folder ${id}_2`]],
  ];
  for (const [file, expected] of others) {
    mkdirSync(dirname(place.path(file)), { recursive: true });
    writeFileSync(place.path(file), text);
    const said = await place.session("examine", file, "--json");
    const notices = document(said)["notices"] as { code: string; facts: { of: string; named: string } }[];
    assert.deepEqual([said.code, at(document(said), "ok")], [0, true]);
    assert.deepEqual(
      notices.map(({ facts: { of, named } }) => `${of} ${named}`),
      expected,
    );
    const { out } = await place.session("examine", file);
    const noted = expected.map((one) => `note  the ${one.replace(" ", " is named ")}, but the trace is ${id}`);
    assert.deepEqual(out.match(/^note .*$/gm) ?? [], noted);
  }
});

test("a trace whose name was replaced by a free one is found, in text and in --json", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const { trace } = await runOnce(place);
  const payload = { ...(at(lines(trace)[0], "payload", "payload") as JsonObject), unread: "forged" };
  const forged = forge(readFileSync(trace, "utf8"), ([start, ...rest]) => {
    const begun = { ...(start as EditableLine), payload: { ...(start as EditableLine).payload, payload } };
    return underName([begun, ...rest], "free");
  });
  mkdirSync(place.path("traces/free"));
  writeFileSync(place.path("traces/free/free.jsonl"), forged);
  const json = await place.session("examine", "traces/free/free.jsonl", "--json");
  assert.equal(json.code, 7);
  assert.equal(at(document(json), "replayed", "divergence", "facts", "pointer"), "/execution_id");
  const { code, out } = await place.session("examine", "traces/free/free.jsonl");
  assert.equal(code, 7);
  assert.match(out, /the replay differs at \/execution_id/);
});

test("a trace of another snapshot is told apart from one of this", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const { trace } = await runOnce(place);
  forgetProtocols(place);
  const other = place.path("other");
  unsealedCopy(other);
  reauthor(other, RELEASE, (markdown) =>
    markdown.replace("SUCCESS: SET_ENVIRONMENT_STATE", "SUCCESS: EXIT_RELEASED"),
  );
  const said = await place.session("examine", trace, "--snapshot", other, "--json");
  const found = document(said);
  assert.deepEqual([said.code, found["intact"], found["replayed"]], [7, true, null]);
  const codes = (at(found, "allowed", "findings") as { code: string }[]).map(({ code }) => code);
  assert.deepEqual(codes, ["SNAPSHOT_DIFFERS", "WORKFLOW_DIFFERS", "NOT_AN_EDGE"]);
});

test("a run that took an unhappy but declared path is sound", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const payload = fixture("wf-release-change/quorum-not-met");
  const said = await place.session("run", "--wf", RELEASE, "--payload", payload, "--json", "--no-png");
  assert.equal(said.code, 1);
  const found = await assertSound(place, at(document(said), "trace", "jsonl") as string);
  assert.deepEqual([found["refusals"], at(found, "ending", "exit_reason_code")], [[], "EXIT_DENIED"]);
});

test("an ending has a class, and its artifact's field, line and hint", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const payload = fixture("wf-release-change/nack-everything-wrong");
  const run = await place.session("run", "--wf", RELEASE, "--payload", payload, "--no-png", "--json");
  const trace = at(document(run), "trace", "jsonl") as string;
  const found = at(document(await place.session("examine", trace, "--json")), "classification") as JsonObject;
  const { class: kind, structural, node } = found;
  assert.deepEqual([kind, structural, node], ["BUSINESS_VIOLATION", false, "IN_RELEASE_REQUESTED"]);
  const { file, pointer, line, hint } = found["place"] as Record<string, string | number>;
  assert.equal(file, "artifacts/intents/release_governance__IN_RELEASE_REQUESTED_V0.json");
  const artifact = JSON.parse(readFileSync(join(place.path("protocol_snapshot"), String(file)), "utf8"));
  const field = String(pointer).split("/").at(-1);
  assert.equal(artifact.content.split("\n")[Number(line) - 1].trim(), `${field}:`);
  assert.match(String(hint), new RegExp(`^change /.*${field} of the payload to a `));
  const { out } = await place.session("examine", trace);
  assert.match(out, /^class {2}BUSINESS_VIOLATION, a path that the protocol declares$/m);
  assert.ok(out.includes(`  ${file} ${pointer}, line ${line} of its Markdown\n  hint: ${hint}\n`));
});

test("each attempt of an effect that is tried again is a row of the effects, with its number", async (t) => {
  const place = workspace(t);
  const snapshot = place.path("tries_again");
  unsealedCopy(snapshot);
  reauthor(snapshot, "release_governance::RB_RELEASE_V0", (markdown) =>
    markdown.replace("path: ", "retry: { max_attempts: 2, backoff: PT0.01S }\n        path: "),
  );
  mkdirSync(place.path("data/release_governance/releases.jsonl"), { recursive: true });
  const report = document(await place.session(...completed, "--snapshot", snapshot, "--json"));
  const trace = at(report, "trace", "jsonl") as string;
  const { out } = await place.session("examine", trace, "--snapshot", snapshot);
  assert.match(out, /^VALID /);
  assert.match(out, /BACKEND_ERROR .* attempt 1\n.*BACKEND_ERROR .* attempt 2\n/);
});

test("what is no trace is said to be none", async (t) => {
  const place = workspace(t);
  writeFileSync(place.path("empty.jsonl"), "");
  writeFileSync(place.path("other.jsonl"), '{"a":1}\nnot json\n');
  assert.deepEqual(await codesOf(place, "empty.jsonl"), ["EMPTY"]);
  assertRefused(await place.session("examine", "other.jsonl"), 2, "NOT_A_TRACE");
});

test("a run that was cut off before its first event was whole has done nothing, and can be run again", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  await place.session("run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png");
  const [first = ""] = readFileSync(place.traces()[0] as string, "utf8").split("\n");
  for (const kept of [0, 1, 40, first.length]) {
    writeFileSync(place.path("begun.jsonl"), first.slice(0, kept));
    assert.equal((await codesOf(place, "begun.jsonl")).at(-1), "EMPTY", `${kept} bytes`);
    assert.match(
      (await place.session("examine", "begun.jsonl")).out,
      /hint: .*it had no effect yet: run the workflow again$/m,
    );
  }
});

it("of very many findings the first are told and the rest counted; JSON lists all", async (t) => {
  const place = workspace(t);
  await place.session("run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png");
  const trace = readFileSync(place.traces()[0] as string, "utf8");
  writeFileSync(place.path("noise.jsonl"), `${trace}${"noise\n".repeat(1000)}`);
  const { out } = await place.session("examine", "noise.jsonl");
  assert.equal(out.match(/^NOT_JSON /gm)?.length, 20);
  assert.match(out, /^… and 980 more, listed with --json$/m);
  assert.equal((await codesOf(place, "noise.jsonl")).length, 1000);
});

test("the record of a run holds every event's place in the chain", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const { trace, head } = await runOnce(place);
  const events = lines(trace);
  assert.deepEqual(
    events.map(({ sequence }) => sequence),
    events.map((_, i) => i + 1),
  );
  assert.deepEqual(
    events.slice(1).map(({ prev_hash }) => prev_hash),
    events.slice(0, -1).map(({ hash }) => hash),
  );
  assert.equal(events.at(-1)?.["hash"], head);
});

it("several traces, or a folder of them, get the verdict of each alone, and the worst exit code", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const payload = fixture("wf-release-change/completed");
  for (const _ of [1, 2]) await place.session("run", RELEASE, "--payload", payload, "--no-png", "--no-md");
  const [sound, other] = place.traces().map((file) => relative(place.folder, file)) as [string, string];
  const all = await place.session("examine", "traces");
  assert.deepEqual([all.code, all.err], [0, ""]);
  assert.equal(all.out, `VALID  ${sound}\nVALID  ${other}\n2 traces, 2 valid\n`);

  writeFileSync(place.path(other), readFileSync(place.path(other), "utf8").replace('"ACK"', '"NACK"'));
  const alone = await place.session("examine", other);
  const three = await place.session("examine", sound, other, "nowhere.jsonl");
  assert.deepEqual([three.code, alone.code], [alone.code, 7]);
  assert.match(
    three.out,
    /^VALID {2}\S+\nINVALID {2}\S+ {2}BAD_HASH\nFILE_MISSING {2}nowhere\.jsonl\n3 traces, 1 valid; /,
  );

  const json = document(await place.session("examine", "traces", "--json"));
  const singly = await Promise.all([sound, other].map((file) => place.session("examine", file, "--json")));
  const expected = singly.map((said, i) => ({
    file: [sound, other][i],
    exit_code: said.code,
    ...document(said),
  }));
  assert.deepEqual(json, { ok: false, traces: expected });
  assertRefused(await place.session("examine", sound, other, "--head", "0"), 2, "BAD_USAGE");
});
