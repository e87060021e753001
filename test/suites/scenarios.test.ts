import { loadSuite } from "./suite.ts";

await loadSuite("vectors", "certify", "scenarios", "fuzz.test.ts", "limits.test.ts");
