import { loadSuite } from "./suite.ts";

await loadSuite("node-store.test.ts", "node-index.test.ts", "node-check-cache.test.ts");
