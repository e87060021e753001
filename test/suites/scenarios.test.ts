import { loadSuite } from "./suite.ts";

await loadSuite("vectors", "certify", "scenarios", "limits.test.ts");
