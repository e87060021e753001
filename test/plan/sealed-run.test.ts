import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { SEAL_FILE } from "../../src/snapshot/seal.ts";
import { OWN_SNAPSHOT } from "../snapshot/memory-files.ts";

const temporary = mkdtempSync(join(tmpdir(), "pgs-sealed-"));
after(() => rmSync(temporary, { recursive: true, force: true }));

const ROOT = join(import.meta.dirname, "../..");

/** The packages that a process has loaded after it compiled a workflow of the snapshot. */
function packagesLoaded(snapshot: string): readonly string[] {
  const script = `
    import { createRequire } from "node:module";
    const { openSnapshot } = await import("./src/snapshot/load.ts");
    const { compile } = await import("./src/plan/compile.ts");
    const { registry } = await import("./src/capabilities/registry.ts");
    const { nodeFiles } = await import("./src/node-ports.ts");
    const snapshot = await openSnapshot(${JSON.stringify(snapshot)}, nodeFiles);
    await compile(snapshot.artifact("agent_governance::WF_REVOKE_GRANT_V0"), snapshot, registry);
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(snapshot.state, ...new Set(loaded.map((file) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1])));
  `;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  return execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" }).trim().split(" ");
}

test("a sealed snapshot is compiled without loading the YAML parser, an unsealed one is not", () => {
  const unsealed = join(temporary, "protocol_snapshot");
  cpSync(OWN_SNAPSHOT, unsealed, { recursive: true });
  rmSync(join(unsealed, SEAL_FILE));
  const [sealedState, ...sealedPackages] = packagesLoaded(OWN_SNAPSHOT);
  const [unsealedState, ...unsealedPackages] = packagesLoaded(unsealed);
  assert.deepEqual([sealedState, unsealedState], ["sealed", "verified"]);
  assert.ok(!sealedPackages.includes("yaml"), sealedPackages.join(" "));
  assert.ok(unsealedPackages.includes("yaml"), unsealedPackages.join(" "));
});
