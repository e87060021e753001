import { loadSuite } from "./suite.ts";

await loadSuite("sessions", "cli", "report");
