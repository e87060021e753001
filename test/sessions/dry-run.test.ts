/** `pgs run --dry-run`: what a run would do. */

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { asking } from "../engine/waiting.ts";
import { newSigner } from "../sign/signers.ts";
import { takingTurns } from "../support/portion.ts";
import { checkDocument } from "./documents.ts";
import { json, logged, RUN, waitingWorkspace } from "./waiting.ts";
import {
  assertHint,
  assertRefused,
  at,
  document,
  FIXTURES,
  fixture,
  RELEASE,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const COMPLETED = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed")];

/** Every file below the workspace's data, with its content. */
function dataOf(place: Workspace): readonly (readonly [string, string])[] {
  const folder = place.path("data");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return files.map((one) => join(one.parentPath, one.name)).map((file) => [file, readFileSync(file, "utf8")]);
}

test("nothing is written, not even a folder, and each effect says so", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const before = dataOf(place);
  const { code, out, err } = await place.session(...COMPLETED, "--dry-run", "--follow");
  assert.equal(code, 0);
  assert.match(out, /^DRY RUN {2}SUCCESS {2}COMPLETED {2}\S+\nnothing was written, and nothing was sent\n/);
  const effects = /\neffects\n((?: {2}.*\n)+)/.exec(out)?.[1]?.trimEnd().split("\n") ?? [];
  assert.equal(effects.length, 4);
  for (const effect of effects) assert.match(effect, / {2}dry run$/);
  const followed = err.split("\n").filter((line) => line.includes("side_effect"));
  for (const line of followed) assert.match(line, / \(dry run\)$/);
  assert.equal(followed.length, 8);
  assert.match(out, /\n {2}trace {5}not kept; --keep-trace DIR keeps it\n$/);
  assert.deepEqual(dataOf(place), before);
  assert.equal(existsSync(place.path("traces")), false);
  const nowhere = await place.session(...COMPLETED, "--dry-run", "--data-root", "nowhere", "--quiet");
  assert.deepEqual([nowhere.out, existsSync(place.path("nowhere"))], ["", false]);
});

test("the document says it, too, and has no trace", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const said = document(await place.session(...COMPLETED, "--dry-run", "--json"));
  assert.deepEqual([said["dry_run"], said["trace"]], [true, null]);
  const effects = said["effects"] as readonly JsonObject[];
  assert.ok(effects.length > 0 && effects.every(({ dry_run }) => dry_run === true));
  // What it would do, the run does.
  const run = document(await place.session(...COMPLETED, "--no-png", "--no-md", "--json"));
  assert.deepEqual(said["path"], run["path"]);
  assert.equal("dry_run" in run, false);
});

it("its trace is kept where that is asked for: examine says what it is, and nothing can be done with it", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const kept = document(await place.session(...COMPLETED, "--dry-run", "--keep-trace", "dry", "--json"));
  const trace = String(at(kept, "trace", "jsonl"));
  assert.ok(existsSync(trace) && existsSync(String(at(kept, "trace", "md"))));
  assert.equal(existsSync(place.path("traces")), false);
  const examined = await place.session("examine", trace);
  assert.equal(examined.code, 0);
  assert.match(examined.out, /^VALID /);
  assert.match(examined.out, /^dry run {2}nothing was written, and nothing was sent$/m);
  assert.match(examined.out, /^ {2}WRITE .* dry run$/m);
  assert.equal(document(await place.session("examine", trace, "--json"))["dry_run"], true);
  const told = (await place.session("explain", trace)).out;
  assert.match(told, /It was a dry run: nothing was written, and nothing was sent\./);
  assert.match(told, /It would have 4 side effects; it would change \d stores: /);
  assert.match(readFileSync(String(at(kept, "trace", "md")), "utf8"), /\| Dry run \| nothing was written/);
  const lines = readFileSync(trace, "utf8").split("\n");
  writeFileSync(place.path("cut.jsonl"), `${lines.slice(0, 23).join("\n")}\n`);
  const cut = document(await place.session("examine", "cut.jsonl", "--json"));
  assert.deepEqual([cut["open_effects"], cut["advice"]], [[], null]);
  const resumed = await place.session("resume", "cut.jsonl");
  assertRefused(resumed, 2, "DRY_RUN_ENDED");
  assertHint(resumed, /^type pgs run with --dry-run again/);
  writeFileSync(place.path("signing.pem"), newSigner("signer").privatePem);
  const attested = await place.session("attest", trace, "--key", "signing.pem");
  assertRefused(attested, 2, "TRACE_OF_DRY_RUN");
});

