import { loadSuite } from "./suite.ts";

await loadSuite(
  "storage",
  "platform/data-root.test.ts",
  "platform/index-file.test.ts",
  "platform/make-folders.test.ts",
  "platform/check-cache.test.ts",
);
