import { loadSuite } from "./suite.ts";

await loadSuite("vectors", "fuzz.test.ts");
