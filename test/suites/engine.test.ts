import { loadSuite } from "./suite.ts";

await loadSuite("engine", "trace", "render", "examine", "interop", "docs", "example.test.ts");
