/** Prints the bytes of the heap in use after as many runs as each argument says; needs `--expose-gc`. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { memoryStores, memoryTraces, openWorkspace } from "../../src/index.ts";
import type { JsonObject } from "../../src/json/value.ts";

const project = join(import.meta.dirname, "../..");
const payload = JSON.parse(
  readFileSync(join(project, "fixtures/wf-release-change/quorum-not-met.json"), "utf8"),
) as JsonObject;
const workspace = await openWorkspace({ folder: project, traces: memoryTraces() });
const workflow = await workspace.workflow("release_governance::WF_RELEASE_CHANGE_V0");
let runs = 0;

async function runUpTo(count: number): Promise<void> {
  while (runs < count) {
    const size = Math.min(64, count - runs);
    runs += size;
    await Promise.all(Array.from({ length: size }, () => workflow.run(payload, { stores: memoryStores() })));
  }
}

for (const count of process.argv.slice(2).map(Number)) {
  await runUpTo(count);
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  console.log(process.memoryUsage().heapUsed);
}
