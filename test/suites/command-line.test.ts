import { loadSuite } from "./suite.ts";

await loadSuite("hint-words.test.ts", "sessions", "cli", "gate");
