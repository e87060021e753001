/** What is no trace is said to be none, once; stores beside traces are no bad traces. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { takingTurns } from "../support/portion.ts";
import { assertRefused, at, document, FIXTURES, fixture, RELEASE, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const completed = ["run", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png"];

test("a file that is no trace is refused as that, once, by every command that takes one trace", async (t) => {
  const place = workspace(t);
  writeFileSync(place.path("payload.json"), '{\n  "a": 1,\n  "b": 2\n}\n');
  writeFileSync(place.path("store.jsonl"), '{"key":"a"}\n{"key":"b"}\n');
  writeFileSync(place.path("picture.png"), Buffer.from([0x89, 0x50, 0x4e, 0x47, 10, 0xff, 10, 0, 10]));
  writeFileSync(place.path("page.md"), "# a page\n\nof text\n");
  writeFileSync(place.path("line.json"), '{"a": 1}');
  for (const file of ["payload.json", "line.json", "store.jsonl", "picture.png", "page.md"]) {
    for (const command of ["examine", "render"])
      assertRefused(await place.session(command, file), 2, "NOT_A_TRACE");
    const inJson = document(await place.session("examine", file, "--json"));
    assert.equal(at(inJson, "error", "code"), "NOT_A_TRACE");
  }
});

it("stores below a folder of traces are left out, which one line says; a damaged trace is not", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  for (let i = 0; i < 2; i++) await place.session(...completed);
  const [trace = ""] = place.traces();
  for (const command of [
    ["examine", "."],
    ["coverage", "."],
  ]) {
    const said = await place.session(...command);
    assert.equal(said.code, 0, `${said.out}${said.err}`);
    assert.match(said.err, /^\d+ other \*\.jsonl files? (?:is not a trace|are not traces)\n$/);
    assert.match(said.out, /\b2 traces/);
    assert.equal((await place.session(...command, "--quiet")).err, "");
    document(await place.session(...command, "--json"));
  }
  mkdirSync(place.path("copies"));
  copyFileSync(trace, place.path("copies/damaged.jsonl"));
  appendFileSync(place.path("copies/damaged.jsonl"), "spoilt\n");
  const text = readFileSync(trace, "utf8");
  writeFileSync(place.path("copies/all-spoilt.jsonl"), text.replaceAll('"sequence":', '"sequenz":'));
  const said = await place.session("examine", "copies");
  assert.equal(said.code, 7, said.out);
  assert.match(said.out, /^INVALID {2}copies\/damaged\.jsonl {2}NOT_JSON$/m);
  assert.match(said.out, /^NOT_A_TRACE {2}copies\/all-spoilt\.jsonl$/m);
});

test("a pipe below a folder of traces is left out, also one that has the name of its folder", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  await place.session(...completed);
  for (const folder of ["pipe", "other"]) {
    mkdirSync(place.path(`traces/${folder}`));
    execFileSync("mkfifo", [place.path(`traces/${folder}/pipe.jsonl`)]);
  }
  const said = await place.session("examine", "traces");
  assert.equal(said.code, 0, `${said.out}${said.err}`);
  assert.equal(said.err, "2 other *.jsonl files are not traces\n");
});
