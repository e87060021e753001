/** Every scenario vector, step by step; each trace is examined too. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { registry } from "../../src/capabilities/registry.ts";
import { scenarioEnvironment } from "../../src/cli/environment.ts";
import { realPlatform } from "../../src/main.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { type Catalogue, catalogue } from "../../src/scenarios/catalogue.ts";
import { readVectors } from "../../src/scenarios/format/vectors.ts";
import { runScenario } from "../../src/scenarios/runner.ts";
import type { Scenario } from "../../src/scenarios/scenario.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { portion } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";

const surroundings = scenarioEnvironment(realPlatform(join(import.meta.dirname, "../../src/render/fonts")));

for (const folder of ["vectors", "waits"]) {
  const skip = skipWithout(folder) || skipWithout("published/protocol_snapshot");
  test(`the published scenarios in ${folder} come out as the contract says`, { skip }, async (suite) => {
    const { scenarios, others } = readVectors(sharedPath(folder), nodeFiles, (path) => path);
    assert.deepEqual(others, []);
    const workflows = catalogue(
      await openSnapshot(sharedPath("published/protocol_snapshot"), nodeFiles),
      registry,
    );
    for (const scenario of portion(suite, scenarios, 2)) {
      await suite.test(scenario.name, (context) => playOne(scenario, workflows, context));
    }
  });
}

async function playOne(scenario: Scenario, workflows: Catalogue, context: TestContext): Promise<void> {
  const different: unknown[] = [];
  for await (const { step, differences, isLexical } of runScenario(scenario, workflows, surroundings)) {
    if (isLexical) context.diagnostic(`${step.name} turns on how a number is spelled`);
    else if (differences.length > 0) different.push({ step: step.name, differences });
  }
  assert.deepEqual(different, []);
}
