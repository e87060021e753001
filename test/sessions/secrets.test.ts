/** Runs that suppress values and wait, through the command line: with a key they go on, and nothing of it is left. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { appending, contract, oneContract } from "../engine/trial.ts";
import { SECRETIVE } from "../engine/waiting.ts";
import { takingTurns } from "../support/portion.ts";
import { DRAWN_NOT, interruptedAfter, json, logged, RUN, typedIn, waitingWorkspace } from "./waiting.ts";
import {
  assertHint,
  assertNothingLeft,
  assertRefused,
  assertSound,
  at,
  document,
  runTree,
  type Said,
  type Workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const PAYLOAD = { token: "token-of-nobody", pin: "77" };
const SECRET = /token-of-nobody|"77"|yes-of-nobody/;
const KEYS = ["one", "two"].map((name) => Buffer.from(name.padEnd(32)).toString("base64"));
const [KEY = "", OTHER_KEY = ""] = KEYS;

const secretFiles = (place: Workspace) =>
  runTree(place.path("traces")).filter((name) => name.endsWith(".secrets"));

/** Nothing in the folder of the traces, and nothing that was printed, has a secret. */
function assertKept(place: Workspace, ...said: readonly Said[]): void {
  for (const { out, err } of said) assert.doesNotMatch(`${out}${err}`, SECRET);
  for (const name of runTree(place.path("traces")).filter((one) => /\.\w+$/.test(one)))
    assert.doesNotMatch(readFileSync(place.path(`traces/${name}`), "utf8"), SECRET, name);
}

function begun(t: Parameters<typeof waitingWorkspace>[0]) {
  const place = waitingWorkspace(t, SECRETIVE);
  json(place, "payload.json", PAYLOAD);
  json(place, "FILE", "yes-of-nobody");
  writeFileSync(place.path("my key"), `${KEY}\n`);
  return { place, run: [...RUN, "--payload", "payload.json"] };
}

test("the hints lead from no key to the end of the run, if they are followed to the letter", async (t) => {
  const { place, run } = begun(t);
  const refused = await place.session(...run);
  assertRefused(refused, 4, "SECRETS_KEY_REQUIRED");
  assertNothingLeft(place);
  const [, command = "", option = ""] = /type (.*?), and add (.*?);/.exec(refused.err) ?? [];
  execFileSync("sh", ["-c", command], { cwd: place.folder });
  const asked = await place.session(...run, ...option.split(" "));
  assert.equal(asked.code, 6, asked.err);
  assert.equal(secretFiles(place).length, 1);
  assertHint(asked, /--event sha256:[0-9a-f]{64} /);
  assertKept(place, refused, asked);
  const typed = typedIn(asked.err, "resume").slice(0, 8);
  const ended = await place.session(...typed, ...DRAWN_NOT);
  assert.equal(ended.code, 0, ended.err);
  assert.deepEqual(secretFiles(place), []);
  assertKept(place, ended);
  assert.deepEqual(logged(place), [{ token: PAYLOAD.token }, { token: PAYLOAD.token, reply: "yes-of-nobody" }]);
  await assertSound(place, typed[1] as string);
});

test("a command that shows a run that waits names its key, too, unless the environment has it", async (t) => {
  const { place, run } = begun(t);
  const asked = await place.session(...run, "--secrets-key", "my key");
  const [, trace = ""] = typedIn(asked.err, "resume");
  writeFileSync(place.path("KEY_FILE"), KEY);
  const shown = await place.session("runs", trace);
  const examined = await place.session("examine", trace);
  for (const { out, err } of [shown, examined]) {
    const typed = typedIn(`${out}${err}`, "resume");
    assert.ok(typed.includes("--secrets-key"), typed.join(" "));
    // Neither has been answered, and the key opens what is kept.
    const known = await place.session(...typed.slice(0, 4), "--event", "other", ...DRAWN_NOT);
    assertRefused(known, 2, "NO_SUCH_WAIT");
  }
  const within = await place.sessionIn({ env: { PGS_SECRETS_KEY: KEY } }, "runs", trace);
  assert.ok(!typedIn(within.out, "resume").includes("--secrets-key"));
});

test("a key in the environment and in a file is the same key; the hint names the file where there is one", async (t) => {
  const { place, run } = begun(t);
  const env = { env: { PGS_SECRETS_KEY: KEY } };
  const asked = await place.sessionIn(env, ...run);
  assert.equal(asked.code, 6, asked.err);
  assert.doesNotMatch(asked.err, /--secrets-key/);
  const byFile = await place.session(...run, "--secrets-key", "my key");
  assert.match(byFile.err, /pgs resume \S+ --secrets-key 'my key' --event /);
  const typed = typedIn(asked.err, "resume").slice(0, 6);
  const ended = await place.session(...typed, "--secrets-key", "my key", ...DRAWN_NOT);
  assert.equal(ended.code, 0, ended.err);
  assert.equal(secretFiles(place).length, 1, "that of the other run");
});

test("without the key, or with another one, nothing is appended, and the hint says what to give", async (t) => {
  const { place, run } = begun(t);
  const asked = await place.session(...run, "--secrets-key", "my key");
  const [command = "", trace = ""] = typedIn(asked.err, "resume");
  const before = readFileSync(place.path(trace), "utf8");
  writeFileSync(place.path("other.key"), OTHER_KEY);
  writeFileSync(place.path("no.key"), "secret");
  const event = ["--event", "77", "--answer", "FILE"];
  const missing = await place.session(command, trace, ...event);
  assertRefused(missing, 2, "SECRETS_KEY_MISSING");
  assertHint(missing, /--secrets-key FILE/);
  const wrong = await place.session(command, trace, ...event, "--secrets-key", "other.key");
  assertRefused(wrong, 2, "SECRETS_KEY_WRONG");
  assertHint(wrong, /the key with which the run began/);
  const none = await place.session(command, trace, ...event, "--secrets-key", "no.key");
  assertRefused(none, 2, "SECRETS_KEY_MALFORMED");
  assertKept(place, missing, wrong, none);
  assert.equal(readFileSync(place.path(trace), "utf8"), before);
  const ended = await place.session(command, trace, ...event, "--secrets-key", "my key", ...DRAWN_NOT);
  assert.equal(ended.code, 0, ended.err);
});

