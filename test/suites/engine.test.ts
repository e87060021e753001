import { loadSuite } from "./suite.ts";

await loadSuite("engine", "trace", "examine", "export", "example.test.ts");
