/** A run whose sessions are executed on several machines leaves the trace that it leaves on one. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { TestContext } from "node:test";
import { appending, oneContract, WORKFLOW } from "../engine/trial.ts";
import { awaiting, waiting } from "../engine/waiting.ts";
import { takingTurns } from "../support/portion.ts";
import { DRAWN_NOT, json, waitingWorkspace } from "./waiting.ts";
import { assertSound, PROJECT, tracesIn, type Workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

/** In namespaces of their own, a process has another host name and another process table. */
const ELSEWHERE = ["--user", "--map-root-user", "--uts", "--pid", "--fork"];
const cannot = spawnSync("unshare", [...ELSEWHERE, "true"]).status === 0 ? false : "no namespaces of its own";

/** One command line; `host` names the machine. */
type Type = (place: Workspace, host: string | null, ...argv: readonly string[]) => void;

const type: Type = ({ folder }, host, ...argv) => {
  const command = [process.execPath, join(PROJECT, "bin/pgs.js"), ...argv];
  const [program = "", ...words] =
    host === null
      ? command
      : ["unshare", ...ELSEWHERE, "sh", "-c", `hostname ${host} && exec "$@"`, "sh", ...command];
  const env = { PATH: process.env["PATH"], HOME: folder, XDG_CACHE_HOME: join(folder, "cache") };
  const { status, stderr } = spawnSync(program, words, { cwd: folder, env, encoding: "utf8" });
  assert.ok(status === 0 || status === 6, `${argv.join(" ")}: ${status} ${stderr}`);
};

const PROTOCOL = oneContract(
  awaiting(
    waiting({ key: "first", choices: ["yes", "no"] }, "EVENT", "first"),
    waiting({ after: "PT1H" }, "TIME", "pause"),
    waiting({ key: "second", timeout: "P1D" }, "EVENT", "second"),
    appending("log", { of: "$.results.second.second.answer" }),
  ),
);

/** The trace of the run that is executed in four sessions, on these machines in turn. */
async function traceOf(t: TestContext, hosts: readonly (string | null)[]): Promise<string> {
  const place = waitingWorkspace(t, PROTOCOL);
  const sessionAt = (time: string) => ["--clock", `2026-01-31T${time}:00Z`, "--seed", "same", ...DRAWN_NOT];
  const answer = json(place, "answer.json", "yes");
  const [first = null, second = null, third = null, fourth = null] = hosts;
  type(place, first, "run", WORKFLOW, ...sessionAt("09:00"));
  const [file = ""] = tracesIn(place.path("traces"));
  const trace = relative(place.folder, file);
  const delivered = (key: string, id: string) => ["--event", key, "--answer", answer, "--event-id", id];
  type(place, second, "resume", trace, ...delivered("first", "e-1"), ...sessionAt("09:30"));
  type(place, third, "resume", trace, ...sessionAt("10:30"));
  type(place, fourth, "resume", trace, ...delivered("second", "e-2"), ...sessionAt("11:00"));
  await assertSound(place, trace);
  return readFileSync(file, "utf8");
}

it("three suspensions, each of which another machine ends, leave the bytes of one machine, valid and replayed", {
  skip: cannot,
}, async (t) => {
  const here = await traceOf(t, []);
  assert.equal(here.match(/"event_type":"run_suspended"/g)?.length, 3);
  assert.match(here.trimEnd().split("\n").at(-1) ?? "", /"event_type":"workflow_complete".*"status":"SUCCESS"/);
  assert.equal(await traceOf(t, ["one", "two", "one", "two"]), here);
});
