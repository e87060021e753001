/** Measures what the runs of recorded traces cover of a snapshot's workflows. */

import type { Registry } from "../capabilities/registry.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { catalogue } from "./catalogue.ts";
import { type Coverage, coverageOf, type Outcomes } from "./coverage.ts";
import { ScenarioFault } from "./errors.ts";
import { countTrace, type LeftOut } from "./recorded-traces.ts";

export interface CoverageRequest {
  readonly snapshot: Snapshot;
  readonly registry: Registry;
  /** One trace after the other is read: all of them may be large. */
  readonly traces: readonly TraceToCount[];
}

export interface TraceToCount {
  readonly file: string;
  /** By itself, not by its folder: then it is refused, not left out, if another runtime wrote it. */
  readonly isNamed: boolean;
  read(): Uint8Array;
}

export interface CoverageResult {
  readonly coverage: readonly Coverage[];
  /** Number of traces that were counted. */
  readonly counted: number;
  /** The files of those whose runs were interrupted: they are counted up to where they got. */
  readonly interrupted: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

/** The coverage of every workflow, and the traces that tell nothing of it. @throws ScenarioFault `TRACE_FOREIGN` */
export async function measureCoverage(request: CoverageRequest): Promise<CoverageResult> {
  const { snapshot, registry, traces } = request;
  const workflows = catalogue(snapshot, registry);
  const outcomes: Outcomes = new Map();
  const leftOut: LeftOut[] = [];
  const interrupted: string[] = [];
  for (const { file, isNamed, read } of traces) {
    const found = await countTrace(file, read(), workflows, outcomes);
    if (!("code" in found)) {
      if (found.isInterrupted) interrupted.push(file);
      continue;
    }
    if (found.code === "FOREIGN" && isNamed) throw new ScenarioFault("TRACE_FOREIGN", { file, why: found.why });
    leftOut.push(found);
  }
  const coverage = await coverageOf(workflows, outcomes);
  return { coverage, counted: traces.length - leftOut.length, interrupted, leftOut };
}
