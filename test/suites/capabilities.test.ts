import { loadSuite } from "./suite.ts";

await loadSuite(
  "capabilities",
  "platform/node-ports.test.ts",
  "platform/temp-folder.test.ts",
  "platform/worker-pool.test.ts",
);
