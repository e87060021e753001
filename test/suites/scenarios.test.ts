import { loadSuite } from "./suite.ts";

await loadSuite("vectors", "certify", "fuzz.test.ts");
