/** How a recorded run compares with what another snapshot would have made of it. */

import type { JsonObject } from "../../json/value.ts";
import type { TraceEvent } from "../../trace/event.ts";
import { type PathEntry, type Summary, summaryOf } from "../../trace/summary.ts";
import { diffTraces, inOrder, type TraceDifference } from "../diff/diff-traces.ts";
import type { WhatIfResult } from "./what-if.ts";

export interface WhatIfAnswer {
  /** The root of the snapshot at hand. */
  readonly root: string;
  readonly recorded: readonly TraceEvent[];
  readonly supposed: WhatIfResult;
}

export interface WhatIfDifference {
  readonly here: Summary;
  /** The first node that ended otherwise, or led elsewhere; null where the path is the same. */
  readonly parts: { readonly recorded: PathEntry | null; readonly here: PathEntry | null } | null;
  readonly differences: readonly TraceDifference[];
}

/** What differs between the run as recorded and as this snapshot would have made it. */
export function compareWhatIf({ recorded, supposed }: WhatIfAnswer): WhatIfDifference {
  const [then, here] = [summaryOf(recorded), summaryOf(supposed.events)];
  const all = diffTraces(recorded, supposed.events).differences;
  const isKnown = supposed.unanswered === null;
  // Behind what was not answered there is nothing to compare.
  const differences = isKnown ? all : all.filter(({ b }) => b !== undefined);
  return { here, parts: partingOf(then.path, here.path, isKnown), differences };
}

function partingOf(
  then: readonly PathEntry[],
  here: readonly PathEntry[],
  isWhole: boolean,
): WhatIfDifference["parts"] {
  const length = isWhole ? Math.max(then.length, here.length) : here.length;
  for (let i = 0; i < length; i++) {
    const [recorded = null, own = null] = [then[i], here[i]];
    if (!isSameWay(recorded, own)) return { recorded, here: own };
  }
  return null;
}

function isSameWay(a: PathEntry | null, b: PathEntry | null): boolean {
  return a?.run === b?.run && a?.node === b?.node && a?.outcome === b?.outcome && a?.next === b?.next;
}

export function whatIfJson(whatIf: WhatIfAnswer): JsonObject {
  const { here, parts, differences } = compareWhatIf(whatIf);
  return {
    root: whatIf.root,
    path: here.path,
    ending: here.ending,
    waits: here.waits,
    parts,
    unanswered: whatIf.supposed.unanswered,
    differences: inOrder(differences),
  } as unknown as JsonObject;
}
