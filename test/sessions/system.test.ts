/** What the system refuses is no defect of the runner: each has a code, and the work that was done stays done. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { realPlatform } from "../../src/main.ts";
import { IoError } from "../../src/ports.ts";
import { chain } from "../plan/long-workflow.ts";
import { portion, takingTurns } from "../support/portion.ts";
import { WF, workspaceWith } from "./small.ts";
import {
  assertHint,
  assertRefused,
  at,
  document,
  environmentIn,
  exitOf,
  FIXTURES,
  fixture,
  PROJECT,
  RELEASE,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const completed = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png"];
const FULL = "/dev/full";

/** The binary by way of a shell, which may turn its outputs or its folder away first. */
async function shell(line: string, folder: string, ...argv: readonly string[]) {
  const binary = [process.execPath, join(PROJECT, "bin/pgs.js"), ...argv];
  const child = spawn("sh", ["-c", line, "sh", ...binary], { cwd: folder, env: environmentIn(folder) });
  let err = "";
  child.stdout.resume();
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const [code] = await once(child, "close");
  return { code, out: "", err };
}

const full = { skip: existsSync(FULL) ? false : `there is no ${FULL}` };

it("a full standard output is said with a code, and the run and its trace are whole", full, async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const said = await shell('"$@" > /dev/full', place.folder, ...completed);
  assertRefused(said, 5, "OUTPUT_UNWRITABLE");
  assert.match(said.err, /standard output cannot be written: ENOSPC; otherwise the exit code would be 0/);
  const found = document(await place.session("examine", place.traces()[0] as string, "--json"));
  assert.deepEqual([found["ok"], at(found, "ending", "exit_reason_code")], [true, "COMPLETED"]);
});

it("a full standard error is said by the exit code alone, and ends no run half-way", full, async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const said = await shell('"$@" 2> /dev/full', place.folder, ...completed, "--follow");
  assert.deepEqual([said.code, said.err], [5, ""]);
  const found = document(await place.session("examine", place.traces()[0] as string, "--json"));
  assert.deepEqual([found["ok"], at(found, "ending", "exit_reason_code")], [true, "COMPLETED"]);
  const refused = await shell('"$@" > /dev/full 2>&1', place.folder, "list", "--nope");
  assert.equal(refused.code, 5);
});

it("a current folder that was removed is refused", async (t) => {
  const place = workspace(t);
  mkdirSync(place.path("gone"));
  const said = await shell('rmdir ../gone; exec "$@"', place.path("gone"), "list", "--workspace", place.folder);
  assertRefused(said, 2, "WORKING_FOLDER_GONE");
});

it("a folder for temporary files that is not there is refused, with the variable that names it", async (t) => {
  const place = workspace(t);
  for (const argv of [
    ["test", join(PROJECT, "scenarios")],
    ["certify", join(PROJECT, "test/vectors/good")],
  ]) {
    const said = await place.binaryIn({ TMPDIR: place.path("nowhere") }, ...argv);
    assertRefused(said, 5, "SCRATCH_UNUSABLE");
    assertHint(said, /TMPDIR/);
  }
});

test("an error of the system that nothing foresaw is said with its code, in JSON, too", async (t) => {
  const place = workspace(t);
  const system = Object.assign(new Error("open"), { code: "ENFILE", syscall: "open" });
  for (const [error, errno] of [
    [new IoError("EMFILE", null), "EMFILE"],
    [system, "ENFILE"],
  ] as const) {
    const path = null;
    const broken = {
      openStores: () => {
        throw error;
      },
    };
    const said = await place.sessionIn(broken, ...completed);
    assertRefused(said, 5, "SYSTEM_REFUSED");
    assert.match(said.err, new RegExp(errno));
    const { error: told } = document(await place.sessionIn(broken, ...completed, "--json"));
    assert.deepEqual([at(told, "code"), at(told, "details")], ["SYSTEM_REFUSED", { errno, path }]);
  }
});

test("a refusal of the system names the place, wherever the system names it", async (t) => {
  const place = workspace(t);
  const path = place.path("locked/traces");
  const system = Object.assign(new Error("scandir"), { code: "EACCES", syscall: "scandir", path });
  for (const error of [system, new IoError("EACCES", system)]) {
    const list = () => {
      throw error;
    };
    const { files } = realPlatform("");
    const said = await place.sessionIn({ files: { ...files, list } }, "examine", ".");
    assertRefused(said, 5, "SYSTEM_REFUSED");
    assert.match(said.err, /EACCES \(locked\/traces\)$/m);
    assertHint(said, /access to that path/);
  }
});

it("with too few open files, whichever of them is the first too many, the hint raises the limit", async (t) => {
  // A run with a package would not do: what Node needs to evaluate that is more than the program itself needs.
  const place = workspaceWith(t, chain(3), true);
  writeFileSync(place.path("p.json"), `{"a": "x"}`);
  const running = ["run", "--wf", WF, "--payload", "p.json", "--no-png"];
  const hinted: number[] = [];
  for (let most = 16; ; most++) {
    const said = await shell(`ulimit -n ${most}; exec "$@"`, place.folder, ...running);
    // Below that, Node itself does not come as far as the program.
    if (said.code === null || said.code >= 128 || said.err.startsWith("node:")) continue;
    if (said.code === 0 && said.err === "") break;
    assert.ok(said.code !== 1 && said.code !== 70, `${most}: ${said.code} ${said.err}`);
    assert.match(said.err, /EMFILE/);
    assert.match(said.err, /^hint: .*ulimit -n \d+/m);
    hinted.push(most);
  }
  assert.notEqual(hinted.length, 0, "no limit was low enough");
});

it("a name is printed as it was typed, wherever the current folder occurs in it", async (t) => {
  const place = workspace(t);
  const names = ["https://example.org/x", `a${place.folder}/b`, `${place.folder}x/y`];
  for (const name of names) {
    const said = await place.session("run", "--wf", RELEASE, "--payload", name);
    assert.ok(said.err.includes(`(${name})`), said.err);
    const argv = ["run", "--workspace", place.folder, "--wf", RELEASE, "--payload", name];
    assert.ok((await place.sessionIn({ cwd: "/" }, ...argv)).err.includes(`(${name})`), name);
  }
});

const SIGNALS = [
  ["SIGHUP", 129],
  ["SIGTERM", 143],
] as const;

for (const [signal, code] of portion({ name: "signals", diagnostic: console.log }, SIGNALS, 1)) {
  it(`${signal} ends certify with ${code}, and removes what it made`, async (t) => {
    const place = workspace(t);
    mkdirSync(place.path("tmp"));
    const vectors = join(PROJECT, "test/vectors/good");
    const child = place.startIn({ TMPDIR: place.path("tmp") }, "certify", vectors);
    t.after(() => child.kill("SIGKILL"));
    while (readdirSync(place.path("tmp")).length === 0 && child.exitCode === null) await pause(1);
    child.kill(signal);
    assert.equal(exitOf(await once(child, "close")), code);
    assert.deepEqual(readdirSync(place.path("tmp")), []);
  });
}
