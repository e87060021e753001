import { loadSuite } from "./suite.ts";

await loadSuite("engine", "trace", "examine", "example.test.ts");
