import { loadSuite } from "./suite.ts";

await loadSuite("json.test.ts", "json-repair.test.ts", "faults.test.ts", "sign", "snapshot", "plan", "check");
