import { loadSuite } from "./suite.ts";

await loadSuite(
  "json.test.ts",
  "json-number.test.ts",
  "json-repair.test.ts",
  "yaml-text.test.ts",
  "counted.test.ts",
  "faults.test.ts",
  "sign",
  "snapshot",
  "plan",
  "check",
);
