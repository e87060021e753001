import { loadSuite } from "./suite.ts";

await loadSuite("capabilities", "node-ports.test.ts", "node-scratch.test.ts", "node-crew.test.ts");
