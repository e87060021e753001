/** Every exit code of the contract but the reserved one is reached, in process and by the real binary. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Platform } from "../../src/cli/context.ts";
import { takingTurns } from "../support/portion.ts";
import { reauthor, unsealedCopy } from "./reauthor.ts";
import { assertHint, assertRefused, at, document, FIXTURES, fixture, RELEASE, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const completed = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png"];

it("the real binary answers 0, 1, 2, 3, 4, 5 and 7", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  writeFileSync(place.path("torn.jsonl"), '{"elapsed_us":');
  const denied = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/quorum-not-met"), "--no-png"];
  const sessions: readonly (readonly [number, readonly string[]])[] = [
    [0, completed],
    [1, denied],
    [2, ["run", "--wf", "WF_RELEASE_CHANGE_V0"]],
    [3, [...completed, "--snapshot", "nowhere"]],
    [4, [...completed, "--max-hops", "2"]],
    [5, [...completed, "--data-root", "torn.jsonl"]],
    [7, ["examine", "torn.jsonl"]],
  ];
  const said = await Promise.all(sessions.map(([, argv]) => place.binary(...argv)));
  assert.deepEqual(
    said.map(({ code }) => code),
    sessions.map(([code]) => code),
    said.map(({ err }) => err).join(""),
  );
});

it("a command that waits for what never happens does not end as a success", async (t) => {
  const place = workspace(t);
  const neverAgain = "--import data:text/javascript,globalThis.setImmediate=()=>{}";
  const scenarios = join(FIXTURES, "../scenarios/rollback-failures.scenario.yaml");
  assertRefused(
    await place.binaryIn({ NODE_OPTIONS: neverAgain }, "test", scenarios),
    70,
    "COMMAND_UNFINISHED",
  );
});

const brokenDisk: Partial<Platform> = {
  openStores: () => {
    throw new Error("the disk spoke Latin");
  },
};

test("an unexpected error of a port is a defect of the runner: exit 70, its message, a request to report it", async (t) => {
  const place = workspace(t);
  const said = await place.sessionIn(brokenDisk, ...completed);
  assertRefused(said, 70, "DEFECT");
  assert.match(said.err, /the disk spoke Latin/);
  assertHint(said, /report/);

  const inJson = await place.sessionIn(brokenDisk, ...completed, "--json");
  assert.equal(inJson.code, 70);
  const { error } = document(inJson);
  assert.deepEqual([at(error, "code"), at(error, "message")], ["DEFECT", "the disk spoke Latin"]);

  const debugged = await place.sessionIn(brokenDisk, ...completed, "--debug");
  assert.match(debugged.err, /^Error: the disk spoke Latin\n\s+at /m);
});

/** A release whose registration answers an outcome that its contract does not route. */
function withoutRoute(folder: string): void {
  unsealedCopy(folder);
  reauthor(folder, "release_governance::CC_REGISTER_RELEASE_V0", (markdown) =>
    markdown
      .replace("result_surface: [SUCCESS, ALREADY_EXISTS, VIOLATION", "result_surface: [SUCCESS, VIOLATION")
      .replace("        ALREADY_EXISTS: exit\n", ""),
  );
}

it("an outcome without a route refuses the run, and examine says what to declare", async (t) => {
  const place = workspace(t, { snapshot: null, data: join(FIXTURES, "data") });
  withoutRoute(place.path("protocol_snapshot"));
  assert.equal((await place.session(...completed)).code, 0);

  const said = await place.session(...completed);
  assert.equal(said.code, 4);
  assert.match(said.err, /^pgs: OUTCOME_NOT_ROUTED .*ALREADY_EXISTS.*\(REGISTER_RELEASE, step register\)$/m);
  assertHint(said, /release_governance__CC_REGISTER_RELEASE_V0\.json, .*on_result\/ALREADY_EXISTS: "exit"$/);
  assert.match(said.out, /^FAILED {2}OUTCOME_NOT_ROUTED/);

  const report = document(await place.session(...completed, "--json"));
  assert.deepEqual(
    [report["exit_code"], report["outcome"], report["status"], report["exit_reason_code"]],
    [4, null, "FAILED", "OUTCOME_NOT_ROUTED"],
  );
  const effects = report["effects"] as { step: string; outcome: string }[];
  assert.deepEqual(effects.at(-1)?.outcome, "ALREADY_EXISTS", "what was done is listed");

  const trace = at(report, "trace", "jsonl") as string;
  const examined = await place.session("examine", trace, "--json");
  assert.equal(examined.code, 7);
  const found = document(examined);
  assert.deepEqual(
    [found["intact"], at(found, "allowed", "ok"), at(found, "replayed", "ok")],
    [true, true, true],
  );
  const [refusal] = found["refusals"] as object[];
  assert.deepEqual(
    [at(refusal, "error_code"), at(refusal, "node"), at(refusal, "step"), at(refusal, "node_category")],
    ["OUTCOME_NOT_ROUTED", "REGISTER_RELEASE", "register", "CC"],
  );
  const text = await place.session("examine", trace);
  assert.match(text.out, /hint: .*on_result\/ALREADY_EXISTS: "exit"$/m);
});

test("a stored line that is no JSON object refuses the run as storage, naming file and line", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const audit = place.path("data/release_governance/release_audit.jsonl");
  writeFileSync(audit, '{"record":{}}\nnot json\n{"record":{}}\n');
  const said = await place.session(...completed);
  assert.equal(said.code, 5, said.err);
  assert.match(said.err, /^pgs: STORE_CORRUPT .*release_governance\/release_audit\.jsonl:2\)/);
});
