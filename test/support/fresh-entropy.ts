/** Entropy that is another one in every run of a test, and can be had again. */

import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";
import { seededEntropy } from "../../src/platform/node-ports.ts";
import type { Entropy } from "../../src/ports.ts";

/** Prints its seed with the test; `PGS_TEST_SEED` in the environment is the seed instead. */
export function freshEntropy(t: TestContext): Entropy {
  const seed = process.env["PGS_TEST_SEED"] ?? randomBytes(8).toString("hex");
  t.diagnostic(`PGS_TEST_SEED=${seed}`);
  return seededEntropy(seed);
}
