import { loadSuite } from "./suite.ts";

await loadSuite("storage", "platform");
