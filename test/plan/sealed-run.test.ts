import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { SEAL_FILE } from "../../src/snapshot/seal.ts";
import { OWN_SNAPSHOT } from "../snapshot/memory-files.ts";
import { childModules } from "../support/child-modules.ts";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const temporary = mkdtempSync(join(tmpdir(), "pgs-sealed-"));
after(() => rmSync(temporary, { recursive: true, force: true }));

const ROOT = join(import.meta.dirname, "../..");

/** How a snapshot is opened: a text, for another process to evaluate. */
interface Opening {
  readonly snapshot: string;
  readonly options: string;
}

const MODULES = [
  "src/snapshot/load.ts",
  "src/plan/compile.ts",
  "src/capabilities/registry.ts",
  "src/platform/node-ports.ts",
  "src/platform/check-cache.ts",
] as const;

type Modules = Readonly<Record<(typeof MODULES)[number], string>>;

/** Whether a process has loaded the YAML parser after it compiled a workflow of the snapshot. */
function needsYaml(modules: Modules, { snapshot, options }: Opening): boolean {
  const script = `
    import { createRequire } from "node:module";
    const { openSnapshot } = await import("${modules["src/snapshot/load.ts"]}");
    const { compile } = await import("${modules["src/plan/compile.ts"]}");
    const { registry } = await import("${modules["src/capabilities/registry.ts"]}");
    const { nodeFiles } = await import("${modules["src/platform/node-ports.ts"]}");
    const { openCheckCache } = await import("${modules["src/platform/check-cache.ts"]}");
    const checked = openCheckCache({ XDG_CACHE_HOME: ${JSON.stringify(cache)} }, "1", process.getuid());
    const snapshot = await openSnapshot(${JSON.stringify(snapshot)}, nodeFiles, { putOff: true, ...${options} });
    await compile(snapshot.artifact("agent_governance::WF_REVOKE_GRANT_V0"), snapshot, registry);
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(loaded.some((file) => file.includes("node_modules/yaml/")));
  `;
  const args = ["--input-type=module", "--eval", script];
  return execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" }).trim() === "true";
}

const cache = join(temporary, "cache");
const unsealed = join(temporary, "protocol_snapshot");
cpSync(OWN_SNAPSHOT, unsealed, { recursive: true });
rmSync(join(unsealed, SEAL_FILE));
const seal = readFileSync(join(OWN_SNAPSHOT, SEAL_FILE), "utf8");
const root = /"root":"([0-9a-f]{64})"/.exec(seal)?.[1];

it("a workflow is compiled without loading the YAML parser where its contents are proven", async () => {
  const modules = await childModules(...MODULES);
  const needs = (snapshot: string, options: string) => needsYaml(modules, { snapshot, options });
  assert.ok(!needs(OWN_SNAPSHOT, `{ expectSeal: "${root}" }`), "an expected root");
  assert.ok(!needs(OWN_SNAPSHOT, "{ requireSigned() {} }"), "required signatures");
  assert.ok(needs(OWN_SNAPSHOT, "{}"), "a seal that anybody may have written");
  assert.ok(needs(unsealed, "{ checked }"), "nothing, for the first time");
  assert.ok(!needs(unsealed, "{ checked }"), "checks passed before");
  assert.ok(!needs(OWN_SNAPSHOT, "{ checked }"), "the same files under a seal");
});