test("with --payloads each line has a view of its own", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const before = dataOf(place);
  const payload = JSON.stringify(JSON.parse(readFileSync(fixture("wf-release-change/completed"), "utf8")));
  writeFileSync(place.path("lines.jsonl"), `${payload}\n${payload}\n`);
  const { out } = await place.session(
    "run",
    "--wf",
    RELEASE,
    "--payloads",
    "lines.jsonl",
    "--dry-run",
    "--jobs",
    "2",
  );
  const lines = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonObject);
  for (const line of lines) checkDocument("run-line", line);
  assert.deepEqual(
    lines.map(({ exit_reason_code, dry_run, trace }) => [exit_reason_code, dry_run, trace]),
    [
      ["COMPLETED", true, null],
      ["COMPLETED", true, null],
    ],
  );
  assert.deepEqual(dataOf(place), before);
});

test("where it waits it says how to answer, and goes on when that is typed", async (t) => {
  const place = waitingWorkspace(t, asking({ key: "k", choices: ["yes", "no"] }));
  const kept = await place.session(...RUN, "--dry-run", "--keep-trace", "dry", "--json");
  assert.equal(kept.code, 6);
  const trace = String(at(document(kept), "trace", "jsonl"));
  const examined = await place.session("examine", trace);
  assert.equal(examined.code, 0, examined.out);
  assert.doesNotMatch(examined.out, /pgs resume/);
  assertRefused(await place.session("resume", trace, "--event", "k"), 2, "DRY_RUN_ENDED");
  assertRefused(await place.session("cancel", trace), 2, "DRY_RUN_ENDED");
  const waits = await place.session(...RUN, "--dry-run");
  assert.equal(waits.code, 6);
  const [, option = ""] =
    /^hint: type the command with --answer (\S+)=FILE to go on with the JSON of FILE as the answer\n$/.exec(
      waits.err,
    ) ?? assert.fail(waits.err);
  const answered = await place.session(
    ...RUN,
    "--dry-run",
    "--answer",
    `${option}=${json(place, "yes.json", "yes")}`,
  );
  assert.equal(answered.code, 0, answered.err);
  assert.deepEqual([logged(place), existsSync(place.path("traces"))], [[], false]);
});

test("an interrupt ends it, with nothing to go on with", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  let stop: (exitCode: number) => void = () => undefined;
  const interrupted = {
    onStop(given: typeof stop) {
      stop = given;
      return () => undefined;
    },
    pause: async () => stop(143),
  };
  const said = await place.sessionIn(interrupted, ...COMPLETED, "--dry-run");
  assert.deepEqual([said.code, said.err], [143, ""]);
  assert.match(said.out, /^DRY RUN {2}INTERRUPTED {2}/);
  assert.equal(existsSync(place.path("traces")), false);
});

test("its options need it, and an answer is a key and a file", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  for (const option of [
    ["--answer", "k=answer.json"],
    ["--keep-trace", "dry"],
  ]) {
    const said = await place.session(...COMPLETED, ...option);
    assertRefused(said, 2, "BAD_USAGE");
    assertHint(said, new RegExp(`^omit ${option[0]}$`));
  }
  const staying = await place.session(...COMPLETED, "--dry-run", "--wait", "PT1S");
  assertRefused(staying, 2, "BAD_USAGE");
  assertHint(staying, /^omit --wait$/);
  const among = await place.session(...COMPLETED, "--dry-run", "--keep-trace", "traces");
  assertRefused(among, 2, "BAD_USAGE");
  assertHint(among, /^type --keep-trace DIR, with another folder$/);
  const bad = await place.session(...COMPLETED, "--dry-run", "--answer", "no-key");
  assertRefused(bad, 2, "BAD_USAGE");
  assertHint(bad, /^type --answer KEY=FILE/);
});
