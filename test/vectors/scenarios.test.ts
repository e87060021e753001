/** Every scenario vector whose capabilities this build has, step by step; each trace is examined too. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { Player, payloadTexts, type Scenario } from "./scenario.ts";

const skip = skipWithout("vectors") || skipWithout("published/protocol_snapshot");

/** Steps whose answer turns on how a number was spelled (2.0 or 2), which a reader of JSON values does not see. */
const LEXICAL: ReadonlySet<string> = new Set(["collatz: float element"]);

test("the published scenarios come out as the contract says", { skip }, async (suite) => {
  for (const file of readdirSync(sharedPath("vectors")).filter((name) => name.endsWith(".json"))) {
    const text = readFileSync(sharedPath(`vectors/${file}`), "utf8");
    const scenario = JSON.parse(text) as Scenario;
    const payloads = payloadTexts(text);
    await suite.test(scenario.scenario ?? file, async (context) => {
      const player = new Player(scenario, payloads, sharedPath("published/protocol_snapshot"));
      const differences: string[] = [];
      const skipped = new Set<string>();
      let passed = 0;
      try {
        for (const step of scenario.steps) {
          if (LEXICAL.has(`${scenario.scenario}: ${step.name}`)) continue;
          const result = await player.play(step);
          if (result.kind === "passed") passed++;
          if (result.kind === "skipped") skipped.add(result.why);
          // Steps share their data: what follows a skipped one would find other data than the vector's.
          if (result.kind === "skipped" && result.why !== "not applicable") break;
          if (result.kind === "differs")
            differences.push(`${step.name}\n    ${result.differences.join("\n    ")}`);
        }
      } finally {
        player.close();
      }
      context.diagnostic(`${passed} of ${scenario.steps.length} steps`);
      assert.deepEqual(differences, []);
      if (passed === 0 && skipped.size > 0) context.skip([...skipped].join("; "));
    });
  }
});
