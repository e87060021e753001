import { loadSuite } from "./suite.ts";

await loadSuite("package.test.ts", "sessions", "cli", "report", "workspace");
