/** The scenarios of the successor's three domains, step by step; each trace is examined too. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { registry } from "../../src/capabilities/registry.ts";
import { scenarioEnvironment } from "../../src/cli/environment.ts";
import { realPlatform } from "../../src/main.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { catalogue } from "../../src/scenarios/catalogue.ts";
import { readVectors } from "../../src/scenarios/format/vectors.ts";
import { runScenario } from "../../src/scenarios/runner.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { unpacked } from "../support/archive.ts";
import { portion } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";

const SUBSET = "assembled/v5-subset.tar.xz";
const skip = skipWithout("assembled/vectors") || skipWithout(SUBSET);

test("the scenarios of the assembled snapshot come out as the contract says", { skip }, async (suite) => {
  const environment = scenarioEnvironment(realPlatform(join(import.meta.dirname, "../../src/render/fonts")));
  const { scenarios, others } = readVectors(sharedPath("assembled/vectors"), nodeFiles, (path) => path);
  assert.deepEqual(others, []);
  const snapshot = await openSnapshot(`${unpacked(SUBSET)}/subset`, nodeFiles);
  const workflows = catalogue(snapshot, registry);
  for (const scenario of portion(suite, scenarios, 2)) {
    await suite.test(scenario.name, async () => {
      const different: unknown[] = [];
      for await (const { step, differences } of runScenario(scenario, workflows, environment))
        if (differences.length > 0) different.push({ step: step.name, differences });
      assert.deepEqual(different, []);
    });
  }
});
