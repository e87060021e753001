/** The kept example is what the program writes today. */

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runCli } from "../src/cli/program.ts";
import { realPlatform } from "../src/main.ts";
import { TOOL } from "../src/trace/tool.ts";
import { isTraceName } from "../src/trace/trace-name.ts";
import { takingTurns } from "./support/portion.ts";

const it = takingTurns(import.meta.url);

const root = join(import.meta.dirname, "..");

it("the example trace comes out byte for byte when the run is made again", async () => {
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
    const [id] = readdirSync(join(folder, "traces")).filter(isTraceName) as [string];
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
