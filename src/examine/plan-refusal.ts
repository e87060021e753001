/** What an examination says where there is no plan to hold a trace to. */

import type { Fault } from "../errors/base.ts";
import { CompileFault } from "../plan/errors.ts";
import { finding, type TraceFinding } from "./finding.ts";

/** Of a snapshot that is as it should be, only a capability package may be missing. */
export function planRefusal(fault: Fault): TraceFinding {
  const { code, message } = fault;
  const missing =
    fault instanceof CompileFault
      ? fault.reasons.find((reason) => reason.code === "CAPABILITY_MISSING")
      : undefined;
  if (missing !== undefined)
    return finding("CAPABILITY_UNAVAILABLE", undefined, { code: missing.code, message: missing.what });
  const isOfPackage = code.startsWith("CAPABILITY_");
  return finding(isOfPackage ? "CAPABILITY_UNAVAILABLE" : "SNAPSHOT_REFUSED", undefined, { code, message });
}
