import type { ChildResult } from "../target.ts";

/** What the end of a called workflow is to a caller that asks whether it succeeded (SPEC 4.9). */
export const STATUS_OF = {
  succeeded: "SUCCESS",
  failed: "VIOLATION",
  "not-found": "VIOLATION",
  unknown: "BACKEND_ERROR",
  storage: "BACKEND_ERROR",
  refused: "BACKEND_ERROR",
} as const satisfies Record<ChildResult["end"], string>;
