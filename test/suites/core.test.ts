import { loadSuite } from "./suite.ts";

await loadSuite("json", "errors", "sign", "snapshot", "plan", "check");
