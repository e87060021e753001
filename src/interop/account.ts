/** The common account of a run in any trace format: workflow, path, ending and class. */

import { classify } from "../examine/classify.ts";
import type { JsonObject } from "../json/value.ts";
import { bareCode } from "../trace/declared-graph.ts";
import { eventsOf, MAIN_RUN, SCHEMA, type TraceEvent } from "../trace/event.ts";
import { summaryOf } from "../trace/summary.ts";
import { classifyExternal } from "./class.ts";
import type { ExternalFormat, ExternalPath, ExternalRecord } from "./record.ts";

export interface Account {
  readonly format: ExternalFormat | typeof SCHEMA;
  readonly workflow: string | null;
  readonly passages: readonly PathEntry[];
  readonly hasNodes: boolean;
  readonly ending: AccountEnding | null;
  /** Undefined if unknown; null if the run succeeded. */
  readonly class: string | null | undefined;
  readonly isStructural: boolean | null;
  /** In the words of the format. */
  readonly errors: readonly JsonObject[];
}

export interface AccountEnding {
  readonly status: string;
  readonly reason: string | null;
}

/** One visit of a node, by its key, its contract's code, or both; null if not recorded or absent. */
export interface PathEntry {
  readonly node: string | null;
  readonly contract: string | null;
  /** Null where the node did not end, and for an EXIT, which has none. */
  readonly outcome: string | null;
}

export function accountOfExternal(record: ExternalRecord): Account {
  const { format, workflow, recordedPath, ending, errors } = record;
  const { class: found, isStructural, unavailable } = classifyExternal(record, null);
  return {
    format,
    workflow,
    passages: passagesOf(recordedPath, ending !== null),
    hasNodes: recordedPath.of !== "contracts",
    ending: ending && { status: ending.status, reason: ending.reason },
    class: unavailable === null ? found : undefined,
    isStructural,
    errors: errors.map(({ line: _, ...rest }) => rest),
  };
}

function passagesOf(recordedPath: ExternalPath, hasEnded: boolean): readonly PathEntry[] {
  switch (recordedPath.of) {
    case "nodes":
      return recordedPath.visits.map(({ node, type, capability, outcome }) => {
        const contract = type === "CC" && capability !== null ? bareCode(capability) : null;
        return { node, contract, outcome: type === "EXIT" ? null : outcome };
      });
    case "contracts":
      return recordedPath.visits.map(({ contract, outcome }) => {
        return { node: null, contract: bareCode(contract), outcome };
      });
    case "routes": {
      const passages = recordedPath.visits.map(({ node, capability, outcome }) => {
        return { node, contract: capability === null ? null : bareCode(capability), outcome };
      });
      // A transition is recorded when a node ends; the last one entered is where it led.
      const last = hasEnded ? (recordedPath.visits.at(-1)?.next ?? null) : null;
      return last === null ? passages : [...passages, { node: last, contract: null, outcome: null }];
    }
  }
}

/** The account of a trace of this runner. */
export function accountOfOwn(events: readonly TraceEvent[]): Account {
  const summary = summaryOf(events);
  const classification = classify(summary);
  const { ending } = summary;
  const own = events.filter(({ run }) => run === MAIN_RUN);
  return {
    format: SCHEMA,
    workflow: eventsOf(own, "execution_start")[0]?.payload.workflow_code ?? null,
    passages: ownPassages(own),
    hasNodes: true,
    ending: ending && { status: ending.status, reason: ending.exit_reason_code },
    class: classification === null ? undefined : classification.class,
    isStructural: classification?.isStructural ?? null,
    errors: [],
  };
}

function ownPassages(events: readonly TraceEvent[]): readonly PathEntry[] {
  const passages: PathEntry[] = [];
  for (const event of events) {
    if (event.event_type === "node_start") {
      const { node_type, capability_code } = event.payload;
      const contract = node_type === "CC" && capability_code !== undefined ? bareCode(capability_code) : null;
      passages.push({ node: event.node_id ?? null, contract, outcome: null });
    }
    const last = passages.at(-1);
    if (event.event_type === "node_end" && last !== undefined) {
      passages[passages.length - 1] = { ...last, outcome: event.payload.status };
    }
  }
  return passages;
}
