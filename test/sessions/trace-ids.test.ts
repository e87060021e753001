/** Traces named by the ids of their runs, several of them, and the newest. */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { takingTurns } from "../support/portion.ts";
import { type FiledSigner, signersIn } from "./signed.ts";
import {
  assertHint,
  assertRefused,
  at,
  document,
  FIXTURES,
  fixture,
  RELEASE,
  type Said,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const quick = ["--no-png", "--no-md", "--quiet"];

interface Ran {
  readonly place: Workspace;
  /** A run that was denied, and then one that released. */
  readonly ids: readonly [string, string];
  readonly files: readonly [string, string];
}

async function twoRuns(t: TestContext): Promise<Ran> {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  for (const [day, name] of [
    ["01", "quorum-not-met"],
    ["02", "completed"],
  ] as const) {
    const payload = ["--payload", fixture(`wf-release-change/${name}`)];
    await place.session("run", RELEASE, ...payload, ...quick, "--clock", `2026-01-${day}T09:00:00Z`);
  }
  const files = place.traces().map((file) => file.slice(place.folder.length + 1));
  const ids = files.map((file) => file.split("/")[1]);
  return { place, ids: ids as [string, string], files: files as [string, string] };
}

/** What is said of the trace alone, whatever it is called. */
const nameless = (said: Said, file: string) => ({ ...said, out: said.out.replaceAll(file, "TRACE") });

const COMMANDS: Readonly<Record<string, (trace: string) => readonly string[]>> = {
  examine: (trace) => ["examine", trace],
  render: (trace) => ["render", trace, "--md", "-"],
  export: (trace) => ["export", trace, "--format", "reference-v0"],
  explain: (trace) => ["explain", trace],
  coverage: (trace) => ["coverage", trace],
  diff: (trace) => ["diff", trace, trace],
};

it("wherever a trace is asked for, its id or the beginning of that will do", async (t) => {
  const { place, ids, files } = await twoRuns(t);
  const [, id] = ids;
  const [, file] = files;
  for (const [name, line] of Object.entries(COMMANDS)) {
    const expected = nameless(await place.session(...line(file)), file);
    assert.equal(expected.code, 0, `${name}: ${expected.err}`);
    for (const given of [id, id.slice(0, 20), id.slice(0, 8)])
      assert.deepEqual(nameless(await place.session(...line(given)), file), expected, `${name} ${given}`);
    assertRefused(await place.session(...line("2026")), 2, "RUN_AMBIGUOUS");
    const unknown = await place.session(...line("1999"));
    assertRefused(unknown, 2, "RUN_UNKNOWN");
    assertHint(unknown, /pgs runs/);
  }
  mkdirSync(place.path("scenarios"), { recursive: true });
  const made = await place.session("test", "--from-trace", id.slice(0, 8));
  assert.equal(made.code, 0, made.err);
  assert.ok(existsSync(place.path(`scenarios/${id}.scenario.yaml`)));
});

it("ids are looked for in the traces folder that is named, with a ledger and without one", async (t) => {
  const { place, ids, files } = await twoRuns(t);
  const elsewhere = workspace(t, { snapshot: null, capabilities: false });
  const [id] = ids;
  assertRefused(await elsewhere.session("examine", id), 2, "RUN_UNKNOWN");
  const named = await elsewhere.session("explain", id, "--traces", place.path("traces"));
  assert.equal(named.code, 0, named.err);
  rmSync(place.path("traces/ledger.jsonl"));
  assert.match((await place.session("examine", id.slice(0, 8))).out, new RegExp(`^VALID {2}${files[0]}`));
  assert.match((await place.session("examine", "--last")).out, new RegExp(`^VALID {2}${files[1]}`));
});

test("a file of that name is the trace, and what is no id is a file that is missing", async (t) => {
  const { place, ids, files } = await twoRuns(t);
  const [id, other] = ids;
  writeFileSync(place.path(id), readFileSync(place.path(files[1])));
  assert.deepEqual((await place.session("explain", id)).out, (await place.session("explain", other)).out);
  assertRefused(await place.session("examine", "absent.jsonl"), 2, "FILE_MISSING");
  assertRefused(await place.session("examine", "trace"), 2, "FILE_MISSING");
  for (const argv of [
    ["examine", "#nope"],
    ["trace", "get", "nope"],
  ])
    assertHint(
      await place.session(...argv),
      /^name a file that exists, or the id of a run, which pgs runs lists;/,
    );
});

it("--last is the trace of the run that began last", async (t) => {
  const { place, files } = await twoRuns(t);
  for (const line of [["examine"], ["coverage"], ["render", "--md", "-"]]) {
    const said = await place.session(...line, "--last");
    assert.deepEqual(said, await place.session(...line, files[1]));
    assertRefused(await place.session(...line, "--last", files[0]), 2, "BAD_USAGE");
    const none = await place.session(...line);
    assertRefused(none, 2, "BAD_USAGE");
    assertHint(none, /--last/);
  }
  assertRefused(await workspace(t).session("examine", "--last"), 2, "NO_RUNS");
});

it("several are examined, drawn, counted and signed together: each by file, id or folder", async (t) => {
  const { place, ids, files } = await twoRuns(t);
  const examined = await place.session("examine", ids[0].slice(0, 8), files[1]);
  assert.equal(examined.code, 0);
  assert.match(examined.out, /^VALID {2}.*\nVALID {2}.*\n2 traces, 2 valid\n$/);
  assert.equal(examined.err, "");
  assert.equal((await place.session("examine", "traces")).out, examined.out, "the ledger is no trace");
  const counted = document(await place.session("coverage", ids[0], ids[1], "--json"));
  assert.equal(at(counted, "traces", "counted"), 2);
  assert.equal((await place.session("render", ids[0], ids[1])).code, 0);
  for (const file of files) assert.ok(existsSync(place.path(file.replace(".jsonl", ".html"))));
  const drawn = document(await place.session("render", "traces", "--json"));
  assert.deepEqual(
    (drawn["traces"] as readonly JsonObject[]).map(({ file }) => file),
    files,
  );
  assertRefused(await place.session("render", "traces", "--html", "x.html"), 2, "BAD_USAGE");
});

it("one trace that is refused keeps nothing from the others", async (t) => {
  const { place, files } = await twoRuns(t);
  writeFileSync(place.path("other.jsonl"), '{"a":1}\n');
  const said = await place.session("render", "other.jsonl", files[0]);
  assert.equal(said.code, 2);
  assert.match(said.err, /^pgs: NOT_A_TRACE /);
  assert.ok(existsSync(place.path(files[0].replace(".jsonl", ".html"))));
  const found = document(await place.session("render", "other.jsonl", files[0], "--json"));
  assert.deepEqual(
    [found["ok"], at(found, "traces", 0, "error", "code"), at(found, "traces", 1, "exit_code")],
    [false, "NOT_A_TRACE", 0],
  );
});

it("several runs are attested, and verified, at once", async (t) => {
  const { place, files } = await twoRuns(t);
  const [{ privateFile, publicFile }] = signersIn(place, "ada") as [FiledSigner];
  assert.equal((await place.session("attest", "traces", "--key", privateFile)).code, 0);
  for (const file of files) assert.ok(existsSync(place.path(file.replace(".jsonl", ".intoto.json"))));
  const verified = await place.session("attest", "traces", "--verify", "--key", publicFile, "--json");
  assert.deepEqual([verified.code, document(verified)["ok"]], [0, true]);
  rmSync(place.path(files[0].replace(".jsonl", ".intoto.json")));
  const missing = await place.session("attest", "traces", "--verify", "--key", publicFile);
  assert.deepEqual([missing.code, /ATTESTATION_MISSING/.test(missing.err)], [7, true]);
  assertRefused(
    await place.session("attest", "traces", "--attestation", "x.json", "--key", privateFile),
    2,
    "BAD_USAGE",
  );
  assert.equal((await place.session("attest", "--last", "--verify", "--key", publicFile)).code, 0);
});
