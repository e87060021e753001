import { loadSuite } from "./suite.ts";

await loadSuite("vectors", "scenarios");
