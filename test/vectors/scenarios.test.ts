/** Every scenario vector whose capabilities this build has, step by step; each trace is examined too. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Catalogue, catalogue } from "../../src/certify/catalogue.ts";
import { type Played, play } from "../../src/certify/player.ts";
import type { Scenario } from "../../src/certify/scenario.ts";
import { readVectors } from "../../src/certify/vectors.ts";
import { surroundingsIn } from "../../src/cli/surroundings.ts";
import { CompileFault } from "../../src/faults.ts";
import { realWorld } from "../../src/main.ts";
import { nodeFiles } from "../../src/node-ports.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";

const skip = skipWithout("vectors") || skipWithout("published/protocol_snapshot");

/** Steps whose answer turns on how a number was spelled (2.0 or 2), which a reader of JSON values does not see. */
const LEXICAL: ReadonlySet<string> = new Set(["collatz#float element"]);

const surroundings = surroundingsIn(realWorld(join(import.meta.dirname, "../../src/trace/render/fonts")));

test("the published scenarios come out as the contract says", { skip }, async (suite) => {
  const { scenarios, others } = readVectors(sharedPath("vectors"), nodeFiles, (path) => path);
  assert.deepEqual(others, []);
  const workflows = catalogue(await openSnapshot(sharedPath("published/protocol_snapshot"), nodeFiles));
  for (const scenario of scenarios) {
    await suite.test(scenario.name, (context) => playOne(scenario, workflows, context));
  }
});

async function playOne(scenario: Scenario, workflows: Catalogue, context: TestContext): Promise<void> {
  const different: unknown[] = [];
  let equal = 0;
  let lacking: string | undefined;
  for await (const played of play(scenario, workflows, surroundings)) {
    const { step, differences } = played;
    lacking = lackingIn(played);
    // Steps share their data: what follows a skipped one would find other data than the vector's.
    if (lacking !== undefined) break;
    if (LEXICAL.has(`${scenario.name}#${step.name}`) || step.kind === "left out") continue;
    if (differences.length === 0) equal++;
    else different.push({ step: step.name, differences });
  }
  context.diagnostic(`${equal} of ${scenario.steps.length} steps`);
  assert.deepEqual(different, []);
  if (equal === 0 && lacking !== undefined) context.skip(lacking);
}

/** The capabilities this build does not have, when nothing else keeps the step's workflow from compiling. */
function lackingIn({ fault, differences }: Played): string | undefined {
  if (differences.length === 0 || !(fault instanceof CompileFault)) return undefined;
  const isLacking = fault.reasons.every(({ code }) => code === "NO_IMPLEMENTATION");
  return isLacking ? fault.reasons.map(({ what }) => what).join("; ") : undefined;
}
