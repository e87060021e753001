/** The completion scripts complete in their shells, as far as these are there. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { COMMANDS } from "../../../../src/cli/program.ts";
import { assertHint, assertRefused, workspace } from "../../../sessions/world.ts";
import { takingTurns } from "../../../support/portion.ts";

const it = takingTurns(import.meta.url);

const has = (shell: string) => spawnSync(shell, ["-c", "exit 0"]).status === 0;
const inShell = (shell: string) => ({ skip: has(shell) ? false : `there is no ${shell}` });

/** The words typed so far, the last of which is completed, and some of the proposals. */
const completions: readonly (readonly [line: string, proposed: readonly string[], not?: readonly string[]])[] =
  [
    ["pgs ", COMMANDS.map(({ name }) => name)],
    ["pgs ver", ["verify"], ["run"]],
    ["pgs --work", ["--workspace"]],
    ["pgs --json ver", ["verify"]],
    ["pgs --workspace verify che", ["check"]],
    ["pgs help exa", ["examine"]],
    ["pgs run --dur", ["--durability"], ["--data-root"]],
    ["pgs run --durability ", ["device", "process"]],
    ["pgs run --durability = d", ["device"], ["process"]],
    ["pgs run --payload =", ["a b.json", "folder"]],
    ["pgs run --payload ", ["a b.json", "folder"]],
    ["pgs run --payload a", ["a b.json"], ["folder"]],
    ["pgs run --data-root ", ["folder"], ["a b.json"]],
    ["pgs run --actor ", []],
    ["pgs list --", ["--snapshot", "--help"], ["--traces"]],
    ["pgs examine ", ["a b.json", "folder"]],
    ["pgs gate --require co", ["conformance", "coverage"], ["check"]],
    ["pgs data ", ["locks"]],
    ["pgs completion ", ["bash", "fish", "zsh"]],
  ];

it("bash completes commands, options, choices and files", inShell("bash"), async (t) => {
  const place = workspace(t, { snapshot: null });
  writeFileSync(place.path("a b.json"), "{}");
  mkdirSync(place.path("folder"));
  const { out } = await place.session("completion", "bash");
  for (const [line, proposed, not = []] of completions) {
    const script = `${out}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pgs; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const argv = ["--norc", "-c", script, "bash", ...line.split(" ")];
    const { stdout, stderr } = spawnSync("bash", argv, { cwd: place.folder, encoding: "utf8" });
    const words = stdout.split("\n").filter((word) => word !== "");
    assert.equal(stderr, "", line);
    assert.deepEqual(
      proposed.filter((word) => !words.includes(word)),
      [],
      `${line}: ${stdout}`,
    );
    assert.deepEqual(
      not.filter((word) => words.includes(word)),
      [],
      line,
    );
    if (proposed.length === 0) assert.deepEqual(words, [], line);
  }
});

for (const shell of ["bash", "zsh", "fish"]) {
  it(`${shell} takes its script, which names every command`, inShell(shell), async (t) => {
    const place = workspace(t, { snapshot: null });
    const { out } = await place.session("completion", shell);
    writeFileSync(place.path("script"), out);
    const { status, stderr } = spawnSync(shell, ["-n", place.path("script")], { encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""]);
    for (const { name } of COMMANDS) assert.match(out, new RegExp(`\\b${name}\\b`));
  });
}

test("another shell is refused with those that there are", async (t) => {
  const said = await workspace(t, { snapshot: null }).session("completion", "tcsh");
  assertRefused(said, 2, "BAD_USAGE");
  assertHint(said, /^type bash or zsh or fish$/);
});
