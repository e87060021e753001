/** The kept example is what the program leaves today; everything the README shows is true. */

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runCli } from "../src/cli/program.ts";
import { realPlatform } from "../src/main.ts";
import { TOOL } from "../src/trace/tool.ts";
import { newSigner } from "./sign/signers.ts";

const root = join(import.meta.dirname, "..");

test("the example trace comes out byte for byte when the run is made again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pgs-example-"));
  try {
    cpSync(join(root, "fixtures/data"), join(folder, "data"), { recursive: true });
    const world = {
      ...realPlatform(join(root, "src/render/fonts")),
      cwd: root,
      env: {},
      out: () => undefined,
    };
    const options = ["--data-root", join(folder, "data"), "--traces", join(folder, "traces"), "--quiet"];
    const payload = ["--payload", "fixtures/wf-release-change/completed.json"];
    const fixed = ["--clock", "2026-01-31T09:00:00Z", "--seed", "example"];
    const wf = ["--wf", "release_governance::WF_RELEASE_CHANGE_V0"];
    assert.equal(await runCli(["run", ...wf, ...payload, ...fixed, ...options], world), 0);
    const [id] = readdirSync(join(folder, "traces")) as [string];
    for (const ending of ["jsonl", "md", "png"]) {
      const kept = readFileSync(join(root, `traces/example/${id}.${ending}`));
      const made = readFileSync(join(folder, `traces/${id}/${id}.${ending}`));
      assert.ok(kept.equals(made), `traces/example/${id}.${ending} is stale`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the version in traces and seals is the package's", () => {
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
    string,
    string
  >;
  assert.deepEqual({ name, version }, TOOL);
});

/** The console blocks of the README: each command with what is shown of its output. */
const sessions = [
  ...readFileSync(join(root, "README.md"), "utf8").matchAll(/```console\n([\s\S]*?)```/g),
].flatMap(([, block]) => (block as string).split(/^\$ /m).slice(1));

test("what the README shows of a session is what the program prints", async (suite) => {
  const folder = mkdtempSync(join(tmpdir(), "pgs-readme-"));
  for (const part of ["fixtures", "protocol_snapshot", "traces/example", "test/vectors/good", "scenarios"]) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  cpSync(join(root, "fixtures/data"), join(folder, "data"), { recursive: true });
  // What the README's two lines of openssl leave.
  const signer = newSigner("signer");
  writeFileSync(join(folder, "signing.pem"), signer.privatePem);
  writeFileSync(join(folder, "signer.pem"), signer.publicPem);
  suite.after(() => rmSync(folder, { recursive: true, force: true }));
  const [example] = readdirSync(join(folder, "traces/example")).filter((name) => name.endsWith(".jsonl")) as [
    string,
  ];
  for (const session of sessions) {
    const [line = "", ...shown] = session.trimEnd().split("\n");
    const command = /pgs (.*)$/.exec(line)?.[1];
    if (command === undefined) continue;
    await suite.test(line, async () => {
      const argv = command.split(" ").map((word) => word.replace("*.jsonl", example));
      let printed = "";
      const say = (text: string) => {
        printed += text;
      };
      const world = {
        ...realPlatform(join(root, "src/render/fonts")),
        cwd: folder,
        env: {},
        out: say,
        err: say,
      };
      if (line.startsWith("sed ")) {
        const trace = readFileSync(join(folder, `traces/example/${example}`), "utf8");
        world.writeFile(join(folder, "changed.jsonl"), trace.replaceAll("CHG-2041", "CHG-2042"));
      }
      await runCli(argv, world);
      for (const expected of shown.filter((text) => text !== "…"))
        assert.ok(printed.split("\n").includes(expected), expected);
    });
  }
  assert.ok(sessions.length > 5);
});
