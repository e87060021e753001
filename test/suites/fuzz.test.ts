// Alone: what other tests leave to a process, such as a lock's spare link, would count as a write outside the workspace.
import { loadSuite } from "./suite.ts";

await loadSuite("fuzz.test.ts");