test("who cancels a run needs no key, and nothing is kept of it", async (t) => {
  const { place, run } = begun(t);
  const asked = await place.session(...run, "--secrets-key", "my key");
  const [, trace = ""] = typedIn(asked.err, "resume");
  assert.equal(secretFiles(place).length, 1);
  const cancelled = await place.session("cancel", trace, ...DRAWN_NOT);
  assert.equal(cancelled.code, 0, cancelled.err);
  assert.deepEqual(secretFiles(place), []);
  assertKept(place, cancelled);
});

test("a run that is stopped without a key says that it cannot go on, and how to end it", async (t) => {
  const steps = [appending("one", { token: "$.inputs.token" }), appending("two", {})];
  const core = contract(steps, { inputs: { token: {} }, suppress_trace_fields: ["token"] });
  const place = waitingWorkspace(t, oneContract(core, { inputs: { token: "$.payload.token" } }));
  json(place, "payload.json", { token: "token-of-nobody" });
  const run = [...RUN, "--payload", "payload.json"];
  const stopped = await place.sessionIn(interruptedAfter(4), ...run, "--follow");
  assert.equal(stopped.code, 143, stopped.err);
  const [command = "", trace = ""] = typedIn(stopped.err, "cancel");
  assert.doesNotMatch(stopped.err, /pgs resume/);
  assertRefused(await place.session("resume", trace), 2, "SECRETS_MISSING");
  assert.equal((await place.session(command, trace, ...DRAWN_NOT)).code, 0);
  json(place, "my key", 0);
  writeFileSync(place.path("my key"), KEY);
  const kept = await place.sessionIn(interruptedAfter(4), ...run, "--follow", "--secrets-key", "my key");
  const words = typedIn(kept.err, "resume").slice(0, 4);
  assert.deepEqual(words.slice(2), ["--secrets-key", "my key"]);
  const ended = await place.session(...words, ...DRAWN_NOT);
  assert.equal(ended.code, 0, ended.err);
  assertKept(place, stopped, kept, ended);
});

test("the same clock and seed leave the same bytes in each session, whatever is suppressed", async (t) => {
  const traces = [];
  for (const key of KEYS) {
    const { place, run } = begun(t);
    const env = { env: { PGS_SECRETS_KEY: key } };
    const fixed = (hour: number) => ["--clock", `2026-01-31T1${hour}:00:00Z`, "--seed", "s"];
    const asked = await place.sessionIn(env, ...run, ...fixed(0));
    const typed = typedIn(asked.err, "resume").slice(0, 6);
    const ended = await place.sessionIn(env, ...typed, ...fixed(1), ...DRAWN_NOT);
    assert.equal(ended.code, 0, ended.err);
    traces.push(readFileSync(place.path(typed[1] as string), "utf8"));
  }
  assert.equal(traces[0], traces[1]);
});

const SCENARIO = {
  scenario: "s",
  given: { clock: "2026-01-31T09:00:00Z" },
  steps: [
    {
      name: "answered",
      given: { answers_events: { "77": "yes-of-nobody" } },
      expect: { exit_reason: "COMPLETED", waits: [] },
    },
    {
      name: "later",
      resume: [{ at: "PT1H", event: "77", answer: "yes-of-nobody" }],
      expect: { exit_reason: "COMPLETED", stored: { LOG: { $count: 4 } } },
    },
    { name: "waits", expect: { status: "WAITING", waits: [{ kind: "EVENT" }] } },
    { name: "cancelled", resume: [{ cancel: {} }], expect: { status: "CANCELLED" } },
    { name: "without", secrets_key: false, expect: { refusal: "SECRETS_KEY_REQUIRED" } },
  ].map((step) => ({ workflow: "trial::WF_TRIAL_V0", payload: PAYLOAD, ...step })),
};

it("in a scenario, such a run has a key of its own, unless the scenario says otherwise", async (t) => {
  const place = waitingWorkspace(t, SECRETIVE);
  mkdirSync(place.path("scenarios"));
  json(place, "scenarios/s.scenario.json", SCENARIO);
  const said = await place.session("test");
  assert.deepEqual([said.code, said.out], [0, "1 scenario, 5 steps, 5 equal, 0 different\n"], said.err);
  const steps = SCENARIO.steps.map((step) => ({ ...step, expect: { status: "ELSE" } }));
  json(place, "scenarios/s.scenario.json", { ...SCENARIO, steps });
  const different = await place.session("test", "--json");
  assert.equal(different.code, 7);
  assert.doesNotMatch(different.out, /token-of-nobody|yes-of-nobody/);
  const found = at(document(different), "scenarios", 0, "steps") as readonly unknown[];
  assert.equal(found.length, 5);
  json(place, "scenarios/s.scenario.json", {
    ...SCENARIO,
    steps: [{ ...SCENARIO.steps[0], given: { answers_events: { "78": "yes" } } }],
  });
  const unasked = await place.session("test", "--json");
  assert.match(unasked.out, /answers_events\/78/);
});
